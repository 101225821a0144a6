//! On file systems whose files can share blocks, a new version takes hardly any room: what stays is not copied.
//!
//! On XFS and Btrfs in files of their own. The room that is left on the disk tells, and it cannot be fooled.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use photo_metadata::replace::{Depth, ReplaceOptions, Workspace, identity, work_dir_name};
use photo_metadata::{Change, Container, Splice, write_verified};

use crate::native_disk::{Drafter, splice};

const LENGTH: u64 = 16 << 20;

/// More than metadata of the file system and the odd blocks at the borders take.
const LITTLE: u64 = 4 << 20;

/// A mounted file system in a file, for as long as it is kept.
struct Disk {
    at: PathBuf,
    _folder: tempfile::TempDir,
}

impl Disk {
    fn mount(make: &[&str], megabytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (image, at) = (folder.path().join("image"), folder.path().join("disk"));
        File::create(&image).unwrap().set_len(megabytes << 20).unwrap();
        fs::create_dir(&at).unwrap();
        let succeeds = |command: &mut Command| {
            let command = command.stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let is_mounted = succeeds(Command::new(make[0]).args(&make[1..]).arg(&image))
            && succeeds(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&at));
        is_mounted.then_some(Self { at, _folder: folder })
    }

    fn free(&self) -> u64 {
        let folder = File::open(&self.at).unwrap();
        rustix::fs::syncfs(&folder).unwrap();
        let state = rustix::fs::fstatvfs(&folder).unwrap();
        state.f_bfree * state.f_frsize
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.at).status().unwrap();
    }
}

/// Writes a version of a new file, and tells how much room both take more than one. The old one stays open.
fn room_taken(disk: &Disk, splices: &[Splice], options: ReplaceOptions) -> u64 {
    let path = disk.at.join("photo.jpg");
    let old: Vec<u8> = (0..LENGTH).map(|at| u8::try_from(at % 241).unwrap()).collect();
    fs::write(&path, &old).unwrap();
    let kept = File::open(&path).unwrap();
    let free = disk.free();
    let workspace = Workspace::create(&path, &identity(&path).unwrap(), &work_dir_name(7), options).unwrap();
    let change = Change { container: Container::Jpeg, edits: Vec::new(), iptc: None };

    let written = write_verified(&Drafter(splices.to_vec()), &workspace, &change, &path).unwrap();
    assert!(!written.is_inside(), "where blocks are shared nothing is written in place");
    written.seal(workspace).unwrap().commit().unwrap();

    let taken = free.saturating_sub(disk.free());
    assert!(is_made(&path, &old, splices), "{splices:?}");
    drop(kept);
    fs::remove_file(&path).unwrap();
    taken
}

fn is_made(path: &Path, old: &[u8], splices: &[Splice]) -> bool {
    let (mut wanted, mut at) = (Vec::new(), 0);
    for splice in splices {
        wanted.extend_from_slice(&old[at..usize::try_from(splice.start).unwrap()]);
        wanted.extend_from_slice(&splice.bytes);
        at = usize::try_from(splice.end).unwrap();
    }
    wanted.extend_from_slice(&old[at..]);
    fs::read(path).unwrap() == wanted
}

fn try_on(name: &str, make: &[&str], megabytes: u64) {
    let Some(disk) = Disk::mount(make, megabytes) else {
        let line =
            format!("SKIPPED a new version shares its blocks: no {name} can be made and mounted here\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    let in_place = [splice(100, 104, b"free"), splice(LENGTH, LENGTH, &[9; 3_000])];
    let moved_by_blocks = [splice(20, 30, &[8; 10 + 8192])];
    let moved_by_bytes = [splice(20, 30, &[8; 777])];
    let inside = ReplaceOptions { inside_from: Some(1), depth: Depth::Whole, ..ReplaceOptions::default() };

    let taken =
        [&in_place[..], &moved_by_blocks, &moved_by_bytes].map(|splices| room_taken(&disk, splices, inside));

    assert!(taken[0] < LITTLE, "{name}, nothing moves: {taken:?}");
    assert!(taken[1] < LITTLE, "{name}, the rest moves by whole blocks: {taken:?}");
    assert!(taken[2] > LENGTH / 2, "{name} shares what it cannot share, so nothing was tested: {taken:?}");
}

#[test]
fn a_new_version_shares_its_blocks_on_xfs() {
    try_on("XFS", &["mkfs.xfs", "-q", "-m", "reflink=1"], 400);
}

#[test]
fn a_new_version_shares_its_blocks_on_btrfs() {
    try_on("Btrfs", &["mkfs.btrfs", "-q"], 400);
}
