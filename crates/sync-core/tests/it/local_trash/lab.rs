//! Folders with copies, a trash beside them, and what is in both.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use immich_api::Client;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_metadata::replace::ReplaceOptions;
use sync_core::local_trash::TrashPlace;
use sync_core::organize::{ActSummary, LocalTrash, ScanSummary, SourceChoice};
use sync_core::state::RunId;
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{StopFlag, Summary, SyncError};
use tempfile::TempDir;

use crate::deeds::lab::{Ear, Heard};
use crate::scan::lab::{Lab, plant};
use crate::undo::Nobody;

/// A folder of photos, and a trash on the same disk.
pub(super) struct Desk {
    pub(super) root: TempDir,
    pub(super) lab: Lab,
    pub(super) place: TrashPlace,
    pub(super) confirmed: bool,
}

/// Number and time of a file, and a digest of what is in it.
pub(crate) type Facts = (u64, i64, String);

impl Desk {
    /// Photos below `photos`; those in `keep` are preferred.
    pub(super) fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        // The system may name its folder for temporary files by a link.
        let photos = root.path().canonicalize().unwrap().join("photos");
        std::fs::create_dir(&photos).unwrap();
        plant(&photos, files);
        let mut lab = Lab::folder(&photos);
        lab.options.prefer_places = vec![photos.join("keep").display().to_string()];
        let place = TrashPlace::Folder(root.path().join("trash"));
        Self { root, lab, place, confirmed: false }
    }

    pub(super) fn photos(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("photos")
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.photos().join(name)
    }

    pub(super) fn trash(&self) -> PathBuf {
        self.root.path().join("trash")
    }

    /// Photos of a server are compared too.
    pub(super) fn and_the_server(&mut self) {
        self.lab.options.source = SourceChoice::Both(vec![self.photos()]);
    }

    pub(super) fn scan(&self) -> ScanSummary {
        self.lab.scan(&[]).0
    }

    /// A scan, and then the trash; both have to come to their end.
    pub(super) fn go(&self) -> (ActSummary, Heard) {
        let scan = self.scan();
        let (summary, heard) = self.act(&scan, &[]);
        (summary.unwrap(), heard)
    }

    pub(super) fn act(
        &self,
        scan: &ScanSummary,
        clients: &[Client],
    ) -> (Result<ActSummary, SyncError>, Heard) {
        self.with(scan, clients, |trash| trash.run("organize"))
    }

    pub(super) fn preview(&self, scan: &ScanSummary) -> (ActSummary, Heard) {
        fn look(trash: &LocalTrash<'_>) -> Result<ActSummary, SyncError> {
            trash.preview()
        }
        let (summary, heard) = self.with(scan, &[], look);
        (summary.unwrap(), heard)
    }

    fn with(
        &self,
        scan: &ScanSummary,
        clients: &[Client],
        work: impl FnOnce(&LocalTrash<'_>) -> Result<ActSummary, SyncError>,
    ) -> (Result<ActSummary, SyncError>, Heard) {
        let (ear, stop) = (Ear::default(), StopFlag::new());
        let user = |client: &Client| client.server().user.id.to_string();
        let readers = clients.iter().map(|client| (user(client), client.reader())).collect();
        let trash = LocalTrash {
            store: &self.lab.store,
            place: &self.place,
            classes: None,
            groups: None::<BTreeSet<_>>,
            readers,
            scan,
            confirmed: self.confirmed,
            zone: TimeZone::UTC,
            reporter: &ear,
            stop: &stop,
            now: &Timestamp::now,
        };
        let result = work(&trash);
        (result, ear.take())
    }

    pub(super) fn undo(&self, run: RunId) -> (Summary, Heard) {
        self.take_back(|undo| undo.run(&UndoTarget::Run(run), &format!("undo run {}", run.0)))
    }

    pub(super) fn undo_preview(&self, run: RunId) -> (Summary, Heard) {
        self.take_back(|undo| undo.preview(&UndoTarget::Run(run)))
    }

    fn take_back(&self, work: impl FnOnce(&Undo<'_>) -> Result<Summary, SyncError>) -> (Summary, Heard) {
        let (ear, stop) = (Ear::default(), StopFlag::new());
        let undo = Undo {
            store: &self.lab.store,
            engine: &Nobody,
            replace: ReplaceOptions::default(),
            owes: false,
            clients: &[],
            workers: 1,
            reporter: &ear,
            stop: &stop,
            now: &Timestamp::now,
        };
        (work(&undo).unwrap(), ear.take())
    }

    /// Everything below the folder of photos.
    pub(super) fn tree(&self) -> BTreeMap<PathBuf, Facts> {
        tree(&self.photos())
    }

    /// Names of what is in the trash.
    pub(super) fn in_trash(&self) -> Vec<String> {
        names(&self.trash().join("files"))
    }

    /// Names of the notes of the trash.
    pub(super) fn notes(&self) -> Vec<String> {
        names(&self.trash().join("info"))
    }
}

/// All files below a folder.
pub(crate) fn tree(root: &Path) -> BTreeMap<PathBuf, Facts> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root).into_iter().flatten() {
        let path = entry.unwrap().path();
        let about = path.symlink_metadata().unwrap();
        if about.is_dir() {
            found.extend(tree(&path));
        } else if about.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, (about.ino(), about.mtime_nsec(), blake3::hash(&bytes).to_hex().to_string()));
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Why files stayed, by their names.
pub(super) fn reasons(heard: &Heard) -> BTreeMap<String, String> {
    let name = |path: &String| Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
    heard.skipped.iter().map(|(path, why)| (name(path), why.clone())).collect()
}
