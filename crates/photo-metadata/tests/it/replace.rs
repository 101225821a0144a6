//! The write protocol: what stays, what is refused, and strange names.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use photo_metadata::MetadataError;
use photo_metadata::replace::{
    FileIdentity, HardLinkPolicy, ReplaceOptions, Workspace, identity, work_dir_name,
};

use crate::library::{Act, Library, NEW, OLD, is_root, replace};

#[test]
fn the_new_version_takes_the_place_of_the_old_one() {
    let library = Library::new();
    let workspace = library.workspace();
    assert_eq!(workspace.source(), library.original);
    assert!(!workspace.target().exists());
    let mode = fs::metadata(workspace.target().parent().expect("a folder")).expect("it exists").mode();
    assert_eq!(mode & 0o777, 0o700);
    fs::write(workspace.target(), NEW).expect("a new version");

    let sealed = workspace.seal().expect("a sealed version");
    assert_eq!(library.content(), OLD, "sealing changes nothing yet");
    let now = sealed.commit().expect("a replaced original");

    assert_eq!(library.content(), NEW);
    assert_eq!(now, identity(&library.original).expect("its identity"));
    assert!(library.is_clean());
}

#[test]
fn mode_times_and_extended_attributes_stay() {
    let library = Library::new();
    let file = fs::File::options().write(true).open(&library.original).expect("an original");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::new(981_173_106, 123_456_789);
    rustix::fs::fsetxattr(&file, "user.colour", b"red", rustix::fs::XattrFlags::empty())
        .expect("an attribute");
    fs::set_permissions(&library.original, fs::Permissions::from_mode(0o4640)).expect("a mode");
    let times = fs::FileTimes::new().set_modified(long_ago).set_accessed(long_ago);
    file.set_times(times).expect("times");

    replace(&library, ReplaceOptions::default()).expect("a replaced original");

    let now = fs::metadata(&library.original).expect("it exists");
    assert_eq!(library.content(), NEW);
    assert_eq!(now.mode() & 0o7777, 0o640, "the mode, but no set-user-id");
    assert_eq!((now.mtime(), now.mtime_nsec()), (981_173_106, 123_456_789));
    let mut value = [0_u8; 16];
    let length = rustix::fs::getxattr(&library.original, "user.colour", &mut value).expect("the attribute");
    assert_eq!(&value[..length], b"red");
}

#[test]
fn touch_gives_the_present_time() {
    let library = Library::new();
    let file = fs::File::options().write(true).open(&library.original).expect("an original");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("a time");

    replace(&library, ReplaceOptions { touch: true, ..ReplaceOptions::default() })
        .expect("a replaced original");

    assert!(fs::metadata(&library.original).expect("it exists").mtime() > 1_000_000_000);
}

#[test]
fn the_owner_stays() {
    if !is_root() {
        eprintln!("SKIPPED the_owner_stays: only root can give files away");
        return;
    }
    let library = Library::new();
    std::os::unix::fs::chown(&library.original, Some(1234), Some(2345)).expect("another owner");

    replace(&library, ReplaceOptions::default()).expect("a replaced original");

    let now = fs::metadata(&library.original).expect("it exists");
    assert_eq!((now.uid(), now.gid()), (1234, 2345));
    assert_eq!(library.content(), NEW);
}

