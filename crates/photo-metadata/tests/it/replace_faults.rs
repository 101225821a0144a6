//! The write protocol on disks that are full or read-only, and after a crash.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use photo_metadata::MetadataError;
use photo_metadata::replace::{ReplaceOptions, Workspace, identity, remove_work_dir, work_dir_name};

use crate::library::{Library, NEW, OLD, is_root};

#[test]
fn a_crashed_run_is_cleaned_up_by_name_and_nothing_else_is() {
    let library = Library::new();
    let folder = library.folder.path().join(work_dir_name(0xabc));
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("new.jpg"), b"half").expect("a file");
    symlink(&library.original, folder.join("source.jpg")).expect("a link");

    assert!(remove_work_dir(&folder).expect("a removal"));
    assert!(!remove_work_dir(&folder).expect("nothing to do"));
    assert_eq!(library.content(), OLD, "links are not followed");
    assert!(library.is_clean());

    fs::create_dir(library.folder.path().join("holiday")).expect("a folder");
    symlink(library.folder.path().join("holiday"), &folder).expect("a link");
    for path in [library.folder.path().join("holiday"), folder.clone(), PathBuf::from(work_dir_name(1))] {
        let result = remove_work_dir(&path);
        assert!(matches!(result, Err(MetadataError::NotOurWorkFolder { .. })), "{result:?}");
    }
    fs::remove_file(&folder).expect("our own link");
    fs::create_dir_all(folder.join("below")).expect("folders");
    let result = remove_work_dir(&folder);
    assert!(matches!(result, Err(MetadataError::NotOurWorkFolder { .. })), "{result:?}");
    assert!(folder.join("below").is_dir());
}

#[test]
fn a_workspace_knows_whether_its_original_is_still_the_one() {
    let library = Library::new();
    let workspace = library.workspace();
    let moved = library.folder.path().join("elsewhere.jpg");

    assert!(workspace.unchanged().is_ok());
    rustix::fs::rename(&library.original, &moved).expect("a move");
    let gone = workspace.unchanged().err();
    symlink(&moved, &library.original).expect("a link");
    let linked = workspace.unchanged().err();
    fs::remove_file(&library.original).expect("a removal");
    fs::write(&library.original, OLD).expect("another file");
    let other = workspace.unchanged().err();

    assert!(matches!(gone, Some(MetadataError::Missing { .. })), "{gone:?}");
    assert!(matches!(linked, Some(MetadataError::Conflict { .. })), "{linked:?}");
    assert!(matches!(other, Some(MetadataError::Conflict { .. })), "{other:?}");
}

#[test]
fn a_writer_that_is_dying_cannot_keep_the_folder() {
    let library = Library::new();
    let folder = library.folder.path().join(work_dir_name(1));
    fs::create_dir(&folder).expect("a folder");
    for number in 0..2000 {
        fs::write(folder.join(format!("{number}")), b"x").expect("a file");
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..30 {
                // Fails once the folder is gone, as it should.
                let _ = fs::write(folder.join(format!("late{number}")), b"x");
            }
        });
        assert!(remove_work_dir(&folder).expect("a removal"));
    });
    assert!(library.is_clean());
}

/// A small file system of its own, where root may mount one.
struct Mount(PathBuf);

impl Mount {
    fn tmpfs(test: &str, at: &Path, options: &str) -> Option<Self> {
        let status = is_root()
            .then(|| Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).status());
        if matches!(status, Some(Ok(status)) if status.success()) {
            return Some(Self(at.to_path_buf()));
        }
        eprintln!("SKIPPED {test}: cannot mount a file system here");
        None
    }

    fn remount(&self, options: &str) {
        let status = Command::new("mount").args(["-o", options]).arg(&self.0).status().expect("mount");
        assert!(status.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_the_original_and_ends_the_run() {
    let at = tempfile::tempdir().expect("a folder");
    let test = "a_full_disk_leaves_the_original_and_ends_the_run";
    let Some(_mount) = Mount::tmpfs(test, at.path(), "size=64k,nr_inodes=8") else { return };
    let original = at.path().join("a.jpg");
    fs::write(&original, OLD).expect("an original");
    let expected = identity(&original).expect("its identity");
    let create = || Workspace::create(&original, &expected, &work_dir_name(1), ReplaceOptions::default());

    let workspace = create().expect("a workspace");
    let written = fs::write(workspace.target(), vec![1; 100_000]);
    assert_eq!(written.expect_err("no room").raw_os_error(), Some(28));
    drop(workspace);

    for number in 0..20 {
        if fs::write(at.path().join(format!("filler{number}")), b"x").is_err() {
            break;
        }
    }
    let error = create().expect_err("no inode left");
    assert!(error.is_disk_full(), "{error:?}");
    assert_eq!(fs::read(&original).expect("the original"), OLD);
    assert!(!at.path().join(work_dir_name(1)).exists());
}

#[test]
fn a_read_only_file_system_is_told_as_such() {
    let at = tempfile::tempdir().expect("a folder");
    let Some(mount) = Mount::tmpfs("a_read_only_file_system_is_told_as_such", at.path(), "size=64k") else {
        return;
    };
    let original = at.path().join("a.jpg");
    fs::write(&original, OLD).expect("an original");
    let expected = identity(&original).expect("its identity");
    let create = || Workspace::create(&original, &expected, &work_dir_name(1), ReplaceOptions::default());

    mount.remount("remount,ro");
    let at_once = create().err();
    mount.remount("remount,rw");
    let workspace = create().expect("a workspace");
    fs::write(workspace.target(), NEW).expect("a new version");
    let sealed = workspace.seal().expect("a sealed version");
    mount.remount("remount,ro");
    let at_last = sealed.commit().err();
    mount.remount("remount,rw");

    assert!(matches!(at_once, Some(MetadataError::ReadOnly { .. })), "{at_once:?}");
    assert!(matches!(at_last, Some(MetadataError::ReadOnly { .. })), "{at_last:?}");
    assert_eq!(fs::read(&original).expect("the original"), OLD);
    assert!(
        remove_work_dir(&at.path().join(work_dir_name(1))).expect("a removal"),
        "left until the disk is back"
    );
}

#[test]
fn an_immutable_original_is_told_as_such() {
    let library = Library::new();
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(&library.original).status();
    if !matches!(chattr("+i"), Ok(status) if status.success()) {
        eprintln!("SKIPPED an_immutable_original_is_told_as_such: cannot set the attribute here");
        return;
    }

    let result = library.open(ReplaceOptions::default()).err();

    chattr("-i").expect("the attribute goes away");
    assert!(matches!(result, Some(MetadataError::Immutable { .. })), "{result:?}");
    assert!(library.is_clean());
}
