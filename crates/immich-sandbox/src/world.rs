//! The whole state of the server in memory, and the few rules that keep it consistent.
//!
//! Time is a counter, not the clock: it starts at a fixed instant and moves by a millisecond with every
//! change, so that two runs of a scenario give the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    AlbumId, Asset, AssetId, DuplicateId, Face, FaceId, KeyId, PersonId, Question, SandboxError, StackId,
    TagId, UserId, Version,
    checksums::Checksums,
    edited::Fields,
    ids::Mint,
    members::Members,
    model::{Album, ApiKey, ExternalLibrary, Partner, Person, Tag, User},
    search::{FoundCache, OrderCache},
    session::Session,
    stack_table::Stacks,
};

/// The first instant of every scenario: 2026-01-01T00:00:00Z.
const START_MILLISECOND: i64 = 1_767_225_600_000;

/// Everything that the server knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) version: Version,
    pub(crate) mint: Mint,
    clock: Timestamp,
    pub(crate) users: Vec<User>,
    pub(crate) keys: Vec<ApiKey>,
    pub(crate) partners: Vec<Partner>,
    pub(crate) libraries: Vec<ExternalLibrary>,
    pub(crate) people: BTreeMap<PersonId, Person>,
    tags: BTreeMap<TagId, Tag>,
    tag_values: HashMap<(UserId, String), TagId>,
    albums: BTreeMap<AlbumId, Album>,
    stacks: Stacks,
    assets: Vec<Asset>,
    index: HashMap<AssetId, usize>,
    checksums: Checksums,
    /// Grows whenever the order of a search may differ.
    pub(crate) generation: u64,
    /// Grows whenever a search may find something else.
    pub(crate) changes: u64,
    pub(crate) order_cache: Option<OrderCache>,
    pub(crate) found_cache: FoundCache,
    pub(crate) sessions: Vec<Session>,
    /// Questions that are answered with nothing.
    pub(crate) nothing_for: BTreeSet<Question>,
    /// Whether edits are written into sidecars.
    pub(crate) writes_sidecars: bool,
    /// Whether regions in files become faces.
    pub(crate) import_faces: bool,
    pub(crate) exiftool: Option<PathBuf>,
    /// Whether the bytes of uploads are forgotten.
    pub(crate) discards_uploads: bool,
    /// The most bytes that the uploads of a user may have.
    pub(crate) quota: Option<u64>,
    /// Queues that wait, and the key that had them wait.
    pub(crate) paused: BTreeMap<&'static str, Option<KeyId>>,
    /// Where uploads are stored on this machine; `/data` on the server.
    pub(crate) upload_root: PathBuf,
    /// For how many days the trash keeps; `None` while it is switched off.
    pub(crate) trash_days: Option<u64>,
    /// After this page of a search: trash so many of the assets just served.
    pub(crate) trash_after: Vec<(usize, usize)>,
}

impl World {
    pub(crate) fn new(version: Version, seed: u64) -> Self {
        Self {
            version,
            mint: Mint::new(seed),
            clock: Timestamp::from_millisecond(START_MILLISECOND).unwrap_or(Timestamp::UNIX_EPOCH),
            users: Vec::new(),
            keys: Vec::new(),
            partners: Vec::new(),
            libraries: Vec::new(),
            people: BTreeMap::new(),
            tags: BTreeMap::new(),
            tag_values: HashMap::new(),
            albums: BTreeMap::new(),
            stacks: Stacks::default(),
            trash_days: Some(30),
            assets: Vec::new(),
            index: HashMap::new(),
            checksums: Checksums::default(),
            generation: 0,
            changes: 0,
            order_cache: None,
            found_cache: FoundCache::default(),
            sessions: Vec::new(),
            nothing_for: BTreeSet::new(),
            writes_sidecars: false,
            import_faces: false,
            exiftool: None,
            discards_uploads: false,
            quota: None,
            paused: BTreeMap::new(),
            upload_root: PathBuf::new(),
            trash_after: Vec::new(),
        }
    }

