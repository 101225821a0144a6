//! Nothing in a library ever changes: names, sizes, times and bytes, on a medium that cannot be written too, and while
//! another program writes the database.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sample_pictures::{AppleGeneration, AppleLibrary, AppleMix};
use sha1::{Digest, Sha1};

use crate::generated::all;
use crate::places::{self, READABLE, open};

/// Everything below a folder: kind, size, times, hash; times of access too, where they are kept.
fn state(folder: &Path) -> BTreeMap<String, String> {
    use std::os::unix::fs::MetadataExt;

    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let about = |path: &Path, hash: String| {
            let metadata = path.symlink_metadata().unwrap();
            let changed = (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec());
            format!("{} {} {:?} {hash}", metadata.mode(), metadata.size(), changed)
        };
        found.insert(next.display().to_string(), about(&next, String::new()));
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let hash = Sha1::digest(std::fs::read(&path).unwrap());
                found.insert(path.display().to_string(), about(&path, format!("{hash:x?}")));
            }
        }
    }
    found
}

/// Everything that reading can do.
fn read(package: &Path) -> u64 {
    let opened = open(package).unwrap();
    let (assets, totals) = all(&opened.library);
    for (uuid, asset) in assets {
        assert_eq!(opened.library.asset(&uuid).unwrap(), Some(asset));
    }
    for id in 0..opened.library.albums().len() {
        opened.library.members(apple_photos::AlbumId(u32::try_from(id).unwrap())).unwrap();
    }
    totals.assets
}

#[test]
fn reading_leaves_no_trace_in_a_library() {
    let made = tempfile::tempdir().unwrap();
    let mut library = AppleLibrary::of_many(AppleGeneration::MacOs26, 120, 3, AppleMix::Everything);
    library.in_log = 30;
    library.write(made.path()).unwrap();
    let mut packages = vec![made.path().to_path_buf()];
    let shared = places::shared("reading_leaves_no_trace_in_a_library (real libraries)");
    packages.extend(
        shared.iter().flat_map(|folder| READABLE.map(|name| folder.join(format!("{name}.photoslibrary")))),
    );
    for package in packages {
        let before = state(&package);

        assert!(read(&package) > 0);

        assert_eq!(state(&package), before, "{}", package.display());
    }
}

#[test]
fn a_library_that_nobody_may_write_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("Photos.photoslibrary");
    let mut library = AppleLibrary::of_many(AppleGeneration::MacOs14, 40, 3, AppleMix::Everything);
    library.in_log = 10;
    library.write(&package).unwrap();
    let mount = |arguments: &[&str]| {
        Command::new("mount").args(arguments).arg(&package).status().is_ok_and(|status| status.success())
    };
    let path = package.to_str().unwrap();
    let is_mounted = mount(&["--bind", path]);
    if is_mounted && mount(&["-o", "remount,ro,bind"]) {
        assert!(std::fs::write(package.join("x"), "x").is_err(), "it should be read-only now");
    } else {
        eprintln!(
            "SKIPPED the read-only mount of a_library_that_nobody_may_write_is_read: nothing can be mounted here"
        );
        assert!(Command::new("chmod").args(["-R", "a-w"]).arg(&package).status().unwrap().success());
    }
    let before = state(&package);

    let count = std::panic::catch_unwind(|| read(&package));

    let after = state(&package);
    if is_mounted {
        assert!(Command::new("umount").arg(&package).status().unwrap().success());
    } else {
        assert!(Command::new("chmod").args(["-R", "u+w"]).arg(&package).status().unwrap().success());
    }
    assert!(count.is_ok_and(|count| count >= 40));
    assert_eq!(after, before);
}

#[test]
fn what_another_program_wrote_is_there_and_what_it_is_writing_is_not() {
    let folder = tempfile::tempdir().unwrap();
    AppleLibrary::of_many(AppleGeneration::MacOs14, 40, 3, AppleMix::Plain).write(folder.path()).unwrap();
    let photos = rusqlite::Connection::open(folder.path().join("database/Photos.sqlite")).unwrap();
    photos.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    photos.execute("UPDATE ZADDITIONALASSETATTRIBUTES SET ZTITLE = 'written' WHERE Z_PK = 1", []).unwrap();
    photos
        .execute_batch("BEGIN IMMEDIATE; UPDATE ZADDITIONALASSETATTRIBUTES SET ZTITLE = 'not yet';")
        .unwrap();
    let before = state(folder.path());

    let opened = open(folder.path()).unwrap();
    let (assets, _) = all(&opened.library);

    let titles: Vec<&str> = assets.values().filter_map(|asset| asset.title.as_deref()).collect();
    assert!(titles.contains(&"written") && !titles.contains(&"not yet"), "{titles:?}");
    assert_eq!(state(folder.path()), before);
    photos.execute_batch("COMMIT").unwrap();
    drop(opened);
    let opened = open(folder.path()).unwrap();
    assert!(all(&opened.library).0.values().all(|asset| asset.title.as_deref() == Some("not yet")));
}

#[test]
fn a_library_that_is_written_all_the_time_is_read_whole_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    AppleLibrary::of_many(AppleGeneration::MacOs26, 300, 3, AppleMix::Plain).write(folder.path()).unwrap();
    let database = folder.path().join("database/Photos.sqlite");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let photos = rusqlite::Connection::open(&database).unwrap();
            photos.pragma_update(None, "synchronous", "off").unwrap();
            let mut number = 0;
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                number += 1;
                // All or none have the same title, in every state that was committed.
                let change = format!("UPDATE ZADDITIONALASSETATTRIBUTES SET ZTITLE = 'round {number}'");
                photos.execute(&change, []).unwrap();
                // Some rounds follow each other at once, and then there is a rest.
                std::thread::park_timeout(Duration::from_millis(if number % 8 == 0 { 60 } else { 0 }));
            }
        });
        let mut read = 0;
        for _ in 0..8 {
            match open(folder.path()) {
                Ok(opened) => {
                    read += 1;
                    let (assets, _) = all(&opened.library);
                    let mut titles: Vec<_> = assets.values().map(|asset| asset.title.clone()).collect();
                    titles.dedup();
                    assert_eq!(assets.len(), 300);
                    assert!(
                        titles.len() == 1 || !titles.iter().flatten().any(|title| title.starts_with("round")),
                        "torn: {titles:?}"
                    );
                }
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        println!("read {read} times of 8");
        assert!(read > 0, "it was never read");
    });
}

#[test]
fn the_private_copy_is_gone_when_the_library_is_closed() {
    let (package, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    AppleLibrary::of_many(AppleGeneration::MacOs26, 5, 3, AppleMix::Plain).write(package.path()).unwrap();
    let options = apple_photos::OpenOptions::new(scratch.path(), "test");

    let library = apple_photos::Library::open(package.path(), &options).unwrap();
    let copies = scratch.path().read_dir().unwrap().count();
    drop(library);

    assert_eq!((copies, scratch.path().read_dir().unwrap().count()), (1, 0));
}
