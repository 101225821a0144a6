//! Which tags the server has for which asset: one list of tags and one search for each.
//!
//! Listings do not name tags, and the search for a tag also finds the assets of the tags below it. So an asset
//! that was found for `Places` and for `Places/Sea` may or may not have the first for itself; that is asked, for
//! this asset alone, when its file is really going to be written. So is a tag that it had and that no search finds:
//! results come page by page, and one that slips through between two pages would be taken off the photo on the server
//! too, as soon as that reads the file again.

use std::collections::BTreeSet;

use immich_api::{AssetId, Reader};

use super::members::Members;
use crate::error::{SyncError, chain};
use crate::event::{Activity, Event, Reporter};

/// The tags of an asset, as far as searches tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AssetTags {
    /// Tags that it has for sure.
    pub(crate) sure: BTreeSet<String>,
    /// Parents of these, which it may have for themselves too.
    pub(crate) parents: BTreeSet<String>,
}

/// All tags of the user with their assets, or `None` when they cannot be known now.
///
/// Without `required`, a key that may not read tags is no error: the tags are then unknown.
pub(super) fn members(
    reader: Reader<'_>,
    reporter: &dyn Reporter,
    required: bool,
) -> Result<Option<Members>, SyncError> {
    let give_up = |error: immich_api::ApiError| {
        if required && !error.is_transient() {
            return Err(error.into());
        }
        let text = format!("the tags cannot be listed ({}); they are left out of this run", chain(&error));
        reporter.report(&Event::Warning(&text));
        Ok(None)
    };
    let tags = match reader.tags() {
        Ok(tags) => tags,
        Err(error) => return give_up(error),
    };
    let mut members = Members::default();
    for (number, tag) in tags.iter().enumerate() {
        match reader.tagged_assets(&tag.id) {
            Ok(Some(assets)) => members.add(&tag.value, false, assets.iter().map(AssetId::as_u128)),
            Ok(None) => {
                reporter.report(&Event::Warning("this server cannot search by tag; tags are left out"));
                return Ok(None);
            }
            Err(error) => return give_up(error),
        }
        let (done, total) = (number as u64 + 1, tags.len() as u64);
        reporter.report(&Event::Asked { what: Activity::Tags, done, total });
    }
    members.sort();
    Ok(Some(members))
}

/// Sorts out what was found for an asset.
pub(super) fn of_asset<'a>(found: impl Iterator<Item = &'a str>) -> AssetTags {
    let found: BTreeSet<&str> = found.collect();
    let is_parent = |tag: &str| {
        let beginning = format!("{tag}/");
        found.range(beginning.as_str()..).next().is_some_and(|next| next.starts_with(&beginning))
    };
    let (parents, sure): (BTreeSet<&str>, BTreeSet<&str>) = found.iter().partition(|tag| is_parent(tag));
    let owned = |tags: BTreeSet<&str>| tags.into_iter().map(str::to_owned).collect();
    AssetTags { sure: owned(sure), parents: owned(parents) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_of_a_tag_is_not_sure() {
        let tags = of_asset(["Places", "Places/Sea", "Place", "Places old"].into_iter());

        let sure: Vec<&str> = tags.sure.iter().map(String::as_str).collect();
        assert_eq!(sure, ["Place", "Places old", "Places/Sea"]);
        assert!(tags.parents.contains("Places"));
    }

    #[test]
    fn tags_beside_each_other_are_sure() {
        let tags = of_asset(["a", "b/c"].into_iter());

        assert_eq!((tags.sure.len(), tags.parents.len()), (2, 0));
    }
}
