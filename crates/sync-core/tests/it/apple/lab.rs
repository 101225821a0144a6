//! A server, a library, and a state.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use immich_api::{Asset, Client};
use immich_sandbox::{Sandbox, Scenario, Version};
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use sync_core::import::sources::apple::{AppleOptions, AppleSource};
use sync_core::import::{Import, ImportEvent, ImportOptions, ImportSummary, SkipKind};
use sync_core::state::{RunId, SqliteStore};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{Account, Event, Reporter, StopFlag, Summary, SyncError};

use crate::harness::{connect, exiftool};
use crate::import::lab::{Ear, Heard, options};
use crate::undo::Nobody;

/// The folder of collected libraries, or a line that says what was left out because it is absent.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub(crate) fn shared(test: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let folder = std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let libraries = folder.join("apple-photos");
    if libraries.is_dir() {
        return Some(libraries);
    }
    eprintln!("SKIPPED {test}: no shared folder at {}", folder.display());
    None
}

/// All files of a package: size, time, digest.
pub(crate) type Files = BTreeMap<PathBuf, (u64, SystemTime, String)>;

pub(crate) fn files(package: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![package.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_dir() {
                folders.push(path);
            } else {
                let digest = blake3::hash(&std::fs::read(&path).unwrap_or_default()).to_hex().to_string();
                files.insert(path, (metadata.len(), metadata.modified().unwrap(), digest));
            }
        }
    }
    files
}

/// What photos were left for, beside the usual ear.
#[derive(Default)]
struct BothEars {
    usual: Ear,
    passed: std::sync::Mutex<Vec<String>>,
}

impl Reporter for BothEars {
    fn report(&self, event: &Event<'_>) {
        let line = match event {
            Event::Import(ImportEvent::Passed(passed)) => {
                Some(format!("{}: {}", passed.kind.name(), passed.why.as_deref().unwrap_or("-")))
            }
            Event::Import(ImportEvent::Trouble(trouble)) => Some(format!("trouble: {}", trouble.message)),
            _ => None,
        };
        self.passed.lock().unwrap().extend(line);
        self.usual.report(event);
    }
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) summary: ImportSummary,
    pub(crate) heard: Heard,
    /// What was left out, with reasons, sorted.
    pub(crate) passed: Vec<String>,
}

pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) store: SqliteStore,
    pub(crate) options: ImportOptions,
    pub(crate) apple: AppleOptions,
    folder: tempfile::TempDir,
}

