//! A file that a killed run was writing in place: the next run brings its old bytes back before it looks at anything.

use std::path::{Path, PathBuf};

use immich_sandbox::Version;
use photo_metadata::replace::{Digest, ReplaceOptions, identity, work_dir_name};
use photo_metadata::{Change, Container, Draft, Engine, FileTags, Inventory, MetadataError, Piece, Recipe};
use sample_pictures::{Kind, Picture};
use sha1::{Digest as _, Sha1};
use sync_core::paths::{PathRule, PrefixMap};
use sync_core::state::{Base, Fingerprint, Intent, JournalState, Role, Seal, Store as _};
use sync_core::writeback::ManagedPolicy;

use crate::harness::{Home, Setting, engine, text};

const STORAGE: &str = "/data/library/admin";

/// A photo whose time is to be patched and behind which something is to be appended.
struct Begun {
    home: Home,
    path: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
}

fn jpeg() -> Picture {
    Picture::new(Kind::Jpeg)
}

impl Begun {
    /// The change is sealed; the file holds these bytes, and has another time than before.
    fn with(written: impl FnOnce(&[u8], &[u8]) -> Vec<u8>) -> Self {
        let mut setting = Setting::new();
        let path = setting.file("a.jpg", &jpeg().trailer(vec![7; 9_000]));
        setting.scenario.asset_file(&setting.library, "a.jpg").description("new");
        let home = setting.start();
        let path = path.canonicalize().unwrap();
        let old = std::fs::read(&path).unwrap();
        let at = old.len() - 5_000;
        let new = [&old[..at], &[9; 4], &old[at + 4..], &[8; 700]].concat();
        let pieces = [(0, at), (at + 4, old.len() - at - 4)]
            .map(|(start, length)| Piece::Copy { start: start as u64, length: length as u64 });
        let [head, tail] = pieces;
        let back = Recipe::new(new.len() as u64, vec![head, Piece::Bytes(vec![7; 4]), tail]).unwrap();
        let run = home.store.begin_run("write", jiff::Timestamp::UNIX_EPOCH).unwrap();
        let intent = Intent {
            run,
            asset: immich_api::AssetId::parse("00000000-0000-4000-8000-00000000000a").unwrap(),
            account: String::new(),
            role: Role::Original,
            path: path.clone(),
            work_dir: path.with_file_name(work_dir_name(7)),
            before: Some(identity(&path).unwrap()),
            edits: Vec::new(),
            fingerprint: Fingerprint([7; 32]),
            base: Base::default(),
            sha1: None,
            owes: false,
            undoes: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let id = home.store.intend(&intent).unwrap();
        let digests = [&old, &new].map(|version| Digest::of_bytes(version).to_string());
        let seal = Seal { old: Some(&digests[0]), new: Some(&digests[1]), back: Some(&back), in_place: true };
        home.store.sealed(id, &seal).unwrap();
        std::fs::write(&path, written(&old, &new)).unwrap();
        Self { home, path, old, new }
    }

    fn state(&self) -> JournalState {
        self.home.store.journal(None).unwrap()[0].state
    }

    fn caption(&self) -> String {
        text(&self.home.tags("a.jpg"), "XMP-dc:Description").to_owned()
    }
}

/// What is written of the new version: made of the old one and the new one.
type Written = fn(&[u8], &[u8]) -> Vec<u8>;

#[test]
fn what_was_broken_off_is_taken_back_and_then_written() {
    let cut = |_: &[u8], new: &[u8]| new[..new.len() - 333].to_vec();
    let patched_only = |old: &[u8], new: &[u8]| new[..old.len()].to_vec();
    let begun: [Written; 2] = [cut, patched_only];
    for written in begun {
        let begun = Begun::with(written);

        let (summary, told) = begun.home.write();

        assert_eq!((told.warnings.len(), summary.done), (0, 1), "{told:?}");
        assert_eq!((begun.state(), begun.caption()), (JournalState::RolledBack, "new".to_owned()));
        let now = std::fs::read(&begun.path).unwrap();
        assert!(now.ends_with(&begun.old[begun.old.len() - 9_000..]), "the trailer is the old one");
    }
}

#[test]
fn what_was_complete_counts_as_done() {
    let begun = Begun::with(|_, new| new.to_vec());

    begun.home.write();

    assert_eq!(begun.state(), JournalState::Done);
    assert!(std::fs::read(&begun.path).unwrap().ends_with(&begun.new[begun.new.len() - 5_000..]));
}

#[test]
fn what_somebody_else_changed_since_is_told_and_not_written_again() {
    let begun = Begun::with(|_, new| [&new[..new.len() - 333], &[1; 2_000]].concat());
    let theirs = std::fs::read(&begun.path).unwrap();

    let (summary, told) = begun.home.write();

    assert!(told.warnings.iter().any(|text| text.contains("cannot be put in order")), "{told:?}");
    assert_eq!((summary.done, summary.failed), (0, 1), "{told:?}");
    assert!(std::fs::read(&begun.path).unwrap() == theirs);
    assert_eq!(begun.state(), JournalState::Sealed);
}

#[test]
fn a_file_that_gave_way_to_another_one_is_not_ours_to_put_in_order() {
    let begun = Begun::with(|_, new| new[..new.len() - 333].to_vec());
    // Beside it first, so that it cannot get the number of the one that it replaces.
    let other = begun.path.with_file_name("other.jpg");
    jpeg().seed(77).write_to(&other).unwrap();
    rustix::fs::rename(&other, &begun.path).unwrap();

    let (summary, told) = begun.home.write();

    assert_eq!((begun.state(), summary.done), (JournalState::RolledBack, 1), "{told:?}");
    assert_eq!(begun.caption(), "new");
}

#[test]
fn a_file_that_is_away_is_put_in_order_when_it_is_back() {
    let begun = Begun::with(|_, new| new[..new.len() - 333].to_vec());
    let away = begun.path.with_file_name("away");
    rustix::fs::rename(&begun.path, &away).unwrap();

    let (_, told) = begun.home.write();

    assert!(told.warnings.iter().any(|text| text.contains("cannot be put in order")), "{told:?}");
    assert_eq!(begun.state(), JournalState::Sealed, "its way back is kept");
    rustix::fs::rename(&away, &begun.path).unwrap();

    let (summary, told) = begun.home.write();

    assert_eq!((begun.state(), summary.done), (JournalState::RolledBack, 1), "{told:?}");
    assert_eq!(begun.caption(), "new");
}

/// Takes the folder away once a new version is drafted, so that the file is written by handles and not found by its
/// path any more.
struct FolderGoes(PathBuf);

impl FolderGoes {
    fn away(&self) -> PathBuf {
        self.0.with_extension("away")
    }
}

impl Engine for FolderGoes {
    fn name(&self) -> String {
        engine().name()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        engine().blocked(container)
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        engine().read(path, container)
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        engine().inventory(path, container)
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        engine().write_copy(source, target, change)
    }

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        let draft = engine().draft(source, change);
        rustix::fs::rename(&self.0, self.away()).unwrap();
        draft
    }
}

