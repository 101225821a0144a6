//! How a draft gets to the disk: beside the original and over it, or into it; what tells its versions apart; and what
//! becomes of it when something is in the way.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use photo_metadata::replace::{
    Depth, Digest, FileIdentity, ReplaceOptions, Sealed, Settled, Workspace, Written, identity,
    settle_inside, work_dir_name,
};
use photo_metadata::{
    Change, Container, Draft, Engine, FileTags, Inventory, MetadataError, Piece, Recipe, Splice,
    write_content, write_recipe, write_verified,
};

use crate::library::{Act, is_root};

/// Whose drafts are known beforehand. It reads no tags.
pub(crate) struct Drafter(pub(crate) Vec<Splice>);

impl Engine for Drafter {
    fn name(&self) -> String {
        "a drafter".to_owned()
    }

    fn blocked(&self, _: Container) -> Option<String> {
        None
    }

    fn read(&self, path: &Path, _: Container) -> Result<FileTags, MetadataError> {
        Err(unasked(path))
    }

    fn inventory(&self, path: &Path, _: Container) -> Result<Inventory, MetadataError> {
        Err(unasked(path))
    }

    fn write_copy(&self, source: &Path, _: &Path, _: &Change) -> Result<(), MetadataError> {
        Err(unasked(source))
    }

    fn draft(&self, source: &Path, _: &Change) -> Result<Option<Draft>, MetadataError> {
        Ok(Draft::new(fs::metadata(source).unwrap().len(), self.0.clone()))
    }
}

/// What a writer of drafts is never asked for.
fn unasked(path: &Path) -> MetadataError {
    MetadataError::Unreadable { path: path.to_path_buf(), message: "nobody should ask for this".to_owned() }
}

pub(crate) fn splice(start: u64, end: u64, bytes: &[u8]) -> Splice {
    Splice { start, end, bytes: bytes.to_vec() }
}

/// In place: patches, and something behind the end.
fn in_place(length: u64) -> Vec<Splice> {
    vec![splice(100, 104, b"free"), splice(5_000, 5_008, b"newtimes"), splice(length, length, &[9; 3_000])]
}

/// Something comes in, so that everything behind it moves.
fn moving() -> Vec<Splice> {
    vec![splice(20, 30, &[8; 700])]
}

const LENGTH: u64 = 300_000;

/// A folder with one long file in it.
struct Shelf {
    folder: tempfile::TempDir,
    path: std::path::PathBuf,
    old: Vec<u8>,
}

impl Shelf {
    fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    fn within(folder: tempfile::TempDir) -> Self {
        let path = folder.path().join("video.mov");
        let mut old: Vec<u8> = (0..LENGTH).map(|at| u8::try_from(at % 249).unwrap()).collect();
        old[..12].copy_from_slice(b"\0\0\0\x14ftypqt  ");
        fs::write(&path, &old).unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::new(981_173_106, 123_456_789);
        File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        Self { folder, path, old }
    }

    fn workspace(&self, options: ReplaceOptions) -> Workspace {
        Workspace::create(&self.path, &identity(&self.path).unwrap(), &work_dir_name(7), options).unwrap()
    }

    /// Written and sealed.
    fn sealed(
        &self,
        splices: &[Splice],
        options: ReplaceOptions,
    ) -> Result<(Written, Sealed), MetadataError> {
        let workspace = self.workspace(options);
        let change = Change { container: Container::Mov, edits: Vec::new(), iptc: None };
        let engine = Drafter(splices.to_vec());
        let written = write_verified(&engine, &workspace, &change, &self.path)?;
        let sealed = written.seal(workspace)?;
        Ok((written, sealed))
    }

    fn write(&self, splices: &[Splice], options: ReplaceOptions) -> Result<Written, MetadataError> {
        let (written, sealed) = self.sealed(splices, options)?;
        sealed.commit().map(|_| written)
    }

    /// What the file is to be.
    fn new_version(&self, splices: &[Splice]) -> Vec<u8> {
        let (mut new, mut at) = (Vec::new(), 0);
        for splice in splices {
            new.extend_from_slice(&self.old[at..usize::try_from(splice.start).unwrap()]);
            new.extend_from_slice(&splice.bytes);
            at = usize::try_from(splice.end).unwrap();
        }
        new.extend_from_slice(&self.old[at..]);
        new
    }