impl Lab {
    /// With a library where it is.
    pub(crate) fn of(package: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, scratch) = (folder.path().join("uploads"), folder.path().join("scratch"));
        for each in [&uploads, &scratch] {
            std::fs::create_dir(each).unwrap();
        }
        let mut scenario = Scenario::new(Version::V3_0_3);
        scenario.upload_root(&uploads);
        scenario.exiftool(exiftool());
        let sandbox = Sandbox::start(scenario).unwrap();
        let apple = AppleOptions::new(package.to_owned(), scratch, "/usr/bin/test".into());
        let options = ImportOptions { people_tag: Some("People".to_owned()), ..options() };
        Self { sandbox, store: SqliteStore::in_memory().unwrap(), options, apple, folder }
    }

    /// With a copy of a library, which may be changed.
    pub(crate) fn of_copy(package: &Path) -> Self {
        let mut lab = Self::of(package);
        lab.apple.library = lab.folder.path().join("Copy.photoslibrary");
        copy(package, &lab.apple.library);
        let database = lab.database();
        let triggers: Vec<String> = database
            .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .unwrap()
            .query_map((), |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        // They call functions that only the Mac has.
        for trigger in triggers {
            database.execute(&format!("DROP TRIGGER \"{trigger}\""), ()).unwrap();
        }
        lab
    }

    /// The database of the copy, as Photos would change it.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.apple.library.join("database/Photos.sqlite")).unwrap()
    }

    /// Changes the database of the copy.
    pub(crate) fn change(&self, sql: &str) {
        let changed = self.database().execute(sql, ()).unwrap();
        assert!(changed > 0, "nothing changed: {sql}");
    }

    pub(crate) fn client(&self) -> Client {
        connect(&self.sandbox, self.sandbox.api_key())
    }

    pub(crate) fn import(&self) -> Ran {
        let before = files(&self.apple.library);
        self.sandbox.clear_requests();
        let (ears, stop, client) = (BothEars::default(), StopFlag::new(), self.client());
        let source = AppleSource::open(self.apple.clone(), &|| false).unwrap();
        let import = Import {
            source: &source,
            store: &self.store,
            options: &self.options,
            reporter: &ears,
            stop: &stop,
            now: &Timestamp::now,
        };
        let summary = import.run(&client, "import apple-photos").unwrap();
        drop(source);
        assert_eq!(std::fs::read_dir(&self.apple.scratch).unwrap().count(), 0, "the copy is still there");
        assert_eq!(files(&self.apple.library), before, "the library changed");
        let mut passed = ears.passed.into_inner().unwrap();
        passed.sort();
        Ran { summary, heard: ears.usual.heard.into_inner().unwrap(), passed }
    }

    /// A run that need not come to its end.
    pub(crate) fn try_import(&self, client: &Client) -> Result<ImportSummary, SyncError> {
        let stop = StopFlag::new();
        let source = AppleSource::open(self.apple.clone(), &|| false).unwrap();
        let import = Import {
            source: &source,
            store: &self.store,
            options: &self.options,
            reporter: &Ear::default(),
            stop: &stop,
            now: &Timestamp::now,
        };
        import.run(client, "import apple-photos")
    }

    pub(crate) fn preview(&self) -> ImportSummary {
        self.foretold().0
    }

    /// The same, with what it said.
    pub(crate) fn foretold(&self) -> (ImportSummary, Heard) {
        let (ear, stop, client) = (Ear::default(), StopFlag::new(), self.client());
        let source = AppleSource::open(self.apple.clone(), &|| false).unwrap();
        let import = Import {
            source: &source,
            store: &self.store,
            options: &self.options,
            reporter: &ear,
            stop: &stop,
            now: &Timestamp::now,
        };
        let summary = import.preview(Account::of(&client)).unwrap();
        (summary, ear.heard.into_inner().unwrap())
    }

    pub(crate) fn undo(&self, run: RunId) -> Summary {
        self.undone(run).0
    }

    /// The same, with what it said.
    pub(crate) fn undone(&self, run: RunId) -> (Summary, Heard) {
        let (ear, stop, clients) = (Ear::default(), StopFlag::new(), [self.client()]);
        let undo = Undo {
            store: &self.store,
            engine: &Nobody,
            replace: ReplaceOptions::default(),
            owes: false,
            clients: &clients,
            workers: 1,
            reporter: &ear,
            stop: &stop,
            now: &Timestamp::now,
        };
        let summary = undo.run(&UndoTarget::Run(run), &format!("undo {}", run.0)).unwrap();
        (summary, ear.heard.into_inner().unwrap())
    }

    /// The server reads files and sidecars, as it does soon after an upload.
    pub(crate) fn read_files(&self) {
        let ids: Vec<_> = self.sandbox.views().into_iter().map(|view| view.id).collect();
        self.sandbox.refresh(&ids).unwrap();
    }

    /// Requests that wrote, but for questions.
    pub(crate) fn writes(&self) -> Vec<String> {
        let is_question = |path: &str| path.ends_with("bulk-upload-check") || path.contains("search");
        let writes = self.sandbox.writes().into_iter().filter(|request| !is_question(&request.path));
        writes.map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// The asset of this name.
    pub(crate) fn asset(&self, name: &str) -> Asset {
        let mut found: Vec<Asset> =
            self.assets().into_iter().filter(|asset| asset.original_file_name == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        found.remove(0)
    }

    /// Everything that is not in the trash.
    fn assets(&self) -> Vec<Asset> {
        let client = self.client();
        let views = self.sandbox.views().into_iter().filter(|view| !view.is_trashed);
        views
            .map(|view| {
                client.reader().asset(&immich_api::AssetId::parse(&view.id.to_string()).unwrap()).unwrap()
            })
            .collect()
    }

    /// A line for each asset: all that an import can have set. Photos of a stack stand below the first of it.
    pub(crate) fn told(&self) -> String {
        let assets = self.assets();
        let name = |id: &str| {
            let found = assets.iter().find(|asset| asset.id.to_string() == id);
            found.map_or_else(|| "?".to_owned(), |asset| asset.original_file_name.clone())
        };
        let mut lines: Vec<String> = assets.iter().map(|asset| self.line(asset, &name)).collect();
        lines.sort();
        for (_, album, count) in self.albums_sorted() {
            lines.push(format!("album `{album}`: {count}"));
        }
        lines.join("\n")
    }

    fn albums_sorted(&self) -> Vec<(String, String, usize)> {
        let mut albums: Vec<_> = self
            .sandbox
            .albums()
            .into_iter()
            .map(|(id, name, count)| (id.to_string(), name, count))
            .collect();
        albums.sort_by(|one, other| (&one.1, one.2).cmp(&(&other.1, other.2)));
        albums
    }

    fn line(&self, asset: &Asset, name: &dyn Fn(&str) -> String) -> String {
        let view = self
            .sandbox
            .views()
            .into_iter()
            .find(|view| view.id.to_string() == asset.id.to_string())
            .unwrap();
        let mut line = asset.original_file_name.clone();
        let mut add = |what: &str, is_so: bool| {
            if is_so {
                line.push_str(" | ");
                line.push_str(what);
            }
        };
        let stack = self.stack_of(asset);
        if let Some((first, at, all)) = &stack {
            add(&format!("{} of {all} under {}", at + 1, name(first)), true);
        }
        let video = asset.live_photo_video_id.as_ref().map(|id| name(&id.to_string()));
        add(&format!("moves as {}", video.clone().unwrap_or_default()), video.is_some());
        add(&format!("{:?}", asset.visibility), format!("{:?}", asset.visibility) != "Timeline");
        add("heart", view.is_favorite);
        add(
            &format!("{:?}", view.description.clone().unwrap_or_default()),
            view.description.is_some_and(|text| !text.is_empty()),
        );
        add(&format!("tags {}", view.tags.join(", ")), !view.tags.is_empty());
        add(&format!("albums {}", view.albums.join(", ")), !view.albums.is_empty());
        let place = view.latitude.zip(view.longitude);
        add(&place.map(|(north, east)| format!("{north:.4} {east:.4}")).unwrap_or_default(), place.is_some());
        add(&format!("{} {}", view.local_date_time, view.time_zone.clone().unwrap_or_default()), true);
        add("with sidecar", view.sidecar.is_some());
        line
    }

    /// The first of its stack, its place below, and how many there are.
    fn stack_of(&self, asset: &Asset) -> Option<(String, usize, usize)> {
        let id = asset.stack.as_ref()?.id.clone();
        let stack = self.client().reader().stack(&id).unwrap().unwrap();
        let at = usize::from(stack.primary != asset.id);
        Some((stack.primary.to_string(), at, stack.assets.len()))
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A count of a kind of skipped files.
pub(crate) fn skipped(summary: &ImportSummary, kind: SkipKind) -> u64 {
    summary.skipped.get(&kind).copied().unwrap_or(0)
}
