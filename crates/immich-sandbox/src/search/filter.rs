//! The filters of a search, read from its body.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use super::order::whole;
use crate::{
    AlbumId, Asset, AssetId, LibraryId, PersonId, Question, TagId, UserId, Version, Visibility, checksum,
    dates,
    problem::{Issue, Problem},
    world::World,
};

/// A bound in time: from, until.
type Span = (Option<Timestamp>, Option<Timestamp>);

/// What an asset must be like. `None` means that it does not matter; a nested `None` asks for null.
#[derive(Debug)]
#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
pub(crate) struct Filter {
    user: UserId,
    version: Version,
    id: Option<AssetId>,
    library: Option<Option<LibraryId>>,
    kind: Option<String>,
    favorite: Option<bool>,
    offline: Option<bool>,
    motion: Option<bool>,
    not_in_album: Option<bool>,
    visibility: Option<Visibility>,
    with_deleted: bool,
    with_stacked: bool,
    created: Span,
    updated: Span,
    taken: Span,
    trashed: Span,
    people: Vec<PersonId>,
    albums: Vec<AlbumId>,
    tags: Option<Vec<TagId>>,
    rating: Option<Option<i8>>,
    checksum: Option<Vec<u8>>,
    device_asset: Option<String>,
    device: Option<String>,
    texts: Vec<(Text, String)>,
    words: Vec<(Word, Option<String>)>,
    known: Known,
}

/// What the filter names, looked up once: a search over a large library asks for it at every asset.
#[derive(Debug, Default)]
struct Known {
    /// The members of each album asked for.
    albums: Vec<HashSet<AssetId>>,
    /// Each tag asked for, with all below it.
    tags: Vec<HashSet<TagId>>,
    /// Members of any album, when the filter asks for those of none.
    in_any_album: HashSet<AssetId>,
    /// Members of stacks, when the filter leaves them out.
    stacked: HashSet<AssetId>,
}

/// A field that is searched for a part of it, whatever its accents and case.
#[derive(Debug, Clone, Copy)]
enum Text {
    Description,
    FileName,
    Path,
}

/// A field that must equal, or be null.
#[derive(Debug, Clone, Copy)]
enum Word {
    City,
    State,
    Country,
    Make,
    Model,
    LensModel,
}

impl Filter {
    /// Reads the known fields; unknown ones are ignored, as the server does.
    pub(crate) fn read(version: Version, user: UserId, body: &Value, issues: &mut Vec<Issue>) -> Self {
        let flag = |field: &str, issues: &mut Vec<Issue>| flag(body, field, issues);
        let span = |name: &str, issues: &mut Vec<Issue>| span(body, name, issues);
        let trashed = span("trashed", issues);
        let offline = flag("isOffline", issues);
        let deleted = flag("withDeleted", issues).unwrap_or(false);
        Self {
            user,
            version,
            albums: ids(body, "albumIds", AlbumId::parse, issues).unwrap_or_default(),
            created: span("created", issues),
            updated: span("updated", issues),
            taken: span("taken", issues),
            // Asking for what is trashed or offline asks for deleted assets.
            with_deleted: deleted || trashed != (None, None) || offline.is_some(),
            trashed,
            id: id(body, "id", AssetId::parse, issues).flatten(),
            library: id(body, "libraryId", LibraryId::parse, issues),
            kind: word(body, "type", &["IMAGE", "VIDEO", "AUDIO", "OTHER"], issues),
            favorite: flag("isFavorite", issues),
            offline,
            motion: flag("isMotion", issues),
            not_in_album: flag("isNotInAlbum", issues),
            visibility: word(body, "visibility", &["archive", "timeline", "hidden", "locked"], issues)
                .and_then(|word| Visibility::parse(&word)),
            with_stacked: flag("withStacked", issues).unwrap_or(true),
            people: ids(body, "personIds", PersonId::parse, issues).unwrap_or_default(),
            tags: tags(body, issues),
            rating: rating(version, body, issues),
            checksum: text(body, "checksum")
                .map(|text| checksum::parse(text).map(Vec::from).unwrap_or_default()),
            device_asset: text(body, "deviceAssetId").filter(|_| !version.is_v3()).map(str::to_owned),
            device: text(body, "deviceId").filter(|_| !version.is_v3()).map(str::to_owned),
            texts: texts(body),
            words: words(body),
            known: Known::default(),
        }
    }

    /// Refuses the locked folder, which needs more than a key.
    pub(crate) fn permit(&self) -> Result<(), Problem> {
        if self.visibility == Some(Visibility::Locked) {
            return Err(Problem::text(401, "Elevated permission is required"));
        }
        Ok(())
    }