#[test]
fn a_checksum_that_cannot_be_had_afterwards_leaves_the_change_open_with_its_way_back() {
    let mut setting = Setting::of(Version::V2_7_5);
    let uploaded = Picture::new(Kind::Mp4).build();
    std::fs::create_dir(setting.photos.path().join("2024")).unwrap();
    setting.bytes("2024/a.mp4", &uploaded);
    let storage = setting.scenario.managed_storage(STORAGE, setting.photos.path());
    let id = setting.scenario.asset_file(&storage, "2024/a.mp4").rating(3).id();
    let mut home = setting.start();
    home.options.managed = Some(ManagedPolicy::Original);
    let local = home.photos.path().to_owned();
    home.options.mapping.rule = PathRule::Prefixes(vec![PrefixMap { server: STORAGE.to_owned(), local }]);
    home.sandbox.edit(id, |asset| asset.checksum = Sha1::digest(&uploaded).into()).unwrap();
    assert_eq!(home.write().0.done, 1);
    home.sandbox.edit(id, |asset| asset.rating = Some(4)).unwrap();
    home.options.replace = ReplaceOptions { inside_from: Some(1), ..ReplaceOptions::default() };
    let goes = FolderGoes(home.path("2024"));

    let (summary, told) = home.write_with(&goes);

    assert_eq!((summary.done, summary.failed), (0, 1), "{told:?}");
    rustix::fs::rename(goes.away(), &goes.0).unwrap();
    assert_eq!(text(&home.tags("2024/a.mp4"), "XMP-xmp:Rating"), "4", "it is written");
    let row = home.store.journal(None).unwrap().pop().unwrap();
    assert_eq!(row.state, JournalState::Sealed);
    assert!(home.store.way_back(row.id).unwrap().is_some());

    home.write();

    let row = home.store.change(row.id).unwrap().unwrap();
    assert_eq!(row.state, JournalState::Done, "the next run finds it complete");
}
