//! A server, a source of files in memory, and a state.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use immich_api::Client;
use immich_sandbox::{AssetView, Sandbox, Scenario, Version};
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use sync_core::deeds::What;
use sync_core::import::{
    AlbumKey, DeleteRule, EditRule, Facts, Found, HiddenRule, Import, ImportEvent, ImportOptions,
    ImportSummary, Item, ItemId, Listing, Locator, Media, MediaKind, Passed, Preference, Relation, SkipKind,
    Source, SourceAlbum, SourceError, Stamp, Trouble,
};
use sync_core::state::{RunId, SqliteStore};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{Account, Event, Reporter, StopFlag, Summary, SyncError};

use crate::harness::{connect, try_connect};
use crate::undo::Nobody;

/// A file of the source, with what the source says of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) motion: Option<Vec<u8>>,
    pub(crate) facts: Facts,
    pub(crate) relations: Vec<Relation>,
    /// Changes like a time of change: whoever writes a file anew changes it.
    pub(crate) touched: u64,
}

impl File {
    pub(crate) fn of(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), ..Self::default() }
    }

    pub(crate) fn in_albums(mut self, keys: &[&str]) -> Self {
        self.facts.albums = keys.iter().map(|key| AlbumKey((*key).to_owned())).collect();
        self
    }
}

/// Files in memory, by name.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) titles: BTreeMap<String, String>,
    pub(crate) is_incomplete: bool,
    pub(crate) passed: Vec<String>,
    pub(crate) opened: AtomicU64,
    pub(crate) asked: AtomicU64,
    /// What is given instead of the bytes of a file once it is opened: it changed meanwhile.
    pub(crate) spoilt: Mutex<BTreeSet<String>>,
}

impl Shelf {
    pub(crate) fn put(&mut self, name: &str, file: File) {
        self.files.insert(name.to_owned(), file);
    }

    /// So many small files.
    pub(crate) fn fill(&mut self, count: usize) {
        for number in 0..count {
            self.put(&format!("{number:05}.jpg"), File::of(&format!("picture {number}")));
        }
    }

    pub(crate) fn id(name: &str) -> ItemId {
        ItemId::of("shelf", name.as_bytes())
    }

    fn media(name: &str, bytes: &[u8], touched: u64) -> Media {
        let about = format!("{} {touched}", bytes.len());
        Media {
            path: PathBuf::from(format!("/shelf/{name}")).into(),
            name: name.rsplit('/').next().unwrap().to_owned(),
            kind: MediaKind::Image,
            size: bytes.len() as u64,
            modified: "2021-03-04T05:06:07Z".parse().unwrap(),
            stamp: Stamp::of([about.as_bytes(), blake3_of(bytes).as_bytes()]),
            locator: Locator::File(name.into()),
        }
    }

    fn item(name: &str, file: &File) -> Item {
        let media = Self::media(name, &file.bytes, file.touched);
        let motion = file.motion.as_ref().map(|bytes| Media {
            kind: MediaKind::Video,
            name: format!("{}.mov", media.name),
            ..Self::media(&format!("{name}.mov"), bytes, file.touched)
        });
        let about = format!("{:?} {:?} {:?}", media.stamp, motion, file.facts);
        Item {
            id: Self::id(name),
            media,
            motion,
            about: Vec::new(),
            stamp: Stamp::of([about.as_bytes()]),
            relations: file.relations.clone(),
            stack: None,
        }
    }
}

fn blake3_of(bytes: &[u8]) -> String {
    format!("{bytes:?}")
}

