//! A running server, and the strings that a test pulls behind its back.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    thread::JoinHandle,
};

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::{
    Album, AlbumId, Asset, AssetId, AssetView, Fault, PersonId, RecordedRequest, RouteTraffic, SandboxError,
    Scenario, UserId, checksum,
    edited::Fields,
    fault::Faults,
    jobs,
    model::Person,
    planted::Planted,
    record::Record,
    server::{self, Shared},
    sidecar,
    thumbnail::{self, Thumbnails},
    world::World,
};

/// A server on a free port of this machine. It ends when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) shared: Shared,
    address: SocketAddr,
    admin: UserId,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Holds the uploads, when the scenario named no folder.
    _uploads: Option<tempfile::TempDir>,
}

impl Sandbox {
    /// Looks at the scenario's files and starts to answer.
    pub fn start(scenario: Scenario) -> Result<Self, SandboxError> {
        let Scenario { mut world, admin, to_read, to_stat, to_write, upload_root } = scenario;
        for id in to_stat {
            stat(&mut world, id)?;
        }
        let uploads = match upload_root {
            Some(folder) => {
                world.upload_root = folder;
                None
            }
            None => Some(tempfile::tempdir().map_err(|source| SandboxError::Start { source })?),
        };
        if let Some(folder) = &uploads {
            folder.path().clone_into(&mut world.upload_root);
        }
        let shared = Shared {
            world: std::sync::Arc::new(std::sync::Mutex::new(world)),
            record: Record::default(),
            faults: Faults::default(),
            thumbnails: Thumbnails::default(),
            jobs: std::sync::Arc::default(),
        };
        write_told(&shared, &to_write)?;
        jobs::refresh(&shared, &to_read)?;
        let (address, stop, thread) = spawn(&shared).map_err(|source| SandboxError::Start { source })?;
        Ok(Self { shared, address, admin, stop: Some(stop), thread: Some(thread), _uploads: uploads })
    }

    /// Address without a path, such as `http://127.0.0.1:4321`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The admin's key that may do everything.
    pub fn api_key(&self) -> String {
        let world = self.shared.world();
        world.keys.first().map(|key| key.secret.clone()).unwrap_or_default()
    }

    /// Another key; answers the secret.
    pub fn add_api_key(&self, user: UserId, permissions: &[&str]) -> String {
        let mut world = self.shared.world();
        let (id, now) = (crate::KeyId::new(world.mint.uuid()), world.now());
        let secret = format!("sandbox-key-{}", world.mint.uuid().simple());
        world.keys.push(crate::model::ApiKey {
            id,
            user,
            name: permissions.first().map(|&word| word.to_owned()).unwrap_or_default(),
            secret: secret.clone(),
            permissions: permissions.iter().map(|&word| word.to_owned()).collect(),
            created_at: now,
        });
        secret
    }

    /// The first user.
    pub const fn admin(&self) -> UserId {
        self.admin
    }

    /// E-mail address and password of a user, for `POST /auth/login`.
    pub fn login_of(&self, user: UserId) -> Option<(String, String)> {
        self.shared.world().user(user).map(|user| (user.email.clone(), user.password.clone()))
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.record.all()
    }

    /// The requests that could have changed something.
    pub fn writes(&self) -> Vec<RecordedRequest> {
        self.requests().into_iter().filter(RecordedRequest::is_write).collect()
    }

    /// How many requests came so far.
    pub fn request_count(&self) -> u64 {
        self.shared.record.count()
    }

    /// Only counts the requests from now on: a run of a million of them would fill the memory.
    pub fn only_count_requests(&self, on: bool) {
        self.shared.record.only_count(on);
    }

    /// What came so far by route, and how large it was.
    pub fn traffic(&self) -> BTreeMap<String, RouteTraffic> {
        self.shared.record.traffic()
    }

    /// Forgets the requests so far. No request may be under way.
    pub fn clear_requests(&self) {
        self.shared.record.clear();
    }

    /// Lets something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Everything goes well again.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Changes the record of an asset and moves its `updatedAt`. No sidecar is written; see
    /// [`Self::edit_as_user`].
    pub fn edit(&self, id: AssetId, change: impl FnOnce(&mut Asset)) -> Result<(), SandboxError> {
        self.shared.world().edit(id, change)
    }

