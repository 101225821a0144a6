//! The half of the client that cannot change anything.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::{Value, json};

use crate::album::{Album, AlbumScope};
use crate::asset::Asset;
use crate::call::{Call, Caller};
use crate::client::Client;
use crate::error::{ApiError, BodyProblem};
use crate::ids::{AlbumId, AssetId, LibraryId, StackId, TagId};
use crate::json::Json;
use crate::lenient::{boolean, integer, member, text};
use crate::library::Library;
use crate::membership;
use crate::original::{self, Transfer};
use crate::person::{Face, Person};
use crate::picture::{self, Picture, Thumbnail};
use crate::query::AssetQuery;
use crate::sample;
use crate::server_info::ServerInfo;
use crate::stack::StackMembers;
use crate::tag::Tag;
use crate::trash::{self, TrashRule};
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
    /// The server, the key and its user, as found when connecting.
    pub fn server(self) -> &'a ServerInfo {
        self.client.server()
    }

    /// Whether the people of a listing carry the boxes of their faces; if not, [`Self::faces`] has to be asked.
    pub fn lists_faces(self) -> bool {
        self.server().version.has(Trait::FacesInListing)
    }

    /// Walks through the user's assets, a page at a time.
    pub fn walk_assets(self, query: &AssetQuery) -> AssetWalk<'a> {
        AssetWalk::new(self, query.clone())
    }

    /// One asset; [`ApiError::NoSuchAsset`] when the server has none that the key may see.
    pub fn asset(self, id: &AssetId) -> Result<Asset, ApiError> {
        const ENDPOINT: &str = "GET /assets/{id}";
        let read = |answer: &Json<'_>| Asset::from_json(answer).ok().filter(|asset| asset.id == *id);
        match self.client.get(ENDPOINT, &format!("/assets/{id}"), read) {
            Err(ApiError::Status { status: 404, .. }) => Err(ApiError::NoSuchAsset { id: id.clone() }),
            Err(error) if error.is_unknown_id() => Err(ApiError::NoSuchAsset { id: id.clone() }),
            answer => answer,
        }
    }

    /// A small picture of an asset; [`ApiError::NoThumbnail`] when the server has none, which is no reason to
    /// stop.
    ///
    /// Several threads may ask at once, [`crate::BEST_IN_FLIGHT`] of them with profit. With a fixed rate of ten
    /// requests a second, ten pictures come in a second: give [`crate::RateLimit::Auto`] for many of them.
    pub fn thumbnail(self, id: &AssetId, size: Thumbnail) -> Result<Picture, ApiError> {
        picture::fetch(self.client, id, size)
    }

    /// Hands on the original of an asset, byte for byte as it is on the server's disk now, from a place on.
    ///
    /// A transfer that breaks is gone on with. `into` gets exactly the bytes from `from` on, each once, whether
    /// the server can send parts or not; after an error it holds the beginning of them. Compare the whole with
    /// the checksum: an external library has none of its content, and a managed file may have been edited.
    pub fn original(self, id: &AssetId, from: u64, into: &mut dyn Write) -> Result<Transfer, ApiError> {
        original::fetch(self.client, id, from, into)
    }

    /// All stacks of the user, with the ids of their assets as far as these are shown.
    ///
    /// One answer that is read as it comes. A stack may be of one, or have a primary asset that is in the trash.
    pub fn stacks(self) -> Result<Vec<StackMembers>, ApiError> {
        let url = self.client.url("/stacks");
        self.client.transport.items(&Call::get("GET /stacks", &url, Caller::Key))
    }

    /// One stack; `None` when the user has none such.
    pub fn stack(self, id: &StackId) -> Result<Option<StackMembers>, ApiError> {
        let read = |answer: &Json<'_>| StackMembers::from_json(answer).filter(|stack| stack.id == *id);
        if_there(self.client.get("GET /stacks/{id}", &format!("/stacks/{id}"), read))
    }

    /// One album that the user sees; `None` when there is none such.
    pub fn album(self, id: &AlbumId) -> Result<Option<Album>, ApiError> {
        let read = |answer: &Json<'_>| Album::from_json(answer).filter(|album| album.id == *id);
        if_there(self.client.get("GET /albums/{id}", &format!("/albums/{id}?withoutAssets=true"), read))
    }

    /// The albums that an asset is in, as far as the user sees them; own and shared ones.
    ///
    /// One request per asset. To learn the albums of many, ask for the assets of each album instead.
    pub fn albums_of(self, asset: &AssetId) -> Result<Vec<Album>, ApiError> {
        membership::albums_of(self, asset)
    }

    /// Whether the trash keeps what is put there, as the administrator has it now.
    pub fn trash_rule(self) -> Result<TrashRule, ApiError> {
        trash::rule(self.client)
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
        let total = |answer: &Json<'_>| u64::try_from(integer(member(answer, "total"))?).ok();
        self.client.ask(ENDPOINT, "/search/statistics", filter, total).map(Some)
    }

    /// All face boxes of an asset, also those of nobody; read whole or not at all.
    ///
    /// One request per asset. Several threads may ask at once, [`crate::BEST_IN_FLIGHT`] of them with
    /// profit; the rate limit is shared.
    pub fn faces(self, asset: &AssetId) -> Result<Vec<Face>, ApiError> {
        self.client.get("GET /faces", &format!("/faces?id={asset}"), |answer| list(answer, Face::from_json))
    }

    /// All albums of that scope, each once.
    ///
    /// What the server leaves out or adds unasked differs by version, so everything is asked for and then
    /// sorted by owner. For [`AlbumScope::Own`], an album without an owner is an error.
    pub fn albums(self, scope: AlbumScope) -> Result<Vec<Album>, ApiError> {
        let is_clear = |album: &Album| scope == AlbumScope::OwnAndShared || album.owner_id.is_some();
        let read =
            |answer: &Json<'_>| list(answer, Album::from_json).filter(|albums| albums.iter().all(is_clear));
        let asks_shared = self.client.has(Trait::AlbumsAskShared);
        let paths = if asks_shared { &["/albums", "/albums?shared=true"][..] } else { &["/albums"] };
        let (mut albums, mut seen) = (Vec::new(), BTreeSet::new());
        for path in paths {
            let listed = self.client.get("GET /albums", path, read)?;
            albums.extend(listed.into_iter().filter(|album| seen.insert(album.id.clone())));
        }
        let me = &self.client.server().user.id;
        albums.retain(|album| scope == AlbumScope::OwnAndShared || album.owner_id.as_ref() == Some(me));
        Ok(albums)
    }

    /// All tags of the user, parents included.
    pub fn tags(self) -> Result<Vec<Tag>, ApiError> {
        self.client.get("GET /tags", "/tags", Tag::list_from_json)
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
        self.client.get("GET /libraries", "/libraries", |answer| list(answer, Library::from_json))
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
        let id = |item: &Json<'_>| AssetId::parse(&text(member(item, "id"))?).ok();
        let assets = |answer: &Json<'_>| list(member(answer, "assets")?, id).map(BTreeSet::from_iter);
        self.client.get("GET /albums/{id}", &format!("/albums/{album}"), assets)
    }

    /// All people of the user; those that the user hides only with `with_hidden`.
    pub fn people(self, with_hidden: bool) -> Result<Vec<Person>, ApiError> {
        const ENDPOINT: &str = "GET /people";
        let mut people: Vec<Person> = Vec::new();
        let mut seen = BTreeSet::new();
        for page in 1..=MOST_PEOPLE_PAGES {
            let path = format!("/people?page={page}&size=1000&withHidden={with_hidden}");
            let (found, goes_on) = self.client.get(ENDPOINT, &path, page_of_people)?;
            let before = people.len();
            people.extend(found.into_iter().filter(|person| seen.insert(person.id.clone())));
            if !goes_on {
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

/// The answer to a question for one thing; `None` where the server says that the user has none such.
pub(crate) fn if_there<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.is_unknown_id() => Ok(None),
        Err(error) => Err(error),
    }
}

/// People, and whether there are more of them.
fn page_of_people(answer: &Json<'_>) -> Option<(Vec<Person>, bool)> {
    let people = Person::list_from_json(member(answer, "people")?)?;
    Some((people, boolean(member(answer, "hasNextPage")) == Some(true)))
}

/// A list, read whole or not at all.
pub(crate) fn list<T>(answer: &Json<'_>, read: impl Fn(&Json<'_>) -> Option<T>) -> Option<Vec<T>> {
    answer.as_list()?.iter().map(read).collect()
}
