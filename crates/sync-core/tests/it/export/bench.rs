//! A library of Apple Photos made on the spot, a folder that it is exported to, and a state.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use apple_photos::{Library, OpenOptions};
use jiff::Timestamp;
use photo_metadata::{EngineChoice, Engines, MetadataError};
use sample_pictures::{AppleGeneration, AppleLibrary, ApplePhoto};
use sync_core::export::{
    Export, ExportEvent, ExportOptions, ExportSummary, Files, OnConflict, Said, Selection, Template,
};
use sync_core::state::SqliteStore;
use sync_core::{Event, Reporter, StopFlag, SyncError};
use tempfile::TempDir;

/// A library, its destination and its state.
pub(crate) struct Bench {
    pub(crate) made: AppleLibrary,
    pub(crate) options: ExportOptions,
    pub(crate) store: SqliteStore,
    pub(crate) stop: StopFlag,
    pub(crate) package: PathBuf,
    pub(crate) to: PathBuf,
    pub(crate) folder: TempDir,
}

/// What was told, as `word path`.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    pub(crate) fn lines(self) -> Vec<String> {
        self.0.into_inner().unwrap()
    }
}

impl Reporter for Told {
    fn report(&self, event: &Event<'_>) {
        let line = match event {
            Event::Export(ExportEvent::Wrote { file, is_update, is_renamed }) => {
                let word = if *is_update { "updated" } else { "wrote" };
                format!("{word}{} {}", if *is_renamed { " renamed" } else { "" }, file.path.display())
            }
            Event::Export(ExportEvent::Adopted { file }) => format!("adopted {}", file.path.display()),
            Event::Export(ExportEvent::Left { file, kind }) => {
                format!("{} {}", kind.name(), file.path.display())
            }
            Event::Export(ExportEvent::Failed { file, message, .. }) => {
                format!("failed {}: {message}", file.path.display())
            }
            Event::Export(ExportEvent::Removed { file }) => format!("removed {}", file.path.display()),
            Event::Export(ExportEvent::Bare { file, why }) => format!("bare {}: {why}", file.path.display()),
            Event::Export(ExportEvent::Stays { files }) => format!("stays {files}"),
            Event::Warning(text) => format!("warning {text}"),
            _ => return,
        };
        self.0.lock().unwrap().push(line);
    }
}

pub(crate) fn options() -> ExportOptions {
    ExportOptions {
        folder: Template::parse("{created.year}/{created.mm}").unwrap(),
        name: None,
        edited_suffix: "_edited".to_owned(),
        selection: Selection { unpicked: true, ..Selection::default() },
        files: Files::default(),
        sidecar: false,
        embed: false,
        said: Said::default(),
        touch: false,
        on_conflict: OnConflict::Rename,
        cleanup: None,
        workers: 2,
        confirmed: false,
    }
}

impl Bench {
    pub(crate) fn new(photos: impl IntoIterator<Item = ApplePhoto>) -> Self {
        let mut made = AppleLibrary::new(AppleGeneration::MacOs14);
        made.photos.extend(photos);
        Self::of(made)
    }

    pub(crate) fn of(made: AppleLibrary) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("Test.photoslibrary");
        made.write(&package).unwrap();
        Self { made, package, ..Self::at(folder) }
    }

    /// Of a library that is there.
    pub(crate) fn existing(package: &Path) -> Self {
        Self { package: package.to_owned(), ..Self::at(tempfile::tempdir().unwrap()) }
    }

    fn at(folder: TempDir) -> Self {
        let to = folder.path().canonicalize().unwrap().join("out");
        Self {
            made: AppleLibrary::new(AppleGeneration::MacOs14),
            options: options(),
            store: SqliteStore::in_memory().unwrap(),
            stop: StopFlag::new(),
            package: PathBuf::new(),
            to,
            folder,
        }
    }

    /// The library after a change.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut AppleLibrary)) {
        change(&mut self.made);
        self.made.write(&self.package).unwrap();
    }

    pub(crate) fn try_run(&self) -> (Result<ExportSummary, SyncError>, Vec<String>) {
        self.with(|export| export.run("export"))
    }

    pub(crate) fn run(&self) -> (ExportSummary, Vec<String>) {
        let (result, told) = self.try_run();
        let summary = result.unwrap();
        assert!(summary.adds_up(), "{summary:?}");
        (summary, told)
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is not general enough in its lifetimes"
    )]
    pub(crate) fn preview(&self) -> (ExportSummary, Vec<String>) {
        let (result, told) = self.with(|export| export.preview());
        (result.unwrap(), told)
    }

    fn with<T>(&self, act: impl FnOnce(&Export<'_>) -> T) -> (T, Vec<String>) {
        let told = Told::default();
        let scratch = tempfile::tempdir().unwrap();
        let library =
            Library::open(&self.package, &OpenOptions::new(scratch.path(), "/usr/bin/test")).unwrap();
        let none = || {
            Err(MetadataError::ExifToolMissing {
                program: "none".into(),
                source: std::io::ErrorKind::NotFound.into(),
            })
        };
        let engine = Engines::new(EngineChoice::Native, 0, Box::new(none), Box::new(|_: &str| {}));
        let answer = act(&Export {
            library: &library,
            store: &self.store,
            root: &self.to,
            options: &self.options,
            engine: &engine,
            reporter: &told,
            stop: &self.stop,
            now: &|| Timestamp::UNIX_EPOCH,
        });
        (answer, told.lines())
    }

    /// All files of the destination, without folders of ours.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let all = everything(&self.to).into_iter();
        all.filter(|(path, _)| !path.starts_with(".immich-sync")).collect()
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }
}

/// All files below a folder.
pub(crate) fn everything(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.symlink_metadata().unwrap().is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A photo with this key and name, taken on the first of May 2024.
pub(crate) fn photo(key: &str, name: &str) -> ApplePhoto {
    ApplePhoto { key: key.to_owned(), taken: 1_714_557_600.0, ..ApplePhoto::new(name) }
}
