//! The half of the client that cannot change anything.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::album::{Album, AlbumScope};
use crate::asset::Asset;
use crate::client::{Client, shape};
use crate::error::{ApiError, BodyProblem};
use crate::ids::{AlbumId, AssetId, LibraryId, TagId};
use crate::lenient::{boolean, integer, member, text};
use crate::library::Library;
use crate::membership;
use crate::person::{Face, Person};
use crate::query::AssetQuery;
use crate::sample;
use crate::tag::Tag;
use crate::version::Trait;
use crate::walk::AssetWalk;

/// More pages than any honest list of people has, at a thousand each.
const MOST_PEOPLE_PAGES: u32 = 1000;

/// Asks the server; nothing it does changes anything there.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) client: &'a Client,
}

impl<'a> Reader<'a> {
    /// Walks through the user's assets, a page at a time.
    pub fn walk_assets(self, query: &AssetQuery) -> AssetWalk<'a> {
        AssetWalk::new(self, query.clone())
    }

    /// One asset; [`ApiError::NoSuchAsset`] when the server has none that the key may see.
    pub fn asset(self, id: &AssetId) -> Result<Asset, ApiError> {
        const ENDPOINT: &str = "GET /assets/{id}";
        let answer = match self.client.get(ENDPOINT, &format!("/assets/{id}")) {
            Err(ApiError::Status { status: 404, .. }) => {
                return Err(ApiError::NoSuchAsset { id: id.clone() });
            }
            Err(ApiError::Status { status: 400, message, .. }) if message.starts_with("Not found or no ") => {
                return Err(ApiError::NoSuchAsset { id: id.clone() });
            }
            answer => answer?,
        };
        match Asset::from_json(&answer) {
            Ok(asset) if asset.id == *id => Ok(asset),
            Ok(_) | Err(_) => Err(shape(ENDPOINT, &answer)),
        }
    }

    /// How many assets the server counts, partners' included; `None` before 1.135.
    pub fn statistics(self) -> Result<Option<u64>, ApiError> {
        Ok(self.count(&json!({}))?.map(|(total, _)| total))
    }

    /// How many assets match a filter, and the server's time.
    pub(crate) fn count(
        self,
        filter: &Value,
    ) -> Result<Option<(u64, Option<std::time::SystemTime>)>, ApiError> {
        const ENDPOINT: &str = "POST /search/statistics";
        if !self.client.has(Trait::SearchStatistics) {
            return Ok(None);
        }
        let (answer, date) = self.client.ask(ENDPOINT, "/search/statistics", filter)?;
        let total = integer(member(&answer, "total")).and_then(|total| u64::try_from(total).ok());
        total.map(|total| Some((total, date))).ok_or_else(|| shape(ENDPOINT, &answer))
    }

    /// All face boxes of an asset, also those of nobody; read whole or not at all.
    ///
    /// One request per asset. Several threads may ask at once, [`crate::BEST_IN_FLIGHT`] of them with
    /// profit; the rate limit is shared.
    pub fn faces(self, asset: &AssetId) -> Result<Vec<Face>, ApiError> {
        const ENDPOINT: &str = "GET /faces";
        let answer = self.client.get(ENDPOINT, &format!("/faces?id={asset}"))?;
        list(&answer, Face::from_json).ok_or_else(|| shape(ENDPOINT, &answer))
    }

    /// All albums of that scope, each once.
    ///
    /// What the server leaves out or adds unasked differs by version, so everything is asked for and then
    /// sorted by owner. For [`AlbumScope::Own`], an album without an owner is an error.
    pub fn albums(self, scope: AlbumScope) -> Result<Vec<Album>, ApiError> {
        const ENDPOINT: &str = "GET /albums";
        let asks_shared = self.client.has(Trait::AlbumsAskShared);
        let paths = if asks_shared { &["/albums", "/albums?shared=true"][..] } else { &["/albums"] };
        let (mut albums, mut seen) = (Vec::new(), BTreeSet::new());
        for path in paths {
            let answer = self.client.get(ENDPOINT, path)?;
            let listed = list(&answer, Album::from_json).ok_or_else(|| shape(ENDPOINT, &answer))?;
            if scope == AlbumScope::Own && listed.iter().any(|album| album.owner_id.is_none()) {
                return Err(shape(ENDPOINT, &answer));
            }
            albums.extend(listed.into_iter().filter(|album| seen.insert(album.id.clone())));
        }
        let me = &self.client.server().user.id;
        albums.retain(|album| scope == AlbumScope::OwnAndShared || album.owner_id.as_ref() == Some(me));
        Ok(albums)
    }

    /// All tags of the user, parents included.
    pub fn tags(self) -> Result<Vec<Tag>, ApiError> {
        const ENDPOINT: &str = "GET /tags";
        let answer = self.client.get(ENDPOINT, "/tags")?;
        Tag::list_from_json(&answer).ok_or_else(|| shape(ENDPOINT, &answer))
    }

    /// The user's assets that have the tag or one below it; `None` when the server is too old to say
    /// (before 1.126), which is not the same as none.
    pub fn tagged_assets(self, tag: &TagId) -> Result<Option<BTreeSet<AssetId>>, ApiError> {
        if !self.client.has(Trait::TagFilter) {
            return Ok(None);
        }
        membership::of_tag(self, tag).map(Some)
    }

    /// All external libraries, also of other users; [`ApiError::AdminNeeded`] for everybody else.
    pub fn libraries(self) -> Result<Vec<Library>, ApiError> {
        const ENDPOINT: &str = "GET /libraries";
        let answer = self.client.get(ENDPOINT, "/libraries")?;
        list(&answer, Library::from_json).ok_or_else(|| shape(ENDPOINT, &answer))
    }

    /// Some of the user's assets, for finding out where the files are: up to `size` of the newest and of
    /// the oldest, then of what Immich manages and of each of `libraries` as far as not shown yet.
    ///
    /// Two requests, and one more for each place that is missing, for at most twenty libraries. On 2.x
    /// archived assets are not among them.
    pub fn sample_assets(self, size: u32, libraries: &[LibraryId]) -> Result<Vec<Asset>, ApiError> {
        sample::sample(self, size, libraries)
    }

    /// The assets of an album, own and foreign.
    ///
    /// Before 1.135 the album lists them; from then on it takes a search, whose filter is checked: an
    /// ignored one would answer with the whole library.
    pub fn album_assets(self, album: &Album) -> Result<BTreeSet<AssetId>, ApiError> {
        if self.client.has(Trait::AlbumFilter) {
            membership::of_album(self, album)
        } else {
            self.album_listed(&album.id)
        }
    }

    fn album_listed(self, album: &AlbumId) -> Result<BTreeSet<AssetId>, ApiError> {
        const ENDPOINT: &str = "GET /albums/{id}";
        let answer = self.client.get(ENDPOINT, &format!("/albums/{album}"))?;
        let id = |item: &Value| AssetId::parse(&text(member(item, "id"))?).ok();
        let assets = member(&answer, "assets").and_then(|assets| list(assets, id));
        assets.map(BTreeSet::from_iter).ok_or_else(|| shape(ENDPOINT, &answer))
    }

    /// All people of the user; those that the user hides only with `with_hidden`.
    pub fn people(self, with_hidden: bool) -> Result<Vec<Person>, ApiError> {
        const ENDPOINT: &str = "GET /people";
        let mut people: Vec<Person> = Vec::new();
        let mut seen = BTreeSet::new();
        for page in 1..=MOST_PEOPLE_PAGES {
            let path = format!("/people?page={page}&size=1000&withHidden={with_hidden}");
            let answer = self.client.get(ENDPOINT, &path)?;
            let found = member(&answer, "people").and_then(Person::list_from_json);
            let found = found.ok_or_else(|| shape(ENDPOINT, &answer))?;
            let before = people.len();
            people.extend(found.into_iter().filter(|person| seen.insert(person.id.clone())));
            if boolean(member(&answer, "hasNextPage")) != Some(true) {
                people.retain(|person| with_hidden || !person.is_hidden);
                return Ok(people);
            }
            if people.len() == before {
                break;
            }
        }
        let excerpt = format!("{} people so far", people.len());
        Err(ApiError::Unexpected { endpoint: ENDPOINT, problem: BodyProblem::EndlessPages, excerpt })
    }
}

/// A list, read whole or not at all.
fn list<T>(answer: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    answer.as_array()?.iter().map(read).collect()
}
