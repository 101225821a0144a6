//! Which assets a walk asks for.
//!
//! Immich silently ignores filters that it does not know, and then answers with the whole library. So a
//! filter is sent to spare work, and each item is checked here as if none had been sent.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::album::Album;
use crate::asset::Asset;
use crate::ids::{AssetId, LibraryId, PersonId};
use crate::person::Person;

/// Which assets to look at; the default is everything of the own user outside of the trash.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AssetQuery {
    /// Only these, each asked for by itself.
    pub ids: Option<Vec<AssetId>>,
    /// Only what the server changed at or after this moment; misses changes of faces and albums.
    pub updated_after: Option<Timestamp>,
    /// Only what lies in such a library.
    pub library: LibraryFilter,
    /// Only this file, or what lies in this folder, as the server sees the path.
    pub original_path: Option<String>,
    /// Only what was taken at or after this moment.
    pub taken_after: Option<Timestamp>,
    /// Only what shows all of these people.
    pub people: Vec<PersonId>,
    /// Only what is in one of these albums, as [`crate::Reader::albums`] lists them; none of them is no filter.
    pub albums: Vec<Album>,
    /// Also what partners show to the user, and what others have put into albums that the user sees; not together
    /// with `ids`. Foreign assets are told by `owner_id`, and are never the user's to change. What is not a
    /// partner's costs a request per asset, and asks for `album.read`.
    pub include_shared: bool,
}

/// In which library an asset may lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LibraryFilter {
    /// Anywhere.
    #[default]
    Any,
    /// Managed by Immich.
    Managed,
    /// In any external library.
    External,
    /// In this external library.
    Only(LibraryId),
    /// In one of these external libraries.
    OneOf(Vec<LibraryId>),
}

impl AssetQuery {
    /// Just one asset.
    pub fn one(id: AssetId) -> Self {
        Self { ids: Some(vec![id]), ..Self::default() }
    }

    /// The part of the query that the server filters; of several albums or libraries it knows no "or".
    pub(crate) fn filter(&self, knows_albums: bool) -> Map<String, Value> {
        let mut filter = Map::new();
        if let Some(moment) = self.updated_after {
            filter.insert("updatedAfter".to_owned(), json!(spelled(moment)));
        }
        if let Some(moment) = self.taken_after {
            filter.insert("takenAfter".to_owned(), json!(spelled(moment)));
        }
        if let Some(library) = self.library.only() {
            filter.insert("libraryId".to_owned(), json!(library));
        }
        if !self.people.is_empty() {
            filter.insert("personIds".to_owned(), json!(self.people));
        }
        if let ([album], true) = (self.albums.as_slice(), knows_albums) {
            filter.insert("albumIds".to_owned(), json!([album.id]));
        }
        filter
    }

    /// Whether an item is what was asked for; what cannot be checked counts as asked for.
    pub(crate) fn matches(&self, asset: &Asset) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(&asset.id))
            && self
                .updated_after
                .is_none_or(|moment| asset.updated_at.is_none_or(|updated| updated >= moment))
            && self.taken_after.is_none_or(|moment| asset.file_created_at.is_none_or(|taken| taken >= moment))
            && self.shows_people(asset)
            && self.library.matches(asset.library_id.as_ref())
            && self.original_path.as_ref().is_none_or(|path| lies_in(&asset.original_path, path))
    }
}

impl AssetQuery {
    /// Without a list of people nothing can be checked; an empty one says that nobody is on it.
    fn shows_people(&self, asset: &Asset) -> bool {
        let shown = |people: &Vec<Person>| {
            self.people.iter().all(|wanted| people.iter().any(|person| person.id == *wanted))
        };
        asset.people.as_ref().is_none_or(shown)
    }
}

impl LibraryFilter {
    /// The one library that may be, if it is one.
    fn only(&self) -> Option<&LibraryId> {
        match self {
            Self::Only(library) => Some(library),
            Self::OneOf(libraries) if libraries.len() == 1 => libraries.first(),
            Self::Any | Self::Managed | Self::External | Self::OneOf(_) => None,
        }
    }

    fn matches(&self, library: Option<&LibraryId>) -> bool {
        match self {
            Self::Any => true,
            Self::Managed => library.is_none(),
            Self::External => library.is_some(),
            Self::Only(wanted) => library == Some(wanted),
            Self::OneOf(wanted) => library.is_some_and(|library| wanted.contains(library)),
        }
    }
}

/// As every version of the server takes an instant: with milliseconds, rounded down, and `Z`.
pub(crate) fn spelled(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Whether `path` is `place` or lies below it; `/a` does not hold `/ab`.
fn lies_in(path: &str, place: &str) -> bool {
    let folder = place.strip_suffix('/').unwrap_or(place);
    match path.strip_prefix(folder) {
        Some(rest) => rest.is_empty() && folder.len() == place.len() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_is_below_it_and_nothing_else() {
        assert!(lies_in("/mnt/a/b.jpg", "/mnt/a"));
        assert!(lies_in("/mnt/a/b.jpg", "/mnt/a/"));
        assert!(lies_in("/mnt/a", "/mnt/a"));
        assert!(lies_in("/mnt/a", "/"));
        assert!(!lies_in("/mnt/ab/c.jpg", "/mnt/a"));
        assert!(!lies_in("/mnt/a", "/mnt/a/"));
        assert!(!lies_in("/other/mnt/a/b.jpg", "/mnt/a"));
    }

    #[test]
    fn an_instant_is_spelled_with_milliseconds() {
        let moment: Timestamp = "2026-11-20T12:05:04.1169+00:00".parse().unwrap();

        assert_eq!(spelled(moment), "2026-11-20T12:05:04.116Z");
    }

    #[test]
    fn only_what_every_server_can_filter_is_sent() {
        let query = AssetQuery {
            library: LibraryFilter::Managed,
            original_path: Some("/mnt".to_owned()),
            ..AssetQuery::default()
        };

        assert!(query.filter(true).is_empty());
    }
}