    fn content(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn mtime(&self) -> (i64, i64) {
        let metadata = fs::metadata(&self.path).unwrap();
        (metadata.mtime(), metadata.mtime_nsec())
    }

    fn is_clean(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().count() == 1
    }
}

const INSIDE: ReplaceOptions = ReplaceOptions {
    hard_links: photo_metadata::replace::HardLinkPolicy::Refuse,
    touch: false,
    depth: Depth::Borders,
    inside_from: Some(1),
};

#[test]
fn a_draft_is_written_beside_the_original_and_replaces_it() {
    for depth in [Depth::Borders, Depth::Whole] {
        let shelf = Shelf::new();
        let inode = identity(&shelf.path).unwrap().inode;

        let written = shelf.write(&moving(), ReplaceOptions { depth, ..ReplaceOptions::default() }).unwrap();

        assert_eq!(shelf.content(), shelf.new_version(&moving()));
        assert!(!written.is_inside() && identity(&shelf.path).unwrap().inode != inode);
        assert_eq!(shelf.mtime(), (981_173_106, 123_456_789));
        assert!(shelf.is_clean());
    }
}

#[test]
fn digests_tell_the_versions_apart_and_survive_as_text() {
    let shelf = Shelf::new();
    let copy = shelf.folder.path().join("copy");
    fs::copy(&shelf.path, &copy).unwrap();

    let written = shelf.write(&moving(), ReplaceOptions::default()).unwrap();

    let old = Digest::parse(&written.old.unwrap().to_string()).unwrap();
    let new = Digest::parse(&written.new.to_string()).unwrap();
    assert!(old.matches(&copy).unwrap() && !old.matches(&shelf.path).unwrap());
    assert!(new.matches(&shelf.path).unwrap() && !new.matches(&copy).unwrap());
    assert!(old.is_partial() && new.is_partial(), "no file is read in full");
}

#[test]
fn the_way_back_leads_back_to_the_bit_and_forth_again() {
    for (splices, options) in [(moving(), ReplaceOptions::default()), (in_place(LENGTH), INSIDE)] {
        let shelf = Shelf::new();
        let written = shelf.write(&splices, options).unwrap();
        let new = shelf.content();
        let (old, back) = (written.old.unwrap(), written.back.unwrap());

        let workspace = shelf.workspace(options);
        let undone = write_recipe(&workspace, &back, &written.new, &old).unwrap();
        let is_inside = undone.is_inside();
        undone.seal(workspace).unwrap().commit().unwrap();
        assert_eq!((shelf.content() == shelf.old, is_inside), (true, options == INSIDE));

        let workspace = shelf.workspace(options);
        let redone = write_recipe(&workspace, &undone.back.clone().unwrap(), &old, &written.new).unwrap();
        redone.seal(workspace).unwrap().commit().unwrap();
        assert!(shelf.content() == new);
        assert!(shelf.is_clean());
    }
}

#[test]
fn a_way_back_that_does_not_fit_the_file_changes_nothing() {
    let shelf = Shelf::new();
    let written = shelf.write(&moving(), ReplaceOptions::default()).unwrap();
    let (old, back) = (written.old.unwrap(), written.back.unwrap());
    let mut theirs = shelf.content();
    theirs[25] ^= 1;
    fs::write(&shelf.path, &theirs).unwrap();

    let result = write_recipe(&shelf.workspace(ReplaceOptions::default()), &back, &written.new, &old);

    assert!(matches!(result, Err(MetadataError::Conflict { .. })), "{result:?}");
    let other = Recipe::new(theirs.len() as u64, vec![Piece::Bytes(b"something else".to_vec())]).unwrap();
    let now = Digest::of_file(&shelf.path).unwrap();
    let result = write_recipe(&shelf.workspace(ReplaceOptions::default()), &other, &now, &old);
    assert!(matches!(result, Err(MetadataError::NotVerified { .. })), "{result:?}");
    assert!(shelf.content() == theirs && shelf.is_clean());
}

#[test]
fn a_content_that_is_known_is_written_to_the_letter() {
    let shelf = Shelf::new();
    let workspace = shelf.workspace(ReplaceOptions::default());

    let written = write_content(&workspace, b"<x/>").unwrap();
    written.seal(workspace).unwrap().commit().unwrap();

    assert_eq!(shelf.content(), b"<x/>");
    assert_eq!(written.old, Some(Digest::of_bytes(&shelf.old)));
    assert_eq!(written.new, Digest::of_bytes(b"<x/>"));
}

#[test]
fn a_sidecar_that_is_drafted_is_made_of_its_seed() {
    let shelf = Shelf::new();
    let sidecar = shelf.folder.path().join("video.mov.xmp");
    let workspace = Workspace::create_new(&sidecar, &shelf.path, &work_dir_name(7), b"<seed/>").unwrap();
    let change = Change { container: Container::Xmp, edits: Vec::new(), iptc: None };

    let written =
        write_verified(&Drafter(vec![splice(1, 5, b"grown")]), &workspace, &change, &sidecar).unwrap();
    written.seal(workspace).unwrap().commit().unwrap();

    assert_eq!(fs::read(&sidecar).unwrap(), b"<grown/>");
    assert_eq!((written.old, written.back), (None, None), "there was nothing to go back to");
}

#[test]
fn a_long_file_in_which_nothing_moves_is_written_in_place() {
    let shelf = Shelf::new();
    fs::set_permissions(&shelf.path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = identity(&shelf.path).unwrap();

    let (written, sealed) = shelf.sealed(&in_place(LENGTH), INSIDE).unwrap();
    assert!(written.is_inside() && shelf.content() == shelf.old, "nothing is written before the commit");
    let after = sealed.commit().unwrap();

    assert!(shelf.content() == shelf.new_version(&in_place(LENGTH)));
    assert_eq!((after.inode, after.mtime_ns), (before.inode, before.mtime_ns));
    assert_eq!(after, identity(&shelf.path).unwrap());
    assert_eq!(fs::metadata(&shelf.path).unwrap().mode() & 0o7777, 0o640);
    assert!(shelf.is_clean());
}

#[test]
fn touch_gives_a_file_that_is_written_in_place_the_present_time() {
    let shelf = Shelf::new();

    shelf.write(&in_place(LENGTH), ReplaceOptions { touch: true, ..INSIDE }).unwrap();

    assert!(shelf.mtime().0 > 1_000_000_000);
}

#[test]
fn what_moves_or_is_short_or_has_further_names_is_not_written_in_place() {
    let inside =
        |shelf: &Shelf, splices: &[Splice], options| shelf.sealed(splices, options).unwrap().0.is_inside();
    let shelf = Shelf::new();

    assert!(!inside(&shelf, &moving(), INSIDE));
    assert!(!inside(&shelf, &in_place(LENGTH), ReplaceOptions { inside_from: Some(LENGTH + 1), ..INSIDE }));
    assert!(!inside(&shelf, &in_place(LENGTH), ReplaceOptions { inside_from: None, ..INSIDE }));
    fs::hard_link(&shelf.path, shelf.folder.path().join("second")).unwrap();
    let hard_links = photo_metadata::replace::HardLinkPolicy::Break;
    assert!(!inside(&shelf, &in_place(LENGTH), ReplaceOptions { hard_links, ..INSIDE }));
}

#[test]
fn a_photo_is_not_written_in_place_however_long_it_is() {
    let shelf = Shelf::new();
    File::options().write(true).open(&shelf.path).unwrap().write_all_at(b"\xff\xd8\xff\xe0", 0).unwrap();

    assert!(!shelf.sealed(&in_place(LENGTH), INSIDE).unwrap().0.is_inside());
}

#[test]
fn a_file_that_changed_before_the_first_byte_is_left_alone() {
    let theirs: [(&str, Act<'_>); 3] = [
        ("patched", &|path| {
            File::options().write(true).open(path).unwrap().write_all_at(b"theirs", 9_000).unwrap();
        }),
        ("longer", &|path| {
            File::options().write(true).open(path).unwrap().write_all_at(b"theirs", LENGTH).unwrap();
        }),
        ("replaced", &|path| {
            fs::remove_file(path).unwrap();
            fs::write(path, b"theirs").unwrap();
        }),
    ];
    for (what, act) in theirs {
        let shelf = Shelf::new();
        let (_, sealed) = shelf.sealed(&in_place(LENGTH), INSIDE).unwrap();
        act(&shelf.path);
        let content = shelf.content();

        let result = sealed.commit();

        assert!(matches!(result, Err(MetadataError::Conflict { .. })), "{what}: {result:?}");
        assert!(shelf.content() == content && shelf.is_clean(), "{what}");
    }
}

#[test]
fn a_file_that_another_program_has_locked_is_busy() {
    let shelf = Shelf::new();
    let (_, sealed) = shelf.sealed(&in_place(LENGTH), INSIDE).unwrap();
    let theirs = File::open(&shelf.path).unwrap();
    rustix::fs::flock(&theirs, rustix::fs::FlockOperation::LockShared).unwrap();

    let result = sealed.commit();

    assert!(matches!(result, Err(MetadataError::Busy { .. })), "{result:?}");
    assert!(shelf.content() == shelf.old);
}

/// What the journal knows of a change in place.
struct Noted {
    before: FileIdentity,
    back: Recipe,
    old: Digest,
    new: Digest,
}

impl Noted {
    fn of(shelf: &Shelf) -> Self {
        let before = identity(&shelf.path).unwrap();
        let (written, _) = shelf.sealed(&in_place(LENGTH), INSIDE).unwrap();
        Self { before, back: written.back.unwrap(), old: written.old.unwrap(), new: written.new }
    }

    fn settle(&self, shelf: &Shelf) -> Result<Settled, MetadataError> {
        settle_inside(&shelf.path, &self.before, &self.back, &self.old, &self.new, false)
    }
}

/// Ranges of the new version that are written, and the length of the file.
type Begun = (&'static [(usize, usize)], u64);

#[test]
fn wherever_a_write_in_place_breaks_off_the_old_bytes_come_back() {
    let new = Shelf::new().new_version(&in_place(LENGTH));
    let broken_off: [(&str, Begun); 7] = [
        ("before the first byte", (&[], LENGTH)),
        ("room is made", (&[], LENGTH + 3_000)),
        ("half of the append", (&[(300_000, 301_111)], LENGTH + 1_111)),
        ("append", (&[(300_000, 303_000)], LENGTH + 3_000)),
        ("half of a patch", (&[(300_000, 303_000), (100, 102)], LENGTH + 3_000)),
        ("the second patch only", (&[(300_000, 303_000), (5_000, 5_008)], LENGTH + 3_000)),
        ("patches that reached the disk before the append", (&[(100, 104), (5_000, 5_008)], LENGTH)),
    ];
    for (what, (written, length)) in broken_off {
        let shelf = Shelf::new();
        let noted = Noted::of(&shelf);
        let mtime = shelf.mtime();
        let file = File::options().write(true).open(&shelf.path).unwrap();
        for (from, to) in written {
            file.write_all_at(&new[*from..*to], *from as u64).unwrap();
        }
        file.set_len(length).unwrap();
        file.set_modified(SystemTime::now()).unwrap();

        let settled = noted.settle(&shelf).unwrap();

        assert_eq!(settled, Settled::AsBefore, "{what}");
        assert!(shelf.content() == shelf.old, "{what}");
        assert_eq!(shelf.mtime(), mtime, "{what}");
    }
}

#[test]
fn a_write_in_place_that_is_complete_is_found_to_be() {
    let shelf = Shelf::new();
    let noted = Noted::of(&shelf);
    let mtime = shelf.mtime();
    let new = shelf.new_version(&in_place(LENGTH));
    fs::write(&shelf.path, &new).unwrap();

    let settled = noted.settle(&shelf).unwrap();

    assert!(matches!(settled, Settled::Complete(_)) && shelf.content() == new);
    assert_eq!(shelf.mtime(), mtime, "killed before it got its time");
}

#[test]
fn what_somebody_else_did_to_a_file_that_was_broken_off_stays() {
    let new = Shelf::new().new_version(&in_place(LENGTH));
    let theirs: [(&str, Act<'_>); 4] = [
        ("longer than both", &|path| {
            File::options().write(true).open(path).unwrap().set_len(LENGTH + 9_000).unwrap();
        }),
        ("shorter than both", &|path| {
            File::options().write(true).open(path).unwrap().set_len(LENGTH - 1).unwrap();
        }),
        ("changed at its start", &|path| {
            File::options().write(true).open(path).unwrap().write_all_at(b"theirs", 0).unwrap();
        }),
        ("changed beside a patch", &|path| {
            File::options().write(true).open(path).unwrap().write_all_at(b"theirs", 5_010).unwrap();
        }),
    ];
    for (what, act) in theirs {
        let shelf = Shelf::new();
        let noted = Noted::of(&shelf);
        fs::write(&shelf.path, &new[..301_111]).unwrap();
        act(&shelf.path);
        let content = shelf.content();

        let result = noted.settle(&shelf);

        assert!(matches!(result, Err(MetadataError::Conflict { .. })), "{what}: {result:?}");
        assert!(shelf.content() == content, "{what}");
    }
}

#[test]
fn owner_access_list_and_extended_attributes_stay_in_place_too() {
    let shelf = Shelf::new();
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(&shelf.path, "user.colour", b"red", flags).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&shelf.path, Some(1234), Some(2345)).unwrap();
    }
    let before = fs::metadata(&shelf.path).unwrap();

    shelf.write(&in_place(LENGTH), INSIDE).unwrap();

    let after = fs::metadata(&shelf.path).unwrap();
    assert_eq!((after.uid(), after.gid(), after.mode()), (before.uid(), before.gid(), before.mode()));
    let mut value = [0; 8];
    let length = rustix::fs::getxattr(&shelf.path, "user.colour", &mut value).unwrap();
    assert_eq!(&value[..length], b"red");
}
