//! What a sandbox starts with, told as a story.
//!
//! A scenario always has one admin with a key that may do everything. Files of the scenario are looked at
//! when the sandbox starts, so they may be made after they are named here.

use std::path::{Path, PathBuf};

use crate::{
    AlbumId, AssetId, DuplicateId, LibraryId, PersonId, Question, StackId, UserId, Version,
    asset_builder::AssetBuilder,
    model::{ApiKey, ExternalLibrary, Partner, Person, User},
    world::World,
};

/// A place for files: an external library, or storage that the server manages.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) id: Option<LibraryId>,
    pub(crate) owner: UserId,
    pub(crate) server_root: String,
    pub(crate) disk_root: PathBuf,
}

impl Library {
    /// Id of the external library, `None` for managed storage.
    pub const fn id(&self) -> Option<LibraryId> {
        self.id
    }

    /// The folder as the server sees it, without a slash at the end.
    pub fn server_root(&self) -> &str {
        &self.server_root
    }

    /// The same folder on this machine.
    pub fn disk_root(&self) -> &Path {
        &self.disk_root
    }
}

/// What a sandbox will start with.
#[derive(Debug)]
pub struct Scenario {
    pub(crate) world: World,
    pub(crate) admin: UserId,
    /// Assets whose metadata is read from their files at the start.
    pub(crate) to_read: Vec<AssetId>,
    /// Assets whose files must exist at the start.
    pub(crate) to_stat: Vec<AssetId>,
    /// Assets whose told values are in sidecars at the start.
    pub(crate) to_write: Vec<AssetId>,
    pub(crate) upload_root: Option<PathBuf>,
}

impl Scenario {
    /// An empty server of this release, with an admin and a key for everything.
    pub fn new(version: Version) -> Self {
        Self::seeded(version, 1)
    }

    /// The same with other ids.
    pub fn seeded(version: Version, seed: u64) -> Self {
        let mut world = World::new(version, seed);
        let admin = world.add_user("Sandbox Admin", true);
        let mut scenario = Self {
            world,
            admin,
            to_read: Vec::new(),
            to_stat: Vec::new(),
            to_write: Vec::new(),
            upload_root: None,
        };
        scenario.api_key(admin, &["all"]);
        scenario
    }

    /// The release that the server plays.
    pub const fn version(&self) -> Version {
        self.world.version
    }

    /// The first user.
    pub const fn admin(&self) -> UserId {
        self.admin
    }

    /// Another user, without admin rights and without a key.
    pub fn user(&mut self, name: &str) -> UserId {
        self.world.add_user(name, false)
    }

    /// Changes what is known of a user: password, address, storage label.
    pub fn user_details(&mut self, id: UserId, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.world.users.iter_mut().find(|user| user.id == id) {
            change(user);
        }
    }

    /// A key of this user with these permissions (`asset.read`, …, or `all`); answers the secret.
    pub fn api_key(&mut self, user: UserId, permissions: &[&str]) -> String {
        let (id, now) = (crate::KeyId::new(self.world.mint.uuid()), self.world.now());
        let secret = format!("sandbox-key-{}", self.world.mint.uuid().simple());
        let permissions: Vec<String> = permissions.iter().map(|&word| word.to_owned()).collect();
        let name = permissions.first().cloned().unwrap_or_default();
        self.world.keys.push(ApiKey { id, user, name, secret: secret.clone(), permissions, created_at: now });
        secret
    }

    /// An external library of the admin: `server_root` as the server sees it, `disk_root` here.
    pub fn external_library(&mut self, server_root: &str, disk_root: impl Into<PathBuf>) -> Library {
        self.external_library_of(self.admin, server_root, disk_root)
    }

    /// An external library of this user.
    pub fn external_library_of(
        &mut self,
        owner: UserId,
        server_root: &str,
        disk_root: impl Into<PathBuf>,
    ) -> Library {
        let (id, now) = (LibraryId::new(self.world.mint.uuid()), self.world.now());
        let disk_root = disk_root.into();
        let server_root = server_root.trim_end_matches('/').to_owned();
        self.world.libraries.push(ExternalLibrary {
            id,
            owner,
            name: format!("Library {}", self.world.libraries.len() + 1),
            server_root: server_root.clone(),
            disk_root: disk_root.clone(),
            created_at: now,
            refreshed_at: Some(now),
        });
        Library { id: Some(id), owner, server_root, disk_root }
    }

    /// Storage that the server manages, such as `/data/library/admin`, and the same folder here.
    pub fn managed_storage(&self, server_root: &str, disk_root: impl Into<PathBuf>) -> Library {
        self.managed_storage_of(self.admin, server_root, disk_root)
    }

    /// Storage for this user, `/data/upload/<id of the user>` or `/data/library/<label>`.
    pub fn managed_storage_of(
        &self,
        owner: UserId,
        server_root: &str,
        disk_root: impl Into<PathBuf>,
    ) -> Library {
        let server_root = server_root.trim_end_matches('/').to_owned();
        Library { id: None, owner, server_root, disk_root: disk_root.into() }
    }