    /// Sets the heart.
    pub fn set_favorite(&self, id: AssetId, on: bool) -> Result<(), SandboxError> {
        self.edit(id, |asset| asset.is_favorite = on)
    }

    /// Moves an asset to the trash.
    pub fn trash(&self, id: AssetId) -> Result<(), SandboxError> {
        let mut world = self.shared.world();
        world.asset(id).ok_or(SandboxError::NoAsset { id })?;
        world.trash(id);
        Ok(())
    }

    /// Takes an asset out of the trash.
    pub fn restore(&self, id: AssetId) -> Result<(), SandboxError> {
        let mut world = self.shared.world();
        world.asset(id).ok_or(SandboxError::NoAsset { id })?;
        world.restore(id);
        Ok(())
    }

    /// Removes an asset for good; its file stays.
    pub fn remove(&self, id: AssetId) -> Result<(), SandboxError> {
        self.shared.world().remove_asset(id).map(|_| ()).ok_or(SandboxError::NoAsset { id })
    }

    /// Changes a person.
    pub fn edit_person(&self, id: PersonId, change: impl FnOnce(&mut Person)) {
        let mut world = self.shared.world();
        let now = world.now();
        if let Some(person) = world.people.get_mut(&id) {
            change(person);
            person.updated_at = now;
        }
    }

    /// Changes an album; no asset's `updatedAt` moves, as on the real server.
    pub fn edit_album(&self, id: AlbumId, change: impl FnOnce(&mut Album)) {
        let mut world = self.shared.world();
        let now = world.now();
        if let Some(album) = world.albums_mut().get_mut(&id) {
            change(album);
            album.updated_at = now;
        }
    }

    /// Turns the import of regions as faces on or off.
    pub fn set_import_faces(&self, on: bool) {
        self.shared.world().import_faces = on;
    }

    /// After the next time this page of a search was served, `count` of its assets go to the trash, so that
    /// the following pages shift.
    pub fn trash_after_page(&self, page: usize, count: usize) {
        self.shared.world().trash_after.push((page, count));
    }

    /// Reads the metadata of these files again, as the server's job does.
    pub fn refresh(&self, ids: &[AssetId]) -> Result<(), SandboxError> {
        jobs::refresh(&self.shared, ids)
    }

    /// Links sidecars that are new and drops those that are gone, without reading any; see
    /// [`Self::run_sidecar_job`] for all that the server does.
    pub fn discover_sidecars(&self) {
        sidecar::check(&mut self.shared.world(), true);
    }

    /// What the server says of an asset.
    pub fn view(&self, id: AssetId) -> Option<AssetView> {
        let world = self.shared.world();
        world.asset(id).map(|asset| AssetView::of(&world, asset))
    }

    /// The same for all assets, sorted by path.
    pub fn views(&self) -> Vec<AssetView> {
        let world = self.shared.world();
        let mut assets: Vec<&Asset> = world.assets().iter().collect();
        assets.sort_by(|a, b| a.original_path.cmp(&b.original_path));
        assets.into_iter().map(|asset| AssetView::of(&world, asset)).collect()
    }

    /// The assets of an album in the order of adding.
    pub fn album_members(&self, id: AlbumId) -> Vec<AssetId> {
        self.shared
            .world()
            .albums()
            .get(&id)
            .map(|album| album.assets.as_slice().to_vec())
            .unwrap_or_default()
    }

    /// Albums by name: id and number of assets.
    pub fn albums(&self) -> Vec<(AlbumId, String, usize)> {
        let world = self.shared.world();
        let mut albums: Vec<_> = world
            .albums()
            .values()
            .map(|album| (album.id, album.name.clone(), album.assets.as_slice().len()))
            .collect();
        albums.sort_by(|a, b| a.1.cmp(&b.1));
        albums
    }

    /// The assets of each stack, the shown one first.
    pub fn stacks(&self) -> Vec<Vec<AssetId>> {
        let world = self.shared.world();
        let first_shown = |stack: &crate::model::Stack| {
            let mut assets = stack.assets.clone();
            assets.sort_by_key(|id| *id != stack.primary);
            assets
        };
        world.stacks().values().map(first_shown).collect()
    }