    /// Looks up what the filter names.
    pub(crate) fn prepare(&mut self, world: &World) {
        let silent = world.answers_nothing(Question::AlbumMembers);
        let members = |id: &AlbumId| {
            let album = world.albums().get(id).filter(|_| !silent);
            album.map(|album| album.assets.set().clone()).unwrap_or_default()
        };
        let silent = world.answers_nothing(Question::Tags);
        let family = |id: &TagId| {
            if silent { HashSet::new() } else { world.tag_family(*id).into_iter().collect() }
        };
        self.known.albums = self.albums.iter().map(members).collect();
        self.known.tags = self.tags.iter().flatten().map(family).collect();
        if self.not_in_album == Some(true) {
            self.known.in_any_album =
                world.albums().values().flat_map(|album| album.assets.as_slice().iter().copied()).collect();
        }
        if !self.with_stacked {
            self.known.stacked =
                world.stacks().values().flat_map(|stack| stack.assets.iter().copied()).collect();
        }
    }

    /// Whether the asset is meant.
    pub(crate) fn matches(&self, world: &World, asset: &Asset) -> bool {
        world.sees(self.user, asset.owner)
            && self.shown(asset)
            && self.simple(asset)
            && self.times(asset)
            && self.texts.iter().all(|(text, part)| contains(text.of(asset), part))
            && self.words.iter().all(|(word, wanted)| word.of(asset) == wanted.as_deref())
            && self.related(asset)
    }

    fn shown(&self, asset: &Asset) -> bool {
        let visible = match (self.visibility, self.version) {
            (Some(wanted), _) => asset.visibility == wanted,
            (None, Version::V2_7_5) => asset.visibility == Visibility::Timeline,
            (None, Version::V3_0_3) => asset.visibility != Visibility::Locked,
        };
        visible && (self.with_deleted || !asset.is_trashed())
    }

    fn simple(&self, asset: &Asset) -> bool {
        self.id.is_none_or(|id| asset.id == id)
            && self.library.is_none_or(|library| asset.library == library)
            && self.kind.as_deref().is_none_or(|kind| asset.kind.as_str() == kind)
            && self.favorite.is_none_or(|on| asset.is_favorite == on)
            && self.offline.is_none_or(|on| asset.is_offline == on)
            && self.motion.is_none_or(|on| asset.live_photo_video.is_some() == on)
            && self.rating.is_none_or(|rating| asset.rating == rating)
            && self.checksum.as_deref().is_none_or(|sum| asset.checksum == sum)
            && self
                .device_asset
                .as_ref()
                .is_none_or(|name| asset.device.as_ref().is_some_and(|d| d.0 == *name))
            && self.device.as_ref().is_none_or(|name| asset.device.as_ref().is_some_and(|d| d.1 == *name))
    }

    fn times(&self, asset: &Asset) -> bool {
        within(self.created, Some(asset.created_at))
            && within(self.updated, Some(asset.updated_at))
            && within(self.taken, Some(asset.file_created_at))
            && within(self.trashed, asset.trashed_at)
    }

    fn related(&self, asset: &Asset) -> bool {
        let seen = |person: &PersonId| asset.faces.iter().any(|face| face.person == Some(*person));
        self.people.iter().all(seen)
            && self.known.albums.iter().all(|members| members.contains(&asset.id))
            && !self.known.in_any_album.contains(&asset.id)
            && !self.known.stacked.contains(&asset.id)
            && self.tags.as_ref().is_none_or(|wanted| self.carries(asset, wanted))
    }

    /// A tag is carried also by whoever carries one below it. No tags at all asks for untagged assets.
    fn carries(&self, asset: &Asset, wanted: &[TagId]) -> bool {
        if wanted.is_empty() {
            return asset.tags.is_empty();
        }
        self.known.tags.iter().all(|family| asset.tags.iter().any(|tag| family.contains(tag)))
    }
}

impl Text {
    fn of(self, asset: &Asset) -> &str {
        match self {
            Self::Description => asset.description.as_deref().unwrap_or_default(),
            Self::FileName => &asset.original_file_name,
            Self::Path => &asset.original_path,
        }
    }
}

impl Word {
    fn of(self, asset: &Asset) -> Option<&str> {
        let (place, camera) = (asset.place.as_deref(), asset.camera.as_deref());
        match self {
            Self::City => place?.city.as_deref(),
            Self::State => place?.state.as_deref(),
            Self::Country => place?.country.as_deref(),
            Self::Make => camera?.make.as_deref(),
            Self::Model => camera?.model.as_deref(),
            Self::LensModel => camera?.lens_model.as_deref(),
        }
    }
}

