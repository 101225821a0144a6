//! What a scan found, told right after it when nothing else is to be done with it.

use std::collections::BTreeSet;

use anyhow::Result;
use messages_macros::{tr, word};
use photo_similarity::Class;
use sync_core::organize::ScanSummary;
use sync_core::state::{SqliteStore, Store as _};

use super::list::{Wanted, each};
use super::run::Run;
use crate::output::{GroupsView, Presenter as _};
use crate::same_state::SameState;
use crate::settings::time_zone;

/// Groups that a person sees at once; a machine gets all.
const FIRST: u64 = 10;

/// Shows the first groups, or all to a machine.
pub(super) fn show(run: &Run<'_>, store: &SqliteStore) -> Result<()> {
    let json = run.output.json;
    if run.output.quiet && !json {
        return Ok(());
    }
    let view = GroupsView {
        console: run.console,
        json,
        zone: time_zone(&run.start.sources())?,
        server: store.identity()?.map(|identity| identity.url),
        hash: run.settings.look.kind,
    };
    let classes: BTreeSet<Class> = run.settings.wishes.classes.iter().copied().collect();
    let limit = if json { u64::MAX } else { FIRST };
    run.presenter.pause();
    each(store, &Wanted { classes, limit, all: false }, |shown| view.list(&shown))?;
    Ok(())
}

/// What can be done next, in words.
pub(super) fn next(run: &Run<'_>, scan: Option<&ScanSummary>, same: &SameState) -> Vec<String> {
    let Some(scan) = scan else { return Vec::new() };
    if scan.stopped {
        return vec![word!("What was looked at is remembered. Run the same again to go on.").to_owned()];
    }
    if !run.settings.wishes.actions.is_empty() || run.settings.output.is_some() || scan.groups_in_all() == 0 {
        return Vec::new();
    }
    let options = &same.groups;
    let mut lines = if options.is_empty() {
        vec![
            word!(
                "Nothing was changed. `immich-sync organize show 1` shows a group, `organize list` more of them,"
            )
            .to_owned(),
        ]
    } else {
        vec![
            tr!("Nothing was changed. `immich-sync organize show 1{options}` shows a group,"),
            tr!("`immich-sync organize list{options}` more of them,"),
        ]
    };
    lines.push(word!("`organize decide` decides about one.").to_owned());
    if run.settings.server.is_some() {
        lines.push(
            word!("--tag-only tags them for a review in Immich, --create-albums makes albums of them.")
                .to_owned(),
        );
    }
    lines
}