    /// Gives an asset other bytes, without a file, as if its file had been replaced and its
    /// thumbnail made anew: the thumbhash follows, the checksum does not.
    pub fn set_picture(&self, id: AssetId, bytes: &[u8]) -> Result<(), SandboxError> {
        self.edit(id, |asset| {
            asset.planted = Some(Planted::Bytes(bytes.into()));
            asset.looks = Some(checksum::of_bytes(bytes));
            asset.size = Some(bytes.len() as u64);
            asset.dimensions = thumbnail::dimensions(bytes).or(asset.dimensions);
        })?;
        self.shared.thumbnails.forget(id);
        Ok(())
    }

    /// Forgets the bytes of uploads, and counts no checksum where the client announces one: nothing but the
    /// client is measured then. Assets made so have no original.
    pub fn discard_uploads(&self, on: bool) {
        self.shared.world().discards_uploads = on;
    }

    /// The most bytes that the uploads of each user may have.
    pub fn set_quota(&self, bytes: Option<u64>) {
        self.shared.world().quota = bytes;
    }

    /// The queues that are paused, and the secret of the key that paused each.
    pub fn paused_queues(&self) -> Vec<(String, Option<String>)> {
        let world = self.shared.world();
        let secret = |id| world.keys.iter().find(|key| key.id == id).map(|key| key.secret.clone());
        world.paused.iter().map(|(name, by)| ((*name).to_owned(), by.and_then(secret))).collect()
    }

    /// For how many days the trash keeps; `None` switches it off.
    pub fn set_trash_days(&self, days: Option<u64>) {
        self.shared.world().trash_days = days;
    }

    /// The nightly clean-up, where the trash keeps nothing: what is in it is gone for good. Answers how many.
    pub fn clean_up(&self) -> usize {
        let mut world = self.shared.world();
        if world.trash_days.is_some_and(|days| days > 0) {
            return 0;
        }
        let gone: Vec<AssetId> =
            world.assets().iter().filter(|asset| asset.is_trashed()).map(Asset::id).collect();
        for id in &gone {
            world.remove_asset(*id);
        }
        gone.len()
    }

    /// Where the file of an asset is on this machine.
    pub fn disk_path(&self, id: AssetId) -> Option<PathBuf> {
        self.shared.world().asset(id).and_then(|asset| asset.disk_path.clone())
    }

    /// The asset whose file has this path on the server.
    pub fn find(&self, original_path: &str) -> Option<AssetId> {
        let world = self.shared.world();
        world.assets().iter().find(|asset| asset.original_path == original_path).map(|asset| asset.id)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Running = (SocketAddr, oneshot::Sender<()>, JoinHandle<()>);

fn spawn(shared: &Shared) -> io::Result<Running> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let (stop, stopped) = oneshot::channel();
    let shared = shared.clone();
    let thread = std::thread::Builder::new().name("immich-sandbox".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = server::serve(listener, shared) => {}
                _ = stopped => {}
            }
        });
        // Drops open connections with their endless bodies; a job that reads files may finish alone.
        runtime.shutdown_background();
    })?;
    Ok((address, stop, thread))
}

/// Writes what the scenario told of these assets into sidecars, as if somebody had edited all of it.
fn write_told(shared: &Shared, ids: &[AssetId]) -> Result<(), SandboxError> {
    if ids.is_empty() {
        return Ok(());
    }
    for id in ids {
        if let Some(asset) = shared.world().asset_mut(*id) {
            asset.locked = Fields::told(asset);
        }
    }
    jobs::write_edits(shared, ids)
}

/// Takes size, time and checksum of an asset from its file.
fn stat(world: &mut World, id: AssetId) -> Result<(), SandboxError> {
    let Some(asset) = world.asset_mut(id) else { return Ok(()) };
    let Some(path) = asset.disk_path.clone() else { return Ok(()) };
    let failed = |source| SandboxError::File { path: path.clone(), source };
    let about = std::fs::metadata(&path).map_err(failed)?;
    let modified = about.modified().map_err(failed)?;
    asset.size = Some(about.len());
    asset.file_modified_at = to_millisecond(Timestamp::try_from(modified).unwrap_or(Timestamp::UNIX_EPOCH));
    if asset.library.is_none() {
        asset.checksum = checksum::of_file(&path).map_err(failed)?;
    }
    asset.sidecar = sidecar::beside(&path);
    let (taken, zone) = (asset.taken(), asset.time_zone().map(str::to_owned));
    asset.set_taken(taken, zone.as_deref());
    world.reorder();
    Ok(())
}

/// The server keeps times to the millisecond.
pub(crate) fn to_millisecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}
