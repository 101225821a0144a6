//! The whole state of the server in memory, and the few rules that keep it consistent.
//!
//! Time is a counter, not the clock: it starts at a fixed instant and moves by a millisecond with every
//! change, so that two runs of a scenario give the same bytes.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    AlbumId, Asset, AssetId, DuplicateId, Face, FaceId, PersonId, SandboxError, StackId, TagId, UserId,
    Version,
    ids::Mint,
    model::{Album, ApiKey, ExternalLibrary, Partner, Person, Stack, Tag, User},
    search::OrderCache,
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
    pub(crate) tags: BTreeMap<TagId, Tag>,
    pub(crate) albums: BTreeMap<AlbumId, Album>,
    pub(crate) stacks: BTreeMap<StackId, Stack>,
    assets: Vec<Asset>,
    index: HashMap<AssetId, usize>,
    /// Grows whenever the order of a search may differ.
    pub(crate) generation: u64,
    pub(crate) order_cache: Option<OrderCache>,
    /// Whether regions in files become faces.
    pub(crate) import_faces: bool,
    pub(crate) exiftool: Option<PathBuf>,
    /// Where uploads are stored on this machine; `/data` on the server.
    pub(crate) upload_root: PathBuf,
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
            albums: BTreeMap::new(),
            stacks: BTreeMap::new(),
            assets: Vec::new(),
            index: HashMap::new(),
            generation: 0,
            order_cache: None,
            import_faces: false,
            exiftool: None,
            upload_root: PathBuf::new(),
            trash_after: Vec::new(),
        }
    }

    /// The time of the next event.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock = self.clock.saturating_add(SignedDuration::from_millis(1)).unwrap_or(self.clock);
        self.clock
    }

    pub(crate) fn assets(&self) -> &[Asset] {
        &self.assets
    }

    pub(crate) fn asset(&self, id: AssetId) -> Option<&Asset> {
        self.index.get(&id).map(|&at| &self.assets[at])
    }

    /// The asset for a change; its `updatedAt` stays. Whoever changes a date must call [`Self::reorder`].
    pub(crate) fn asset_mut(&mut self, id: AssetId) -> Option<&mut Asset> {
        self.index.get(&id).map(|&at| &mut self.assets[at])
    }

    /// Changes an asset and moves its `updatedAt`.
    pub(crate) fn edit(&mut self, id: AssetId, change: impl FnOnce(&mut Asset)) -> Result<(), SandboxError> {
        let now = self.now();
        let asset = self.asset_mut(id).ok_or(SandboxError::NoAsset { id })?;
        change(asset);
        asset.updated_at = now;
        self.reorder();
        Ok(())
    }

    pub(crate) fn reorder(&mut self) {
        self.generation += 1;
    }

    pub(crate) fn add_asset(&mut self, asset: Asset) {
        self.index.insert(asset.id, self.assets.len());
        self.assets.push(asset);
        self.reorder();
    }

    /// Forgets an asset and every mention of it. Its file is the caller's to remove.
    pub(crate) fn remove_asset(&mut self, id: AssetId) -> Option<Asset> {
        let at = self.index.remove(&id)?;
        let asset = self.assets.swap_remove(at);
        if let Some(moved) = self.assets.get(at) {
            self.index.insert(moved.id, at);
        }
        for album in self.albums.values_mut() {
            album.assets.retain(|other| *other != id);
            album.cover = album.cover.filter(|cover| *cover != id);
        }
        for other in &mut self.assets {
            other.live_photo_video = other.live_photo_video.filter(|video| *video != id);
        }
        self.drop_from_stacks(id);
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

    /// Takes an asset out of its stack; a stack of one is no stack.
    pub(crate) fn drop_from_stacks(&mut self, id: AssetId) {
        for stack in self.stacks.values_mut() {
            stack.assets.retain(|member| *member != id);
            if stack.primary == id
                && let Some(first) = stack.assets.first()
            {
                stack.primary = *first;
            }
        }
        self.stacks.retain(|_, stack| stack.assets.len() > 1);
    }

    pub(crate) fn stack_of(&self, id: AssetId) -> Option<&Stack> {
        self.stacks.values().find(|stack| stack.assets.contains(&id))
    }

    pub(crate) fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn add_user(&mut self, name: &str, is_admin: bool) -> UserId {
        let id = UserId::new(self.mint.uuid());
        let slug: String = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(".");
        let (name, email, created_at) = (name.to_owned(), format!("{slug}@sandbox.test"), self.now());
        self.users.push(User { id, name, email, is_admin, created_at });
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

    /// The tag with this path, made with its parents where it is new.
    pub(crate) fn upsert_tag(&mut self, owner: UserId, value: &str) -> Option<TagId> {
        let mut parent = None;
        let mut path = String::new();
        for name in value.split('/').filter(|name| !name.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            parent = Some(self.tag_at(owner, &path, parent));
        }
        parent
    }

    fn tag_at(&mut self, owner: UserId, value: &str, parent: Option<TagId>) -> TagId {
        if let Some(tag) = self.tags.values().find(|tag| tag.owner == owner && tag.value == value) {
            return tag.id;
        }
        let (id, now) = (TagId::new(self.mint.uuid()), self.now());
        let value = value.to_owned();
        self.tags.insert(id, Tag { id, owner, value, parent, color: None, created_at: now, updated_at: now });
        id
    }

    /// The tag and all below it, as a search by tag sees them.
    pub(crate) fn tag_family(&self, id: TagId) -> Vec<TagId> {
        let Some(root) = self.tags.get(&id) else { return vec![id] };
        let below = format!("{}/", root.value);
        self.tags
            .values()
            .filter(|tag| tag.id == id || (tag.owner == root.owner && tag.value.starts_with(&below)))
            .map(|tag| tag.id)
            .collect()
    }

    pub(crate) fn add_album(&mut self, owner: UserId, name: &str) -> AlbumId {
        let (id, now) = (AlbumId::new(self.mint.uuid()), self.now());
        let album = Album {
            id,
            owner,
            name: name.to_owned(),
            description: String::new(),
            assets: Vec::new(),
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
        let Some(album) = self.albums.get_mut(&album) else { return false };
        if album.assets.contains(&asset) {
            return false;
        }
        album.assets.push(asset);
        album.cover.get_or_insert(asset);
        album.updated_at = now;
        true
    }

    pub(crate) fn add_stack(&mut self, owner: UserId, assets: &[AssetId]) -> Option<StackId> {
        let primary = *assets.first()?;
        for &asset in assets {
            self.drop_from_stacks(asset);
        }
        let id = StackId::new(self.mint.uuid());
        self.stacks.insert(id, Stack { id, owner, primary, assets: assets.to_vec() });
        Some(id)
    }

    /// Every face of a person, with its asset.
    pub(crate) fn faces_of(&self, person: PersonId) -> impl Iterator<Item = (&Asset, &Face)> {
        self.assets
            .iter()
            .flat_map(|asset| asset.faces.iter().map(move |face| (asset, face)))
            .filter(move |(_, face)| face.person == Some(person))
    }

    pub(crate) fn each_face_mut(&mut self) -> impl Iterator<Item = &mut Face> {
        self.assets.iter_mut().flat_map(|asset| asset.faces.iter_mut())
    }

    pub(crate) fn each_asset_mut(&mut self) -> impl Iterator<Item = &mut Asset> {
        self.assets.iter_mut()
    }

    /// Whether `user` may see what `owner` has: their own, or as a partner.
    pub(crate) fn sees(&self, user: UserId, owner: UserId) -> bool {
        user == owner || self.partners.iter().any(|pair| pair.shared_by == owner && pair.shared_with == user)
    }
}