    /// An asset with a file below the library's folder. The file must exist when the sandbox starts.
    pub fn asset_file(&mut self, library: &Library, relative: &str) -> AssetBuilder<'_> {
        let builder = AssetBuilder::create(self, library, relative);
        let id = builder.id();
        self.to_stat.push(id);
        AssetBuilder::resume(self, id)
    }

    /// An asset that is known to the server and has no file here.
    pub fn asset(&mut self, library: &Library, relative: &str) -> AssetBuilder<'_> {
        AssetBuilder::create(self, library, relative).without_file()
    }

    /// Many assets without files, `2020/01/IMG_000000.jpg` and so on, an hour apart; `each` may add to them.
    pub fn many(
        &mut self,
        library: &Library,
        count: usize,
        mut each: impl FnMut(usize, AssetBuilder<'_>),
    ) -> Vec<AssetId> {
        self.world.reserve(count);
        (0..count)
            .map(|number| {
                let relative = format!("{}/IMG_{number:06}.jpg", folder_of(number));
                let id = self.asset(library, &relative).taken_hours_after_2020(number).id();
                each(number, AssetBuilder::resume(self, id));
                id
            })
            .collect()
    }

    /// A person of the admin. The server lists somebody without any face nowhere.
    pub fn person(&mut self, name: &str) -> PersonId {
        self.world.add_person(self.admin, name)
    }

    /// A person of another user.
    pub fn person_of(&mut self, owner: UserId, name: &str) -> PersonId {
        self.world.add_person(owner, name)
    }

    /// A person nobody has named.
    pub fn unnamed_person(&mut self) -> PersonId {
        self.person("")
    }

    /// A named person who is hidden.
    pub fn hidden_person(&mut self, name: &str) -> PersonId {
        let id = self.person(name);
        self.person_details(id, |person| person.is_hidden = true);
        id
    }

    /// Changes what is known of a person.
    pub fn person_details(&mut self, id: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.world.people.get_mut(&id) {
            change(person);
        }
    }

    /// An album of the admin.
    pub fn album(&mut self, name: &str) -> AlbumId {
        self.world.add_album(self.admin, name)
    }

    /// An album of another user.
    pub fn album_of(&mut self, owner: UserId, name: &str) -> AlbumId {
        self.world.add_album(owner, name)
    }

    /// Lets another user see and edit an album.
    pub fn share_album(&mut self, album: AlbumId, user: UserId) {
        self.share_album_as(album, user, "editor");
    }

    /// Lets another user see an album as `editor` or `viewer`.
    pub fn share_album_as(&mut self, album: AlbumId, user: UserId, role: &str) {
        if let Some(album) = self.world.albums_mut().get_mut(&album) {
            album.shared_with.push((user, role.to_owned()));
        }
    }

    /// Puts assets into an album.
    pub fn add_to_album(&mut self, album: AlbumId, assets: &[AssetId]) {
        for &asset in assets {
            self.world.add_to_album(album, asset);
        }
    }

    /// Makes a stack; the first asset is shown. `None` for no assets.
    pub fn stack(&mut self, assets: &[AssetId]) -> Option<StackId> {
        (!assets.is_empty()).then(|| self.world.add_stack(self.admin, assets).0)
    }

    /// Groups assets as duplicates of each other.
    pub fn duplicates(&mut self, assets: &[AssetId]) -> DuplicateId {
        let group = self.world.new_duplicate_id();
        for &id in assets {
            if let Some(asset) = self.world.asset_mut(id) {
                asset.duplicate = Some(group);
            }
        }
        group
    }

    /// `by` shows their library to `with`.
    pub fn partner(&mut self, by: UserId, with: UserId) {
        self.world.partners.push(Partner { shared_by: by, shared_with: with, in_timeline: true });
    }

    /// For how many days the trash keeps, 30 on a fresh server; `None` switches it off.
    pub fn trash_days(&mut self, days: Option<u64>) {
        self.world.trash_days = days;
    }

    /// Whether regions in files become faces; off as on a fresh server.
    pub fn import_faces(&mut self, on: bool) {
        self.world.import_faces = on;
    }

    /// Whether edits go into sidecars, as on every real server; off by default, since it needs ExifTool and real
    /// files. An edit then writes the fields that were edited into the linked sidecar, or into a new
    /// `<file>.xmp`, and the asset is read again. While a sidecar cannot be written, a re-read leaves the
    /// edited fields alone.
    pub fn writes_sidecars(&mut self, on: bool) {
        self.world.writes_sidecars = on;
    }

    /// Answers a question with nothing from the start; see [`crate::Sandbox::answer_nothing`].
    pub fn answer_nothing(&mut self, question: Question) {
        self.world.answer_nothing(question, true);
    }

    /// The ExifTool program that reads files. Without one, uploads, scans and `refresh-metadata` over HTTP
    /// leave the metadata as it was, and [`crate::Sandbox::refresh`] is an error.
    pub fn exiftool(&mut self, path: impl Into<PathBuf>) {
        self.world.exiftool = Some(path.into());
    }

    /// Where uploads go on this machine (`/data` on the server); a temporary folder by default.
    pub fn upload_root(&mut self, path: impl Into<PathBuf>) {
        self.upload_root = Some(path.into());
    }
}

fn folder_of(number: usize) -> String {
    let month = number / 1000;
    format!("{}/{:02}", 2020 + month / 12, month % 12 + 1)
}
