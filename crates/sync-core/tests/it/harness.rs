//! A sandbox server, a folder of photos and a state, as a user would have them; and ExifTool as the judge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use immich_api::{ApiError, ApiKey, Client, ClientOptions, RateLimit};
use immich_sandbox::{AssetId, Library as ServerLibrary, Sandbox, Scenario, Version};
use jiff::Timestamp;
use photo_metadata::exiftool::{ExifToolPool, PoolOptions};
use photo_metadata::replace::ReplaceOptions;
use photo_metadata::{
    Allowances, Change, Container, Datum, Draft, Engine, EngineChoice, Engines, ExifTool, FileTags,
    Inventory, MetadataError, Rules, TagChoices,
};
use sample_pictures::Picture;
use sync_core::paths::{Library, PathMapping, PathRule};
use sync_core::state::{SqliteStore, Store};
use sync_core::writeback::{
    Account, AfterWrite, AlbumOptions, Brake, FaceBook, FaceOptions, IdentityCheck, Selection, Targets,
    WriteBack, WriteOptions,
};
use sync_core::{Event, Reporter, StopFlag, Summary, SyncError};
use tempfile::TempDir;

/// Where the server believes the photos to be.
pub(crate) const SERVER_ROOT: &str = "/mnt/photos";

/// A scenario being built, with its folder.
pub(crate) struct Setting {
    pub(crate) scenario: Scenario,
    pub(crate) library: ServerLibrary,
    pub(crate) photos: TempDir,
}

impl Setting {
    pub(crate) fn new() -> Self {
        Self::of(Version::V3_0_3)
    }

    pub(crate) fn of(version: Version) -> Self {
        let photos = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::new(version);
        scenario.exiftool(exiftool());
        let library = scenario.external_library(SERVER_ROOT, photos.path());
        Self { scenario, library, photos }
    }

    /// Puts a picture into the library folder; its asset is still to be made.
    pub(crate) fn file(&self, relative: &str, picture: &Picture) -> PathBuf {
        self.bytes(relative, &picture.build())
    }

    pub(crate) fn bytes(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.photos.path().join(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn start(self) -> Home {
        let Self { scenario, photos, .. } = self;
        let sandbox = Sandbox::start(scenario).unwrap();
        let options = options(photos.path());
        Home { sandbox, photos, store: SqliteStore::in_memory().unwrap(), options, stop: StopFlag::new() }
    }
}

/// All five kinds of data into the photos of a folder, defaults elsewhere.
pub(crate) fn options(photos: &Path) -> WriteOptions {
    WriteOptions {
        data: [Datum::People, Datum::Gps, Datum::Caption, Datum::Time, Datum::Rating].into(),
        caption_limit: 2000,
        rules: Rules {
            choices: TagChoices { people_as_keywords: true, ..TagChoices::default() },
            ..Rules::default()
        },
        targets: Targets::default(),
        identity: IdentityCheck::TrustPaths,
        albums: AlbumOptions::default(),
        faces: FaceOptions::default(),
        brake: Brake::default(),
        after: AfterWrite::Nothing,
        allowed: Allowances::default(),
        replace: ReplaceOptions::default(),
        mapping: PathMapping {
            root: photos.to_owned(),
            rule: PathRule::Prefixes(vec![sync_core::paths::PrefixMap {
                server: SERVER_ROOT.to_owned(),
                local: photos.to_owned(),
            }]),
        },
        managed: None,
        selection: Selection::default(),
        recheck: false,
        workers: 2,
    }
}

/// A user's installation.
pub(crate) struct Home {
    pub(crate) sandbox: Sandbox,
    pub(crate) photos: TempDir,
    pub(crate) store: SqliteStore,
    pub(crate) options: WriteOptions,
    pub(crate) stop: StopFlag,
}

/// What a run said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) done: Vec<PathBuf>,
    pub(crate) would: Vec<PathBuf>,
    pub(crate) skipped: Vec<(PathBuf, String)>,
    pub(crate) failed: Vec<(PathBuf, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) kept: Vec<(PathBuf, String)>,
    pub(crate) recovered: u64,
    pub(crate) edits: Vec<String>,
}

impl Reporter for Recorder {
    fn report(&self, event: &Event<'_>) {
        let mut told = self.told.lock().unwrap();
        match event {
            Event::Done(step) => {
                told.done.push(step.path.clone());
                told.edits.extend(step.change.edits.iter().map(|edit| format!("{edit:?}")));
            }
            Event::WouldDo(step) => told.would.push(step.path.clone()),
            Event::Skipped(skipped) => told.skipped.push((skipped.path.clone(), skipped.reason.to_string())),
            Event::Failed(failed) => told.failed.push((failed.path.clone(), failed.message.clone())),
            Event::Kept(kept) => told.kept.push((kept.path.clone(), kept.why.clone())),
            Event::Warning(text) => told.warnings.push((*text).to_owned()),
            Event::Recovered { folders, .. } => told.recovered += folders,
            _ => {}
        }
        if let Some((stop, photos)) = &self.stop
            && told.done.len() >= *photos
        {
            stop.raise();
        }
    }
}

/// Notes what is told.
#[derive(Default)]
pub(crate) struct Recorder {
    told: Mutex<Told>,
    pub(crate) stop: Option<(StopFlag, usize)>,
}

impl Recorder {
    /// What was told up to now.
    pub(crate) fn take(&self) -> Told {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

/// The engine of all tests, with a count of what it was asked for.
#[derive(Default)]
pub(crate) struct Counting(std::sync::atomic::AtomicUsize);

impl Counting {
    pub(crate) fn calls(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn count(&self) -> &'static Engines<'static> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        engine()
    }
}

impl Engine for Counting {
    fn name(&self) -> String {
        engine().name()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        engine().blocked(container)
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        self.count().read(path, container)
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        self.count().inventory(path, container)
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        self.count().write_copy(source, target, change)
    }

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        self.count().draft(source, change)
    }

    fn foretell(&self, source: &Path, change: &Change) -> Result<Option<String>, MetadataError> {
        engine().foretell(source, change)
    }

    fn wants_second_opinion(&self, container: Container) -> bool {
        engine().wants_second_opinion(container)
    }

    fn second_opinion(
        &self,
        source: &Path,
        target: &Path,
        change: &Change,
    ) -> Result<Vec<String>, MetadataError> {
        engine().second_opinion(source, target, change)
    }

    fn heed(&self, source: &Path, change: &Change, findings: &[String]) {
        engine().heed(source, change, findings);
    }
}

impl Home {
    pub(crate) fn client(&self) -> Client {
        self.client_with(self.sandbox.api_key())
    }

