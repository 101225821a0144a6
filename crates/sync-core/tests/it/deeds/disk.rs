//! Photos in a folder, a trash beside it and group folders: what the actions on files work with in the sweeps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use immich_api::Client;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sync_core::local_trash::TrashPlace;
use sync_core::organize::{ActSummary, Folders, GroupRecord, Link, LocalTrash, ScanSummary};
use sync_core::state::{GroupStore as _, SqliteStore};
use sync_core::{Account, Reporter, StopFlag, SyncError};

use crate::local_trash::lab::{Facts, tree};
use crate::scan::lab::{Lab as Scanner, plant, scene};

/// Groups of files that are planted.
const GROUPS: u64 = 3;

/// The folders of one sweep.
pub(super) struct Disk {
    root: PathBuf,
    scanner: Scanner,
}

/// The photos, the files of the group folders with digests, and how many files and notes are in the trash.
type Held = (BTreeMap<PathBuf, Facts>, Vec<(PathBuf, String)>, [usize; 2]);
/// The same without what differs between two folders: names of photos, digests of what was made.
pub(super) type Shape = (Vec<PathBuf>, Vec<String>, [usize; 2]);

impl Disk {
    /// Plants photos below a folder, each with a copy and a sidecar of that.
    pub(super) fn plant(root: &Path) -> Self {
        let disk = Self::at(root);
        for number in 0..GROUPS {
            let (bytes, copy) = (scene(number, 80, 60), format!("old/{number} copy.jpg"));
            let sidecar = format!("{copy}.xmp");
            let files = [
                (format!("keep/{number}.jpg"), bytes.clone()),
                (copy, bytes),
                (sidecar, number.to_string().into()),
            ];
            let files: Vec<(&str, Vec<u8>)> =
                files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
            plant(&disk.photos(), &files);
        }
        disk
    }

    /// The same that was planted before, maybe by another process.
    pub(super) fn at(root: &Path) -> Self {
        let root = root.canonicalize().unwrap();
        let mut scanner = Scanner::folder(&root.join("photos"));
        scanner.options.prefer_places = vec![root.join("photos/keep").display().to_string()];
        Self { root, scanner }
    }

    fn photos(&self) -> PathBuf {
        self.root.join("photos")
    }

    /// What a scan finds now.
    pub(super) fn scan(&self) -> (ScanSummary, Vec<GroupRecord>) {
        let (summary, _) = self.scanner.scan(&[]);
        (summary, self.scanner.groups())
    }

    /// Everything as it is.
    pub(super) fn world(&self) -> Held {
        let content = |(path, (_, _, digest)): (PathBuf, Facts)| (path, digest);
        let made = tree(&self.root.join("out")).into_iter().map(content).collect();
        let trash = ["files", "info"].map(|folder| tree(&self.root.join("trash").join(folder)).len());
        (tree(&self.photos()), made, trash)
    }

    /// What is comparable with another disk.
    pub(super) fn shape(&self) -> Shape {
        let (photos, made, trash) = self.world();
        let below = |path: &PathBuf| path.strip_prefix(&self.root).unwrap().to_owned();
        let mut digests: Vec<String> = made.into_iter().map(|(_, digest)| digest).collect();
        digests.sort();
        (photos.keys().map(below).collect(), digests, trash)
    }

    /// Each photo is somewhere, and those that are kept are where they were.
    pub(super) fn assert_whole(&self, when: &str) {
        let digests: Vec<String> = tree(&self.root.join("trash/files"))
            .into_values()
            .chain(tree(&self.photos().join("old")).into_values())
            .map(|(_, _, digest)| digest)
            .collect();
        for number in 0..GROUPS {
            let digest = blake3::hash(&scene(number, 80, 60)).to_hex().to_string();
            assert_eq!(digests.iter().filter(|found| **found == digest).count(), 1, "{when}: copy {number}");
            let kept = std::fs::read(self.photos().join(format!("keep/{number}.jpg"))).unwrap();
            assert_eq!(blake3::hash(&kept).to_hex().to_string(), digest, "{when}: what is kept");
        }
    }

    /// Folders of all groups that are remembered.
    pub(super) fn make_folders(
        &self,
        store: &SqliteStore,
        client: &Client,
        reporter: &dyn Reporter,
    ) -> Result<ActSummary, SyncError> {
        let (account, stop) = (Account::of(client), StopFlag::new());
        let folders = Folders {
            store,
            root: &self.root.join("out"),
            link: Link::Copy,
            classes: None,
            groups: None,
            readers: BTreeMap::from([(account.server.user.id.to_string(), account.reader)]),
            reporter,
            stop: &stop,
            now: &Timestamp::now,
        };
        folders.run("organize")
    }

    /// The copies of all groups that are remembered go to the trash.
    pub(super) fn trash(
        &self,
        store: &SqliteStore,
        reporter: &dyn Reporter,
    ) -> Result<ActSummary, SyncError> {
        let (stop, scan) = (StopFlag::new(), ScanSummary::default());
        let trash = LocalTrash {
            store,
            place: &TrashPlace::Folder(self.root.join("trash")),
            classes: None,
            groups: None,
            readers: BTreeMap::new(),
            scan: &scan,
            confirmed: true,
            zone: TimeZone::UTC,
            reporter,
            stop: &stop,
            now: &Timestamp::now,
        };
        trash.run("organize")
    }
}

/// All groups, those of files behind the others.
pub(super) fn replace(store: &SqliteStore, groups: Vec<GroupRecord>, files: &[GroupRecord]) {
    store.replace_groups(&mut groups.into_iter().chain(files.iter().cloned()).map(Ok)).unwrap();
}