impl Source for Shelf {
    fn kind(&self) -> &'static str {
        "shelf"
    }

    fn list(&self, tell: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<Listing, SourceError> {
        let mut all: Vec<Found> =
            self.files.iter().map(|(name, file)| Found::Item(Box::new(Self::item(name, file)))).collect();
        for name in &self.passed {
            let path = PathBuf::from(name).into();
            all.push(Found::Passed(Passed { path, kind: SkipKind::NotMedia, why: None }));
        }
        if self.is_incomplete {
            let path = PathBuf::from("/shelf/closed").into();
            all.push(Found::Trouble(Trouble { path, message: "closed".to_owned(), hides_photos: true }));
        }
        for found in all {
            if tell(found).is_break() {
                return Ok(Listing::default());
            }
        }
        Ok(Listing { is_complete: !self.is_incomplete, roots: vec!["/shelf".into()], empty: Vec::new() })
    }

    fn facts(&self, item: &Item) -> Result<Facts, SourceError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let Locator::File(name) = &item.media.locator else { panic!("no file") };
        Ok(self.files[name.to_str().unwrap()].facts.clone())
    }

    fn album(&self, key: &AlbumKey) -> Option<SourceAlbum> {
        let title = self.titles.get(&key.0).unwrap_or(&key.0).clone();
        Some(SourceAlbum { key: key.clone(), title, description: String::new() })
    }

    fn open(&self, media: &Media) -> Result<Box<dyn Read + Send + '_>, SourceError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let Locator::File(name) = &media.locator else { panic!("no file") };
        let name = name.to_str().unwrap();
        if self.spoilt.lock().unwrap().contains(name) {
            return Ok(Box::new(&b"?"[..]));
        }
        match name.strip_suffix(".mov") {
            Some(photo) => Ok(Box::new(self.files[photo].motion.as_ref().unwrap().as_slice())),
            None => Ok(Box::new(self.files[name].bytes.as_slice())),
        }
    }
}

/// What a run said.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) changed: Vec<What>,
    pub(crate) would: Vec<What>,
    pub(crate) uploaded: Vec<String>,
    pub(crate) left: Vec<(String, SkipKind)>,
    pub(crate) failed: Vec<(String, String)>,
    pub(crate) conflicts: Vec<(String, &'static str)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) gone: u64,
}

#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) heard: Mutex<Heard>,
    /// A flag to raise after so many events.
    pub(crate) stop: Option<(StopFlag, u64)>,
    pub(crate) events: AtomicU64,
}

impl Reporter for Ear {
    fn report(&self, event: &Event<'_>) {
        let mut heard = self.heard.lock().unwrap();
        let name = |path: &sync_core::deeds::LocalPath| {
            path.path().strip_prefix("/shelf").unwrap_or(path.path()).to_str().unwrap().to_owned()
        };
        match event {
            Event::Changed(what) => heard.changed.push((*what).clone()),
            Event::WouldChange(what) => heard.would.push((*what).clone()),
            Event::Warning(text) => heard.warnings.push((*text).to_owned()),
            Event::Import(ImportEvent::Uploaded { path }) => heard.uploaded.push(name(path)),
            Event::Import(ImportEvent::Left { path, kind, .. }) => heard.left.push((name(path), *kind)),
            Event::Import(ImportEvent::Failed { path, message, .. }) => {
                heard.failed.push((name(path), (*message).to_owned()));
            }
            Event::Import(ImportEvent::Conflict { path, field, .. }) => {
                heard.conflicts.push((name(path), field));
            }
            Event::Import(ImportEvent::Gone { photos }) => heard.gone = *photos,
            _ => {}
        }
        let events = self.events.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some((stop, after)) = &self.stop
            && events >= *after
        {
            stop.raise();
        }
    }
}

pub(crate) fn options() -> ImportOptions {
    ImportOptions {
        into_album: None,
        tags: BTreeSet::new(),
        session_tag: None,
        people_tag: None,
        prefer: Preference::Changed,
        delete: DeleteRule::Keep,
        on_edit: EditRule::Stack,
        stack: BTreeSet::new(),
        hidden: HiddenRule::Skip,
        restore: false,
        rehash: false,
        uploads: NonZeroUsize::new(4).unwrap(),
        confirmed: false,
    }
}