#[test]
fn the_access_list_stays_and_none_is_inherited() {
    // Entries of a list in the form in which the system stores it: version 2, then tag, rights, id.
    let entry = |tag: u16, rights: u16, id: u32| {
        [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    let nobody = u32::MAX;
    let list = |user: u32| {
        let entries = [(1, 6, nobody), (2, 4, user), (4, 4, nobody), (0x10, 4, nobody), (0x20, 0, nobody)];
        let entries = entries.map(|(tag, rights, id)| entry(tag, rights, id));
        [&2_u32.to_le_bytes()[..], &entries.concat()].concat()
    };
    let read = |path: &Path| {
        let mut value = [0_u8; 256];
        let length = rustix::fs::getxattr(path, "system.posix_acl_access", &mut value);
        length.map(|length| value[..length].to_vec())
    };
    let with_list = Library::new();
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::setxattr(&with_list.original, "system.posix_acl_access", &list(4321), flags).is_err() {
        eprintln!("SKIPPED the_access_list_stays_and_none_is_inherited: no access lists on this file system");
        return;
    }
    let stored = read(&with_list.original).expect("the list");
    replace(&with_list, ReplaceOptions::default()).expect("a replaced original");
    assert_eq!(read(&with_list.original).expect("the list"), stored);

    let without = Library::new();
    let mode = fs::metadata(&without.original).expect("it exists").mode();
    rustix::fs::setxattr(without.folder.path(), "system.posix_acl_default", &list(999), flags)
        .expect("a default");
    replace(&without, ReplaceOptions::default()).expect("a replaced original");
    assert!(read(&without.original).is_err(), "a list came from the folder");
    assert_eq!(fs::metadata(&without.original).expect("it exists").mode(), mode);
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let library = Library::new();
    let workspace = library.workspace();
    fs::write(workspace.target(), NEW).expect("a new version");
    fs::write(workspace.target().with_file_name("new.jpg_exiftool_tmp"), b"half").expect("a leftover");
    drop(workspace);
    assert!(library.is_clean());

    drop(library.sealed());
    assert!(library.is_clean());
    assert_eq!(library.content(), OLD);
}

#[test]
fn a_change_by_somebody_else_is_a_conflict_and_stays() {
    let theirs: [(&str, Act<'_>); 5] = [
        ("content", &|path| fs::write(path, b"their own version").expect("a write")),
        ("same size", &|path| fs::write(path, b"THE OLD VERSION").expect("a write")),
        ("time set back", &|path| {
            let file = fs::File::options().write(true).open(path).expect("a file");
            let time = file.metadata().expect("it exists").modified().expect("a time");
            fs::write(path, b"THE OLD VERSION").expect("a write");
            file.set_modified(time).expect("a time");
        }),
        ("replaced", &|path| {
            fs::remove_file(path).expect("gone");
            fs::write(path, OLD).expect("a write");
        }),
        ("a link", &|path| {
            fs::remove_file(path).expect("gone");
            symlink("/etc/hostname", path).expect("a link");
        }),
    ];
    for (what, change) in theirs {
        let library = Library::new();
        let sealed = library.sealed();
        change(&library.original);
        let after = fs::symlink_metadata(&library.original).expect("it exists");

        let result = sealed.commit();

        assert!(matches!(result, Err(MetadataError::Conflict { .. })), "{what}: {result:?}");
        let now = fs::symlink_metadata(&library.original).expect("it exists");
        assert_eq!((now.ino(), now.ctime_nsec()), (after.ino(), after.ctime_nsec()), "{what}");
        assert!(library.is_clean(), "{what}");
    }
}

#[test]
fn an_original_that_is_not_what_was_planned_is_a_conflict_at_once() {
    let library = Library::new();
    let planned = identity(&library.original).expect("its identity");
    fs::write(&library.original, b"changed since the plan").expect("a write");

    let result = Workspace::create(&library.original, &planned, &work_dir_name(1), ReplaceOptions::default());

    assert!(matches!(result, Err(MetadataError::Conflict { .. })), "{result:?}");
    assert!(library.is_clean());
}

#[test]
fn an_original_that_vanished_is_not_made_again() {
    let library = Library::new();
    let sealed = library.sealed();
    fs::remove_file(&library.original).expect("gone");

    let result = sealed.commit();

    assert!(matches!(result, Err(MetadataError::Missing { .. })), "{result:?}");
    assert_eq!(fs::read_dir(library.folder.path()).expect("the folder").count(), 0);
}

#[test]
fn a_folder_that_is_renamed_meanwhile_is_followed() {
    let outer = tempfile::tempdir().expect("a folder");
    let (before, after) = (outer.path().join("before"), outer.path().join("after"));
    fs::create_dir(&before).expect("a folder");
    fs::write(before.join("a.jpg"), OLD).expect("an original");
    let expected = identity(&before.join("a.jpg")).expect("its identity");
    let name = work_dir_name(3);
    let workspace = Workspace::create(&before.join("a.jpg"), &expected, &name, ReplaceOptions::default())
        .expect("a workspace");
    fs::write(workspace.target(), NEW).expect("a new version");
    rustix::fs::rename(&before, &after).expect("a rename");
    fs::create_dir(&before).expect("another folder of that name");
    fs::write(before.join("a.jpg"), b"somebody else's").expect("another file");

    workspace.seal().expect("a sealed version").commit().expect("a replaced original");

    assert_eq!(fs::read(after.join("a.jpg")).expect("a file"), NEW);
    assert_eq!(fs::read(before.join("a.jpg")).expect("a file"), b"somebody else's");
    assert!(!after.join(name).exists());
}

#[test]
fn further_names_are_refused_or_separated() {
    let library = Library::new();
    let other = library.folder.path().join("other.jpg");
    fs::hard_link(&library.original, &other).expect("a hard link");

    let result = replace(&library, ReplaceOptions::default());
    assert!(matches!(result, Err(MetadataError::HardLinked { links: 2, .. })), "{result:?}");
    assert_eq!(library.content(), OLD);

    let options = ReplaceOptions { hard_links: HardLinkPolicy::Break, ..ReplaceOptions::default() };
    replace(&library, options).expect("a replaced original");
    assert_eq!(library.content(), NEW);
    assert_eq!(fs::read(other).expect("the other"), OLD);
}

#[test]
fn what_is_no_regular_file_has_no_identity() {
    let library = Library::new();
    let link = library.folder.path().join("link.jpg");
    symlink(&library.original, &link).expect("a link");
    let pipe = library.folder.path().join("pipe.jpg");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).expect("a pipe");
    let expected = identity(&library.original).expect("its identity");

    for path in [library.folder.path(), &link, &pipe] {
        let result = identity(path);
        assert!(matches!(result, Err(MetadataError::NotRegular { .. })), "{result:?}");
        let result = Workspace::create(path, &expected, &work_dir_name(1), ReplaceOptions::default());
        assert!(matches!(result, Err(MetadataError::NotRegular { .. })), "{result:?}");
    }
}

#[test]
fn a_new_version_that_is_not_a_file_of_its_own_is_refused() {
    let writers: [(&str, Act<'_>); 5] = [
        ("nothing", &|_| {}),
        ("empty", &|target| fs::write(target, b"").expect("a file")),
        ("a link", &|target| symlink("/etc/hostname", target).expect("a link")),
        ("a pipe", &|target| {
            rustix::fs::mkfifoat(rustix::fs::CWD, target, rustix::fs::Mode::RWXU).expect("a pipe");
        }),
        ("linked elsewhere", &|target| {
            fs::write(target, NEW).expect("a file");
            fs::hard_link(target, target.with_file_name("again")).expect("a hard link");
        }),
    ];
    for (what, writer) in writers {
        let library = Library::new();
        let workspace = library.workspace();
        writer(workspace.target());

        let result = workspace.seal().err();

        assert!(matches!(result, Some(MetadataError::NewVersionRefused { .. })), "{what}: {result:?}");
        assert_eq!(library.content(), OLD);
        assert!(library.is_clean(), "{what}");
    }
}

#[test]
fn a_planted_work_folder_is_not_used() {
    let library = Library::new();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let planted = library.folder.path().join(work_dir_name(7));
    symlink(elsewhere.path(), &planted).expect("a link");

    let result = library.open(ReplaceOptions::default());

    assert!(result.is_err());
    assert_eq!(fs::read_dir(elsewhere.path()).expect("the folder").count(), 0);
    assert!(planted.is_symlink(), "what is not ours stays");
}

#[test]
fn a_work_folder_that_is_exchanged_is_noticed() {
    let library = Library::new();
    let workspace = library.workspace();
    let folder = workspace.target().parent().expect("a folder").to_path_buf();
    let elsewhere = tempfile::tempdir().expect("a folder");
    rustix::fs::rename(&folder, library.folder.path().join("moved")).expect("a rename");
    symlink(elsewhere.path(), &folder).expect("a link");
    fs::write(workspace.target(), NEW).expect("a new version, elsewhere");

    let result = workspace.seal().err();

    assert!(matches!(result, Some(MetadataError::NewVersionRefused { .. })), "{result:?}");
    assert_eq!(library.content(), OLD);
    assert_eq!(fs::read(elsewhere.path().join("new.jpg")).expect("still there"), NEW, "not ours to remove");
}

#[test]
fn strange_and_long_names_are_replaced_too() {
    let long = [&b"x".repeat(251)[..], b".jpg"].concat();
    let names: [&[u8]; 7] = [
        &long,
        b"line\nbreak.jpg",
        b"not-\xff-text.jpg",
        b"-o.jpg",
        b" x .jpg",
        b"100%d.jpg",
        b"no extension",
    ];
    for name in names {
        let library = Library::with_name(name);
        let workspace = library.workspace();
        let shown = String::from_utf8_lossy(name);
        assert_eq!(fs::read(workspace.source()).expect("the original through it"), OLD, "{shown}");
        assert!(
            !workspace.source().as_os_str().as_bytes().iter().any(|byte| b"\n%".contains(byte)),
            "{shown}"
        );
        fs::write(workspace.target(), NEW).expect("a new version");

        workspace.seal().expect("a sealed version").commit().expect("a replaced original");

        assert_eq!(library.content(), NEW, "{shown}");
        assert!(library.is_clean(), "{shown}");
    }
}

#[test]
fn an_identity_survives_being_stored() {
    let library = Library::new();
    let now = identity(&library.original).expect("its identity");

    let stored = serde_json::to_string(&now).expect("JSON");
    let read: FileIdentity = serde_json::from_str(&stored).expect("an identity");

    assert_eq!(read, now);
    fs::set_permissions(&library.original, fs::Permissions::from_mode(0o600)).expect("a mode");
    let later = identity(&library.original).expect("its identity");
    assert!(later.same_content_as(&now));
}

#[test]
fn a_sidecar_is_made_with_the_owner_and_mode_of_its_photo() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("a.jpg");
    std::fs::write(&photo, OLD).unwrap();
    std::fs::set_permissions(&photo, std::fs::Permissions::from_mode(0o640)).unwrap();
    let sidecar = folder.path().join("a.jpg.xmp");

    let workspace = Workspace::create_new(&sidecar, &photo, &work_dir_name(7), b"seed").unwrap();
    assert_eq!(std::fs::read(workspace.source()).unwrap(), b"seed");
    std::fs::write(workspace.target(), b"new").unwrap();
    workspace.seal().unwrap().commit().unwrap();

    assert_eq!(std::fs::read(&sidecar).unwrap(), b"new");
    assert_eq!(std::fs::metadata(&sidecar).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no work folder is left");
}

#[test]
fn a_sidecar_that_appeared_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("a.jpg");
    std::fs::write(&photo, OLD).unwrap();
    let sidecar = folder.path().join("a.jpg.xmp");
    let workspace = Workspace::create_new(&sidecar, &photo, &work_dir_name(8), b"seed").unwrap();
    std::fs::write(workspace.target(), b"new").unwrap();
    let sealed = workspace.seal().unwrap();
    std::fs::write(&sidecar, b"theirs").unwrap();

    let error = sealed.commit().unwrap_err();

    assert!(matches!(error, MetadataError::Conflict { .. }), "{error:?}");
    assert_eq!(std::fs::read(&sidecar).unwrap(), b"theirs");
    assert!(Workspace::create_new(&sidecar, &photo, &work_dir_name(9), b"seed").is_err());
}
