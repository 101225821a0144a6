//! The groups of the last scan one by one, however many there are.

use std::collections::BTreeSet;

use photo_similarity::GroupId;

use super::{ActStore, Decision, GroupRecord};
use crate::error::SyncError;

/// Groups per page: few enough to be nothing, many enough that asking costs nothing.
const PAGE: usize = 256;

/// Hands out the groups that the user did not call something else, page by page, as long as `take` wants more.
pub(super) fn each_group(
    store: &dyn ActStore,
    mut take: impl FnMut(&GroupRecord) -> Result<bool, SyncError>,
) -> Result<(), SyncError> {
    let decisions = store.decisions()?.into_iter();
    let ignored: BTreeSet<GroupId> = decisions
        .filter(|(_, decision)| *decision == Decision::NotDuplicates)
        .map(|(group, _)| group)
        .collect();
    let mut behind = 0;
    loop {
        let page = store.groups_after(behind, None, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        behind = *last;
        for (_, group) in page.iter().filter(|(_, group)| !ignored.contains(&group.id)) {
            if !take(group)? {
                return Ok(());
            }
        }
    }
}