    /// The client of somebody with this key.
    pub(crate) fn client_with(&self, key: String) -> Client {
        connect(&self.sandbox, key)
    }

    /// The same, of a server that may be in trouble.
    pub(crate) fn try_client(&self) -> Result<Client, ApiError> {
        try_connect(&self.sandbox, self.sandbox.api_key())
    }

    /// A real run that has to come to its end.
    pub(crate) fn write(&self) -> (Summary, Told) {
        self.write_with(engine())
    }

    pub(crate) fn try_write(&self) -> (Result<Summary, SyncError>, Told) {
        self.run_with(engine(), &Recorder::default())
    }

    /// A run whose reads and writes are counted.
    pub(crate) fn write_with(&self, engine: &dyn Engine) -> (Summary, Told) {
        let (summary, told) = self.run_with(engine, &Recorder::default());
        (summary.unwrap(), told)
    }

    /// A run that is asked to stop after so many photos.
    pub(crate) fn write_and_stop_after(&self, photos: usize) -> (Summary, Told) {
        let recorder = Recorder { stop: Some((self.stop.clone(), photos)), ..Recorder::default() };
        let (summary, told) = self.run_with(engine(), &recorder);
        (summary.unwrap(), told)
    }

    fn run_with(&self, engine: &dyn Engine, recorder: &Recorder) -> (Result<Summary, SyncError>, Told) {
        self.run_as(&[self.client()], engine, recorder)
    }

    /// A run for several accounts.
    pub(crate) fn write_as(&self, clients: &[Client]) -> (Summary, Told) {
        let (summary, told) = self.run_as(clients, engine(), &Recorder::default());
        (summary.unwrap(), told)
    }

    /// The same, where the run may not come to its end.
    pub(crate) fn try_write_as(&self, clients: &[Client]) -> (Result<Summary, SyncError>, Told) {
        self.run_as(clients, engine(), &Recorder::default())
    }

    /// A run that knows faces from the stream of a session.
    pub(crate) fn write_with_books(&self, books: &[FaceBook]) -> (Summary, Told) {
        let recorder = Recorder::default();
        let library = Library::open(self.options.mapping.clone()).unwrap();
        let clients = [self.client()];
        let session = WriteBack { face_books: books, ..self.session(engine(), &recorder, &library) };
        let summary = session.run(&clients, "write").unwrap();
        (summary, std::mem::take(&mut recorder.told.lock().unwrap()))
    }

    fn run_as(
        &self,
        clients: &[Client],
        engine: &dyn Engine,
        recorder: &Recorder,
    ) -> (Result<Summary, SyncError>, Told) {
        let library = Library::open(self.options.mapping.clone()).unwrap();
        let result = self.session(engine, recorder, &library).run(clients, "write");
        (result, std::mem::take(&mut recorder.told.lock().unwrap()))
    }

