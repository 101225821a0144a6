//! The assets of an album, a tag or a person, by a search.
//!
//! An ignored filter would answer with the whole library, and nothing in an item says which albums or tags
//! it has. So the server is asked once for the assets of something that cannot exist: a server that finds
//! some ignores the filter. An album is checked by number, too: more assets than it has cannot be its own.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::album::Album;
use crate::error::{ApiError, BodyProblem};
use crate::ids::{AssetId, PersonId, TagId};
use crate::json::Json;
use crate::pages::{LARGEST_PAGE, Pages, SEARCH, items};
use crate::reader::{Reader, list};
use crate::round::filters;
use crate::sightings::Sightings;

/// A name that nothing has: the server makes its own names by chance.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Which filters the server heeds, as far as it was asked.
#[derive(Debug, Default)]
pub(crate) struct Heeded {
    albums: OnceLock<()>,
    tags: OnceLock<()>,
    people: OnceLock<()>,
    holding: OnceLock<()>,
}

/// Everything shown that is in the album; an album that grew since it was listed is an error, too.
pub(crate) fn of_album(reader: Reader<'_>, album: &Album) -> Result<BTreeSet<AssetId>, ApiError> {
    check(reader, "albumIds", &reader.client.heeded().albums)?;
    let most = album.asset_count.unwrap_or(u64::MAX);
    found(reader, &only("albumIds", json!([album.id])), false, most)
}

/// Everything shown of the user that has the tag, or one below it.
pub(crate) fn of_tag(reader: Reader<'_>, tag: &TagId) -> Result<BTreeSet<AssetId>, ApiError> {
    check(reader, "tagIds", &reader.client.heeded().tags)?;
    found(reader, &only("tagIds", json!([tag])), true, u64::MAX)
}

/// Everything of the user that the person is on, also in the trash.
pub(crate) fn of_person(reader: Reader<'_>, person: &PersonId) -> Result<BTreeSet<AssetId>, ApiError> {
    check(reader, "personIds", &reader.client.heeded().people)?;
    let mut filter = only("personIds", json!([person]));
    filter.insert("withDeleted".to_owned(), json!(true));
    found(reader, &filter, true, u64::MAX)
}

fn only(filter: &str, wanted: Value) -> Map<String, Value> {
    Map::from_iter([(filter.to_owned(), wanted)])
}

/// The albums that hold an asset. A server that ignores the question would name all albums, so it is asked once
/// for those that hold what cannot exist.
pub(crate) fn albums_of(reader: Reader<'_>, asset: &AssetId) -> Result<Vec<Album>, ApiError> {
    const ENDPOINT: &str = "GET /albums";
    let ask = |asset: &str| {
        let albums = |answer: &Json<'_>| list(answer, Album::from_json);
        reader.client.get(ENDPOINT, &format!("/albums?assetId={asset}"), albums)
    };
    let known = &reader.client.heeded().holding;
    if known.get().is_none() {
        match ask(NOBODY) {
            Ok(albums) if albums.is_empty() => {}
            Ok(_) => {
                let excerpt = "albums came that hold an asset that does not exist".to_owned();
                let problem = BodyProblem::IgnoredFilter;
                return Err(ApiError::Unexpected { endpoint: ENDPOINT, problem, excerpt });
            }
            // It looked for the asset, and that is all there is to know.
            Err(error) if error.is_unknown_id() => {}
            Err(error) => return Err(error),
        }
        known.get_or_init(|| ());
    }
    ask(&asset.to_string())
}

/// Refuses a server that finds assets of something that does not exist.
fn check(reader: Reader<'_>, filter: &str, known: &OnceLock<()>) -> Result<(), ApiError> {
    if known.get().is_some() {
        return Ok(());
    }
    let question = Value::Object(Map::from_iter([
        (filter.to_owned(), json!([NOBODY])),
        ("size".to_owned(), json!(1)),
        ("page".to_owned(), json!(1)),
    ]));
    let is_empty = |answer: &Json<'_>| items(answer).map(<[Json<'_>]>::is_empty);
    match reader.client.ask(SEARCH, "/search/metadata", &question, is_empty) {
        Ok((true, _)) => {}
        Ok((false, _)) => return Err(ignored(format!("assets came for a {filter} that does not exist"))),
        // It looked for the name, and that is all there is to know.
        Err(error) if error.is_unknown_id() => {}
        Err(error) => return Err(error),
    }
    known.get_or_init(|| ());
    Ok(())
}

/// The ids that a search with a filter finds.
fn found(
    reader: Reader<'_>,
    filter: &Map<String, Value>,
    only_own: bool,
    most: u64,
) -> Result<BTreeSet<AssetId>, ApiError> {
    let wishes = Map::from_iter([("size".to_owned(), json!(LARGEST_PAGE))]);
    let own = &reader.client.server().user.id;
    let (mut members, mut seen) = (BTreeSet::new(), Sightings::default());
    for filter in filters(reader, filter) {
        let mut pages = Pages::new(reader, &filter, &wishes);
        while let Some(items) = pages.next_page(&mut seen)? {
            members.extend(items.into_iter().filter_map(|item| match item.asset {
                Ok(asset) => (!only_own || asset.owner_id == *own).then_some(asset.id),
                Err(unreadable) => unreadable.id,
            }));
            if members.len() as u64 > most {
                return Err(ignored(format!(
                    "more than the {most} assets of {} came",
                    Value::Object(filter)
                )));
            }
        }
    }
    Ok(members)
}

fn ignored(excerpt: String) -> ApiError {
    ApiError::Unexpected { endpoint: SEARCH, problem: BodyProblem::IgnoredFilter, excerpt }
}