    /// The time of the next event.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock = self.clock.saturating_add(SignedDuration::from_millis(1)).unwrap_or(self.clock);
        self.clock
    }

    pub(crate) const fn albums(&self) -> &BTreeMap<AlbumId, Album> {
        &self.albums
    }

    pub(crate) const fn albums_mut(&mut self) -> &mut BTreeMap<AlbumId, Album> {
        self.changes += 1;
        &mut self.albums
    }

    pub(crate) const fn stacks(&self) -> &Stacks {
        &self.stacks
    }

    pub(crate) const fn stacks_mut(&mut self) -> &mut Stacks {
        self.changes += 1;
        &mut self.stacks
    }

    pub(crate) const fn tags(&self) -> &BTreeMap<TagId, Tag> {
        &self.tags
    }

    pub(crate) fn tag_by_value(&self, owner: UserId, value: &str) -> Option<TagId> {
        self.tag_values.get(&(owner, value.to_owned())).copied()
    }

    pub(crate) fn insert_tag(&mut self, tag: Tag) {
        self.changes += 1;
        self.tag_values.insert((tag.owner, tag.value.clone()), tag.id);
        self.tags.insert(tag.id, tag);
    }

    pub(crate) fn forget_tags(&mut self, ids: &[TagId]) {
        self.changes += 1;
        for tag in ids.iter().filter_map(|id| self.tags.remove(id)) {
            self.tag_values.remove(&(tag.owner, tag.value));
        }
    }

    pub(crate) fn color_tag(&mut self, id: TagId, color: Option<String>) {
        let now = self.now();
        if let Some(tag) = self.tags.get_mut(&id) {
            tag.color = color;
            tag.updated_at = now;
        }
    }

    pub(crate) fn assets(&self) -> &[Asset] {
        &self.assets
    }

    pub(crate) fn asset(&self, id: AssetId) -> Option<&Asset> {
        self.index.get(&id).map(|&at| &self.assets[at])
    }

    /// The asset for a change; its `updatedAt` stays. Whoever changes a date must call [`Self::reorder`].
    pub(crate) fn asset_mut(&mut self, id: AssetId) -> Option<&mut Asset> {
        self.changes += 1;
        self.index.get(&id).map(|&at| &mut self.assets[at])
    }

    /// Changes an asset and moves its `updatedAt`.
    pub(crate) fn edit(&mut self, id: AssetId, change: impl FnOnce(&mut Asset)) -> Result<(), SandboxError> {
        let now = self.now();
        let asset = self.asset_mut(id).ok_or(SandboxError::NoAsset { id })?;
        let (before, sum) = (asset.file_created_at, asset.checksum);
        change(asset);
        asset.updated_at = now;
        let (is_moved, is_other) = (asset.file_created_at != before, asset.checksum != sum);
        if is_moved {
            self.reorder();
        }
        if is_other {
            self.forget_checksums();
        }
        Ok(())
    }

    pub(crate) const fn reorder(&mut self) {
        self.generation += 1;
        self.changes += 1;
    }

    /// Makes room for so many assets more: growing step by step would hold the library twice for a moment.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.assets.reserve(count);
        self.index.reserve(count);
    }

    pub(crate) fn add_asset(&mut self, asset: Asset) {
        self.checksums.add(&asset);
        self.index.insert(asset.id, self.assets.len());
        self.assets.push(asset);
        self.reorder();
    }

    /// Forgets an asset and every mention of it. Its file is the caller's to remove.
    pub(crate) fn remove_asset(&mut self, id: AssetId) -> Option<Asset> {
        let at = self.index.remove(&id)?;
        let asset = self.assets.swap_remove(at);
        self.checksums.remove(&asset);
        if let Some(moved) = self.assets.get(at) {
            self.index.insert(moved.id, at);
        }
        for album in self.albums.values_mut() {
            album.take_out(id);
        }
        for other in &mut self.assets {
            other.live_photo_video = other.live_photo_video.filter(|video| *video != id);
        }
        self.stacks.forget(id);
        self.reorder();
        Some(asset)
    }

    pub(crate) fn trash(&mut self, id: AssetId) {
        let now = self.now();
        if let Some(asset) = self.asset_mut(id) {
            asset.trashed_at.get_or_insert(now);
            asset.updated_at = now;
        }
    }

    pub(crate) fn restore(&mut self, id: AssetId) {
        let now = self.now();
        if let Some(asset) = self.asset_mut(id) {
            asset.trashed_at = None;
            asset.updated_at = now;
        }
    }

    /// The asset that has these bytes, of those that the user uploaded.
    pub(crate) fn by_checksum(&mut self, owner: UserId, sum: &[u8; 20]) -> Option<&Asset> {
        let id = self.checksums.find(&self.assets, owner, sum)?;
        self.asset(id)
    }

    /// Checksums were changed behind the back of [`Self::edit`].
    pub(crate) fn forget_checksums(&mut self) {
        self.checksums.forget();
    }

    pub(crate) fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn add_user(&mut self, name: &str, is_admin: bool) -> UserId {
        let id = UserId::new(self.mint.uuid());
        let slug: String = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(".");
        let (name, email, created_at) = (name.to_owned(), format!("{slug}@sandbox.test"), self.now());
        let storage_label = is_admin.then(|| "admin".to_owned());
        let password = format!("{slug}-password");
        self.users.push(User { id, name, email, password, is_admin, storage_label, created_at });
        id
    }

    pub(crate) fn add_person(&mut self, owner: UserId, name: &str) -> PersonId {
        let (id, now) = (PersonId::new(self.mint.uuid()), self.now());
        let person = Person {
            id,
            owner,
            name: name.to_owned(),
            birth_date: None,
            is_hidden: false,
            is_favorite: false,
            color: None,
            created_at: now,
            updated_at: now,
        };
        self.people.insert(id, person);
        id
    }

    pub(crate) fn new_face_id(&mut self) -> FaceId {
        FaceId::new(self.mint.uuid())
    }

    pub(crate) fn new_duplicate_id(&mut self) -> DuplicateId {
        DuplicateId::new(self.mint.uuid())
    }

    pub(crate) fn add_album(&mut self, owner: UserId, name: &str) -> AlbumId {
        let (id, now) = (AlbumId::new(self.mint.uuid()), self.now());
        let album = Album {
            id,
            owner,
            name: name.to_owned(),
            description: String::new(),
            assets: Members::default(),
            shared_with: Vec::new(),
            cover: None,
            is_activity_enabled: true,
            order: "desc".to_owned(),
            created_at: now,
            updated_at: now,
        };
        self.albums.insert(id, album);
        id
    }

    /// Puts an asset into an album; `false` when it is there already.
    pub(crate) fn add_to_album(&mut self, album: AlbumId, asset: AssetId) -> bool {
        let now = self.now();
        let Some(album) = self.albums_mut().get_mut(&album) else { return false };
        if !album.assets.insert(asset) {
            return false;
        }
        album.cover.get_or_insert(asset);
        album.updated_at = now;
        true
    }

    /// Takes an asset out of an album; `false` when it is not there.
    pub(crate) fn remove_from_album(&mut self, album: AlbumId, asset: AssetId) -> bool {
        let now = self.now();
        let Some(album) = self.albums_mut().get_mut(&album) else { return false };
        let gone = album.take_out(asset);
        if gone {
            album.updated_at = now;
        }
        gone
    }

    /// Makes a stack of assets, the first one shown; answers its id and its assets.
    pub(crate) fn add_stack(&mut self, owner: UserId, assets: &[AssetId]) -> (StackId, Vec<AssetId>) {
        let id = StackId::new(self.mint.uuid());
        self.changes += 1;
        (id, self.stacks.make(id, owner, assets))
    }

    /// Every face of a person, with its asset.
    pub(crate) fn faces_of(&self, person: PersonId) -> impl Iterator<Item = (&Asset, &Face)> {
        self.assets
            .iter()
            .flat_map(|asset| asset.faces.iter().map(move |face| (asset, face)))
            .filter(move |(_, face)| face.person == Some(person))
    }

    pub(crate) fn each_face_mut(&mut self) -> impl Iterator<Item = &mut Face> {
        self.changes += 1;
        self.assets.iter_mut().flat_map(|asset| asset.faces.iter_mut())
    }

    pub(crate) fn each_asset_mut(&mut self) -> impl Iterator<Item = &mut Asset> {
        self.changes += 1;
        self.assets.iter_mut()
    }

    pub(crate) fn answers_nothing(&self, question: Question) -> bool {
        self.nothing_for.contains(&question)
    }

    /// Turns the silence on a question on or off.
    pub(crate) fn answer_nothing(&mut self, question: Question, on: bool) {
        self.changes += 1;
        if on {
            self.nothing_for.insert(question)
        } else {
            self.nothing_for.remove(&question)
        };
    }

    /// Marks fields as edited, where the server writes those into sidecars.
    pub(crate) fn lock(&mut self, id: AssetId, fields: Fields) {
        let on = self.writes_sidecars;
        if let Some(asset) = self.asset_mut(id).filter(|_| on) {
            asset.locked = asset.locked.and(fields);
        }
    }

    /// Whether `user` may see what `owner` has: their own, or as a partner.
    pub(crate) fn sees(&self, user: UserId, owner: UserId) -> bool {
        user == owner || self.partners.iter().any(|pair| pair.shared_by == owner && pair.shared_with == user)
    }
}