    pub(crate) fn preview(&self) -> (Summary, Told) {
        let recorder = Recorder::default();
        let library = Library::open(self.options.mapping.clone()).unwrap();
        let client = self.client();
        let session = self.session(engine(), &recorder, &library);
        let summary = session.preview(&[Account::of(&client)]).unwrap();
        (summary, std::mem::take(&mut recorder.told.lock().unwrap()))
    }

    fn session<'a>(
        &'a self,
        engine: &'a dyn Engine,
        reporter: &'a dyn Reporter,
        library: &'a Library,
    ) -> WriteBack<'a> {
        WriteBack {
            store: &self.store as &dyn Store,
            engine,
            library,
            options: &self.options,
            face_books: &[],
            reporter,
            stop: &self.stop,
            now: &Timestamp::now,
        }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.photos.path().canonicalize().unwrap().join(relative)
    }

    pub(crate) fn tags(&self, relative: &str) -> Tags {
        tags(&self.path(relative))
    }

    /// How many requests went to a path that begins so.
    pub(crate) fn asked(&self, beginning: &str) -> usize {
        let requests = self.sandbox.requests();
        requests.iter().filter(|request| request.path.starts_with(beginning)).count()
    }

    pub(crate) fn refresh(&self, id: AssetId) {
        self.sandbox.refresh(&[id]).unwrap();
    }
}

/// A client that waits for nothing.
pub(crate) fn connect(sandbox: &Sandbox, key: String) -> Client {
    try_connect(sandbox, key).unwrap()
}

/// The same, of a server that may be in trouble.
pub(crate) fn try_connect(sandbox: &Sandbox, key: String) -> Result<Client, ApiError> {
    connect_to(&sandbox.url(), key)
}

/// The same, of a server that somebody else started.
pub(crate) fn connect_to(url: &str, key: String) -> Result<Client, ApiError> {
    let mut options = ClientOptions::new(url, ApiKey::new(key).unwrap());
    options.rate_limit = RateLimit::PerSecond(10_000.0);
    options.clock = Arc::new(FastClock::default());
    Client::connect(options)
}

/// A clock on which waiting costs nothing.
#[derive(Debug, Default)]
pub(crate) struct FastClock(Mutex<std::time::Duration>);

impl immich_api::Clock for FastClock {
    fn now(&self) -> std::time::Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, time: std::time::Duration) {
        *self.0.lock().unwrap() += time;
    }
}

/// The pinned ExifTool, the measure of all tests.
pub(crate) fn exiftool() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its environment where the judge is")]
    let told = std::env::var("IMMICH_SYNC_EXIFTOOL").ok().map(PathBuf::from);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/exiftool/bin/exiftool");
    let path = told.unwrap_or(kept);
    assert!(path.exists(), "no ExifTool at {}; run cargo xtask test", path.display());
    path
}

/// One engine for all tests of this binary. Whatever the native code writes, ExifTool judges.
pub(crate) fn engine() -> &'static Engines<'static> {
    static ENGINE: OnceLock<Engines<'static>> = OnceLock::new();
    let start = || Ok(ExifTool::new(ExifToolPool::start(PoolOptions::new(exiftool()))?));
    ENGINE.get_or_init(|| {
        Engines::new(EngineChoice::Auto, 1, Box::new(start), Box::new(|said| panic!("{said}")))
    })
}

/// `Group:Name` to value, as a separate ExifTool process reads them.
pub(crate) type Tags = BTreeMap<String, serde_json::Value>;

pub(crate) fn tags(path: &Path) -> Tags {
    let output = Command::new(exiftool())
        .args(["-j", "-n", "-a", "-G1", "-struct", "-api", "StructFormat=JSONQ"])
        .arg(path)
        .output()
        .unwrap();
    let mut files: Vec<Tags> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut tags = files.remove(0);
    // Looking is not changing.
    tags.remove("System:FileAccessDate");
    tags
}

/// The text of one tag, empty when there is none.
pub(crate) fn text<'a>(tags: &'a Tags, name: &str) -> &'a str {
    tags.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// The items of a list tag.
pub(crate) fn items(tags: &Tags, name: &str) -> Vec<String> {
    match tags.get(name) {
        Some(serde_json::Value::Array(items)) => {
            items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
        }
        Some(serde_json::Value::String(item)) => vec![item.clone()],
        _ => Vec::new(),
    }
}

/// Every file of a folder with its bytes and modification time.
pub(crate) fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let modified = entry.metadata().unwrap().modified().unwrap();
                files.insert(entry.path(), (std::fs::read(entry.path()).unwrap(), modified));
            }
        }
    }
    files
}