fn contains(text: &str, part: &str) -> bool {
    plain(text).contains(&plain(part))
}

/// Small letters without the accents of western languages, as the database's `unaccent` makes them.
fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    let bare = small.chars().map(|letter| match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    });
    bare.collect()
}

fn within((from, until): Span, at: Option<Timestamp>) -> bool {
    from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && until.is_none_or(|until| at.is_some_and(|at| at <= until))
}

fn text<'b>(body: &'b Value, field: &str) -> Option<&'b str> {
    body.get(field).and_then(Value::as_str)
}

fn flag(body: &Value, field: &str, issues: &mut Vec<Issue>) -> Option<bool> {
    let value = body.get(field)?;
    if !value.is_boolean() {
        issues.push(Issue::wrong_type(field, "boolean", Some(value)));
    }
    value.as_bool()
}

fn span(body: &Value, name: &str, issues: &mut Vec<Issue>) -> Span {
    let mut bound = |suffix: &str| {
        let field = format!("{name}{suffix}");
        let value = body.get(&field)?;
        let instant = value.as_str().and_then(dates::instant_of_api);
        if instant.is_none() {
            issues.push(Issue::wrong_type(&field, "ISO 8601 datetime string", Some(value)));
        }
        instant
    };
    (bound("After"), bound("Before"))
}

fn ids<T>(
    body: &Value,
    field: &str,
    parse: fn(&str) -> Option<T>,
    issues: &mut Vec<Issue>,
) -> Option<Vec<T>> {
    let value = body.get(field)?;
    let Some(list) = value.as_array() else {
        issues.push(Issue::wrong_type(field, "array", Some(value)));
        return None;
    };
    let mut ids = Vec::new();
    for (index, item) in list.iter().enumerate() {
        match item.as_str().and_then(parse) {
            Some(id) => ids.push(id),
            None => issues.push(Issue::uuid(field, Some(index))),
        }
    }
    Some(ids)
}

/// An id, or null where null asks for its absence.
#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
fn id<T>(
    body: &Value,
    field: &str,
    parse: fn(&str) -> Option<T>,
    issues: &mut Vec<Issue>,
) -> Option<Option<T>> {
    match body.get(field)? {
        Value::Null => Some(None),
        value => {
            let id = value.as_str().and_then(parse);
            if id.is_none() {
                issues.push(Issue::uuid(field, None));
            }
            Some(id)
        }
    }
}

fn word(body: &Value, field: &str, allowed: &[&str], issues: &mut Vec<Issue>) -> Option<String> {
    let value = body.get(field)?;
    let word = value.as_str().filter(|word| allowed.contains(word));
    if word.is_none() {
        issues.push(Issue::unknown_word(field, allowed));
    }
    word.map(str::to_owned)
}

fn tags(body: &Value, issues: &mut Vec<Issue>) -> Option<Vec<TagId>> {
    match body.get("tagIds")? {
        Value::Null => Some(Vec::new()),
        // An empty list is no filter.
        Value::Array(list) if list.is_empty() => None,
        _ => ids(body, "tagIds", TagId::parse, issues),
    }
}

#[expect(clippy::option_option, reason = "absent, null and given are three wishes")]
fn rating(version: Version, body: &Value, issues: &mut Vec<Issue>) -> Option<Option<i8>> {
    if body.get("rating")?.is_null() {
        return Some(None);
    }
    let least = if version.is_v3() { 1 } else { -1 };
    whole(body, "rating", least, 5, issues).map(|stars| i8::try_from(stars).ok())
}

fn texts(body: &Value) -> Vec<(Text, String)> {
    let fields = [
        (Text::Description, "description"),
        (Text::FileName, "originalFileName"),
        (Text::Path, "originalPath"),
    ];
    fields.into_iter().filter_map(|(kind, field)| Some((kind, text(body, field)?.to_owned()))).collect()
}

fn words(body: &Value) -> Vec<(Word, Option<String>)> {
    let fields = [
        (Word::City, "city"),
        (Word::State, "state"),
        (Word::Country, "country"),
        (Word::Make, "make"),
        (Word::Model, "model"),
        (Word::LensModel, "lensModel"),
    ];
    let wanted = |(kind, field)| match body.get(field)? {
        Value::Null => Some((kind, None)),
        Value::String(word) => Some((kind, Some(word.clone()))),
        _ => None,
    };
    fields.into_iter().filter_map(wanted).collect()
}