/// A server, a source and a state.
pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) store: SqliteStore,
    pub(crate) shelf: Shelf,
    pub(crate) options: ImportOptions,
    /// Ticks with every question for the time.
    _folder: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(Version::V3_0_3)
    }

    pub(crate) fn with(version: Version) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::new(version);
        scenario.upload_root(folder.path());
        let sandbox = Sandbox::start(scenario).unwrap();
        let store = SqliteStore::in_memory().unwrap();
        Self { sandbox, store, shelf: Shelf::default(), options: options(), _folder: folder }
    }

    pub(crate) fn client(&self) -> Client {
        connect(&self.sandbox, self.sandbox.api_key())
    }

    pub(crate) fn import(&self) -> (ImportSummary, Heard) {
        let (summary, heard) = self.try_import();
        (summary.unwrap(), heard)
    }

    pub(crate) fn try_import(&self) -> (Result<ImportSummary, SyncError>, Heard) {
        self.import_with(&StopFlag::new(), &Ear::default())
    }

    pub(crate) fn import_with(
        &self,
        stop: &StopFlag,
        ear: &Ear,
    ) -> (Result<ImportSummary, SyncError>, Heard) {
        let result = match try_connect(&self.sandbox, self.sandbox.api_key()) {
            Ok(client) => self.importing(stop, ear).run(&client, "import"),
            Err(error) => Err(error.into()),
        };
        (result, std::mem::take(&mut ear.heard.lock().unwrap()))
    }

    fn importing<'a>(&'a self, stop: &'a StopFlag, ear: &'a Ear) -> Import<'a> {
        Import {
            source: &self.shelf,
            store: &self.store,
            options: &self.options,
            reporter: ear,
            stop,
            now: &Timestamp::now,
        }
    }

    pub(crate) fn preview(&self) -> (ImportSummary, Heard) {
        let (ear, stop, client) = (Ear::default(), StopFlag::new(), self.client());
        let summary = self.importing(&stop, &ear).preview(Account::of(&client)).unwrap();
        (summary, ear.heard.into_inner().unwrap())
    }

    pub(crate) fn undo(&self, run: RunId) -> Summary {
        self.try_undo(run).unwrap()
    }

    pub(crate) fn try_undo(&self, run: RunId) -> Result<Summary, SyncError> {
        let client = try_connect(&self.sandbox, self.sandbox.api_key())?;
        let (ear, stop, clients) = (Ear::default(), StopFlag::new(), [client]);
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
        undo.run(&UndoTarget::Run(run), &format!("undo {}", run.0))
    }

    /// Everything that is on the server and not in its trash.
    pub(crate) fn there(&self) -> Vec<AssetView> {
        self.sandbox.views().into_iter().filter(|view| !view.is_trashed).collect()
    }

    /// The asset with these bytes.
    pub(crate) fn view(&self, bytes: &[u8]) -> AssetView {
        use sha1::Digest as _;
        let sum: [u8; 20] = sha1::Sha1::digest(bytes).into();
        let sum = immich_api::Checksum::from(&sum);
        let found: Vec<_> =
            self.sandbox.views().into_iter().filter(|view| view.checksum == sum.as_str()).collect();
        assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(bytes));
        found.into_iter().next().unwrap()
    }

    /// The photo of this name is on the server once.
    pub(crate) fn of(&self, name: &str) -> AssetView {
        self.view(&self.shelf.files[name].bytes)
    }

    pub(crate) fn requests(&self, beginning: &str) -> usize {
        let line = |request: &immich_sandbox::RecordedRequest| format!("{} {}", request.method, request.path);
        self.sandbox.requests().iter().filter(|request| line(request).starts_with(beginning)).count()
    }

    /// Each file is there exactly once, and nothing else.
    #[track_caller]
    pub(crate) fn assert_all_once(&self) {
        let mut wanted: Vec<String> = Vec::new();
        for file in self.shelf.files.values() {
            for bytes in [Some(&file.bytes), file.motion.as_ref()].into_iter().flatten() {
                use sha1::Digest as _;
                let sum: [u8; 20] = sha1::Sha1::digest(bytes).into();
                wanted.push(immich_api::Checksum::from(&sum).as_str().to_owned());
            }
        }
        wanted.sort();
        wanted.dedup();
        let mut found: Vec<String> = self.there().into_iter().map(|view| view.checksum).collect();
        found.sort();
        assert_eq!(found.len(), wanted.len());
        assert_eq!(found, wanted);
    }
}

/// A count of a kind of skipped files.
pub(crate) fn skipped(summary: &ImportSummary, kind: SkipKind) -> u64 {
    summary.skipped.get(&kind).copied().unwrap_or(0)
}
