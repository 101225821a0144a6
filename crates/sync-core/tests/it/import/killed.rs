//! A process that imports is killed at any moment; the next one completes what it began, and nothing is there twice.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sync_core::StopFlag;
use sync_core::import::Import;
use sync_core::state::{DeedStore as _, SqliteStore};

use super::lab::{Ear, File, Lab, Shelf, options};
use crate::child::{self, Kid};
use crate::harness::connect_to;

/// What each process finds in the source.
fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.fill(120);
    for number in [3, 50, 99] {
        let name = format!("{number:05}.jpg");
        let mut file = File::of(&name).in_albums(&["A", "B"]);
        file.motion = Some(format!("moving {number}").into_bytes());
        file.facts.tags.insert("Trips/Sea".to_owned());
        shelf.put(&name, file);
    }
    shelf
}

/// Imports once.
#[test]
#[ignore = "the child process of other tests"]
fn child_imports_until_it_is_killed() {
    let folder = child::folder();
    let told = std::fs::read_to_string(folder.join("told")).unwrap();
    let (url, key) = told.trim().split_once('\n').unwrap();
    let store = SqliteStore::open(&folder.join("state")).unwrap();
    let client = connect_to(url, key.to_owned()).unwrap();
    child::say("begun");
    let (source, options, ear, stop) = (shelf(), options(), Ear::default(), StopFlag::new());
    let import = Import {
        source: &source,
        store: &store,
        options: &options,
        reporter: &ear,
        stop: &stop,
        now: &Timestamp::now,
    };
    import.run(&client, "import").unwrap();
    store.close().unwrap();
    child::say("ended");
}

fn start(lab: &Lab, folder: &Path) -> Kid {
    std::fs::write(folder.join("told"), format!("{}\n{}\n", lab.sandbox.url(), lab.sandbox.api_key()))
        .unwrap();
    let mut kid = Kid::start("import::killed::child_imports_until_it_is_killed", folder);
    assert_eq!(kid.line().as_deref(), Some("begun"));
    kid
}

#[test]
fn a_killed_import_is_completed_and_nothing_is_there_twice() {
    let mut lab = Lab::new();
    lab.shelf = shelf();
    let folder = tempfile::tempdir().unwrap();
    let (mut kills, mut time) = (0, Duration::from_millis(2));

    loop {
        let mut kid = start(&lab, folder.path());
        #[expect(clippy::disallowed_methods, reason = "the moment of a kill is chosen by nobody else")]
        std::thread::sleep(time);
        kid.kill();
        if kid.line().as_deref() == Some("ended") {
            break;
        }
        kills += 1;
        time += Duration::from_millis(11);
        assert!(time < Duration::from_secs(30), "no end");
    }
    let mut kid = start(&lab, folder.path());
    assert_eq!(kid.line().as_deref(), Some("ended"));

    assert!(kills > 2, "{kills} kills");
    lab.assert_all_once();
    assert_eq!(lab.sandbox.albums().iter().map(|(_, _, photos)| *photos).collect::<Vec<_>>(), [3, 3]);
    let photo = lab.of("00050.jpg");
    assert_eq!(
        (photo.albums, photo.tags),
        (vec!["A".to_owned(), "B".to_owned()], vec!["Trips/Sea".to_owned()])
    );
    let store = SqliteStore::open(&folder.path().join("state")).unwrap();
    assert!(store.open_deeds().unwrap().is_empty());
}
