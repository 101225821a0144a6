//! The assets of an album, by a search.
//!
//! An ignored filter would answer with the whole library, and nothing in an item says which albums it is
//! in. What can be checked is the number: more assets than the album has cannot be its assets.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use crate::album::Album;
use crate::error::{ApiError, BodyProblem};
use crate::ids::AssetId;
use crate::pages::{LARGEST_PAGE, Pages, SEARCH};
use crate::reader::Reader;
use crate::round::filters;

/// Everything shown that is in the album; an album that grew since it was listed is an error, too.
pub(crate) fn of_album(reader: Reader<'_>, album: &Album) -> Result<BTreeSet<AssetId>, ApiError> {
    let mut filter = Map::new();
    filter.insert("albumIds".to_owned(), json!([album.id]));
    let mut wishes = Map::new();
    wishes.insert("size".to_owned(), json!(LARGEST_PAGE));
    let mut members = BTreeSet::new();
    for filter in filters(reader, &filter) {
        let mut pages = Pages::new(reader, &filter, &wishes);
        while let Some(items) = pages.next_page()? {
            members.extend(items.into_iter().filter_map(|item| match item {
                Ok(asset) => Some(asset.id),
                Err(unreadable) => unreadable.id,
            }));
            if album.asset_count.is_some_and(|count| members.len() as u64 > count) {
                let excerpt = format!("the album {} has fewer assets than came", album.id);
                return Err(ApiError::Unexpected { endpoint: SEARCH, problem: BodyProblem::Shape, excerpt });
            }
        }
    }
    Ok(members)
}
