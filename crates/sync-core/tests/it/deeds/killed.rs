//! A process that acts, or takes back, is killed at any moment; the next one completes what it began.

use std::path::Path;
use std::time::Duration;

use immich_sandbox::Version;
use jiff::Timestamp;
use photo_metadata::replace::ReplaceOptions;
use photo_similarity::Class;
use sync_core::StopFlag;
use sync_core::organize::{Act, ActOptions, Action};
use sync_core::state::{DeedStore, SqliteStore, Store};
use sync_core::undo::{Undo, UndoTarget};

use super::disk::{Disk, Shape, replace};
use super::lab::{Ear, Lab, World, all_actions, assert_same, group, only, trash, world};
use crate::child::{self, Kid};
use crate::harness::connect_to;
use crate::undo::Nobody;

fn all() -> ActOptions {
    ActOptions { actions: all_actions(), confirmed: true, ..only(Action::Stack) }
}

/// Acts once, or takes back everything, as the file beside the state says.
#[test]
#[ignore = "the child process of other tests"]
fn child_acts_until_it_is_killed() {
    let folder = child::folder();
    let told = std::fs::read_to_string(folder.join("told")).unwrap();
    let mut told = told.lines();
    let (url, key, what) = (told.next().unwrap(), told.next().unwrap(), told.next().unwrap());
    let store = SqliteStore::open(&folder.join("state")).unwrap();
    let client = [connect_to(url, key.to_owned()).unwrap()];
    child::say("begun");
    match what {
        "act" => act(&store, &client, &all()),
        "trash" => {
            act(&store, &client, &trash());
            let (disk, ear) = (Disk::at(&folder.join("disk")), Ear::default());
            disk.make_folders(&store, &client[0], &ear).unwrap();
            disk.trash(&store, &ear).unwrap();
        }
        _ => undo_all(&store, &client),
    }
    store.close().unwrap();
    child::say("ended");
}

fn act(store: &SqliteStore, clients: &[immich_api::Client], options: &ActOptions) {
    let (ear, stop) = (Ear::default(), StopFlag::new());
    let act = Act { store, options, reporter: &ear, stop: &stop, now: &Timestamp::now };
    act.run(clients, "organize").unwrap();
}

fn undo_all(store: &SqliteStore, clients: &[immich_api::Client]) {
    let (ear, stop) = (Ear::default(), StopFlag::new());
    let undo = Undo {
        store,
        engine: &Nobody,
        replace: ReplaceOptions::default(),
        owes: false,
        clients,
        workers: 1,
        reporter: &ear,
        stop: &stop,
        now: &Timestamp::now,
    };
    let acts: Vec<_> = store.runs().unwrap().into_iter().filter(|run| run.command == "organize").collect();
    for run in acts.into_iter().rev() {
        undo.run(&UndoTarget::Run(run.id), "undo").unwrap();
    }
}

/// A child at work in a folder.
fn start(lab: &Lab, folder: &Path, what: &str) -> Kid {
    let told = format!("{}\n{}\n{what}\n", lab.sandbox.url(), lab.sandbox.api_key());
    std::fs::write(folder.join("told"), told).unwrap();
    let mut kid = Kid::start("deeds::killed::child_acts_until_it_is_killed", folder);
    assert_eq!(kid.line().as_deref(), Some("begun"));
    kid
}

/// Lets a child work for a while and kills it; whether it had ended before.
fn kill_after(lab: &Lab, folder: &Path, what: &str, time: Duration) -> bool {
    let mut kid = start(lab, folder, what);
    #[expect(clippy::disallowed_methods, reason = "the moment of a kill is chosen by nobody else")]
    std::thread::sleep(time);
    kid.kill();
    kid.line().as_deref() == Some("ended")
}

fn to_its_end(lab: &Lab, folder: &Path, what: &str) {
    let mut kid = start(lab, folder, what);
    assert_eq!(kid.line().as_deref(), Some("ended"), "{what}");
}

/// Kills of one series, each later than the one before, until one comes too late.
fn series(shift: u64) -> (u32, World, World) {
    let lab = Lab::of(Version::V3_0_3, 40, |_, _| ());
    let folder = tempfile::tempdir().unwrap();
    let classes = [Class::Exact, Class::Duplicate, Class::Burst, Class::Similar];
    let groups =
        || (0..16).map(|n| group(&lab, classes[n % 4], &[2 * n + 1, 2 * n])).map(Ok).collect::<Vec<_>>();
    {
        let store = SqliteStore::open(&folder.path().join("state")).unwrap();
        sync_core::state::GroupStore::replace_groups(&store, &mut groups().into_iter()).unwrap();
        store.close().unwrap();
    }
    let before = world(&lab.client(), &lab.ids);
    let mut kills = 0;
    for what in ["act", "undo"] {
        let mut time = Duration::from_millis(1 + shift);
        while !kill_after(&lab, folder.path(), what, time) {
            kills += 1;
            time += Duration::from_millis(7 + shift);
            assert!(time < Duration::from_mins(1), "{what}: no end");
        }
        to_its_end(&lab, folder.path(), what);
        let store = SqliteStore::open(&folder.path().join("state")).unwrap();
        assert!(store.open_deeds().unwrap().is_empty());
        store.close().unwrap();
        if what == "act" {
            let after = world(&lab.client(), &lab.ids);
            assert_same(&after, &reference(&lab, groups()), "nothing is missing, and nothing is there twice");
        }
    }
    (kills, before, world(&lab.client(), &lab.ids))
}

/// The same on a server of its own, without a kill. Ids are made from the same seed.
fn reference(
    like: &Lab,
    groups: Vec<Result<sync_core::organize::GroupRecord, sync_core::SyncError>>,
) -> World {
    let lab = Lab::of(Version::V3_0_3, like.ids.len(), |_, _| ());
    assert_eq!(lab.ids, like.ids);
    lab.groups(groups.into_iter().map(Result::unwrap).collect());
    lab.act(&all());
    lab.world()
}

/// The same with both trashes and group folders: nothing is lost at any moment, whatever is killed.
fn series_of_the_trash(shift: u64) -> u32 {
    let lab = library_to_trash();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("disk")).unwrap();
    let disk = Disk::plant(&folder.path().join("disk"));
    remember(&lab, &disk, &folder.path().join("state"));
    let (before, photos) = (world(&lab.client(), &lab.ids), disk.world());
    let (reference, shape) = without_a_kill();
    let mut kills = 0;
    for what in ["trash", "undo"] {
        let mut time = Duration::from_millis(1 + shift);
        while !kill_after(&lab, folder.path(), what, time) {
            disk.assert_whole(&format!("{what}, killed after {time:?}"));
            kills += 1;
            time += Duration::from_millis(7 + shift);
            assert!(time < Duration::from_mins(1), "{what}: no end");
        }
        to_its_end(&lab, folder.path(), what);
        let store = SqliteStore::open(&folder.path().join("state")).unwrap();
        assert!(store.open_deeds().unwrap().is_empty());
        store.close().unwrap();
        if what == "trash" {
            assert_same(&world(&lab.client(), &lab.ids), &reference, "all of it, and once");
            assert_eq!(disk.shape(), shape);
        }
    }
    assert_same(&world(&lab.client(), &lab.ids), &before, "taken back");
    assert_eq!(disk.world(), photos, "to the number and time of each file");
    kills
}

/// Copies with something to hand over.
fn library_to_trash() -> Lab {
    let lab = Lab::of(Version::V3_0_3, 30, |_, _| ());
    for photo in [1, 3, 5] {
        lab.sandbox.set_favorite(lab.ids[photo], true).unwrap();
        lab.sandbox.set_tags(lab.ids[photo], &["Places/Lake"]).unwrap();
    }
    for (photo, id) in lab.ids.iter().enumerate() {
        lab.sandbox.set_picture(*id, photo.to_string().as_bytes()).unwrap();
        lab.sandbox.edit(*id, |asset| (asset.latitude, asset.longitude) = (None, None)).unwrap();
    }
    lab
}

fn remember(lab: &Lab, disk: &Disk, state: &Path) {
    let classes = [Class::Exact, Class::Duplicate];
    let groups = (0..6).map(|n| group(lab, classes[n % 2], &[2 * n, 2 * n + 1])).collect();
    let store = SqliteStore::open(state).unwrap();
    replace(&store, groups, &disk.scan().1);
    store.close().unwrap();
}

/// What it comes to when nobody kills.
fn without_a_kill() -> (World, Shape) {
    let (lab, folder) = (library_to_trash(), tempfile::tempdir().unwrap());
    std::fs::create_dir_all(folder.path().join("disk")).unwrap();
    let disk = Disk::plant(&folder.path().join("disk"));
    remember(&lab, &disk, &folder.path().join("state"));
    to_its_end(&lab, folder.path(), "trash");
    let shape = disk.shape();
    assert_eq!((shape.0.len(), shape.1.len(), shape.2), (3, 18, [6, 6]));
    let world = lab.world();
    assert_eq!(world.photos.values().filter(|photo| photo.is_trashed).count(), 6);
    (world, shape)
}

#[test]
fn a_killed_run_with_trash_and_folders_loses_nothing_and_is_completed() {
    let kills = series_of_the_trash(0);

    assert!(kills > 4, "{kills} kills");
}

#[test]
#[ignore = "takes minutes; cargo xtask deeds runs it"]
fn two_hundred_kills_with_trash_and_folders_lose_nothing() {
    let (mut kills, mut shift) = (0, 0);
    while kills < 200 {
        kills += series_of_the_trash(shift % 5);
        shift += 1;
    }
    eprintln!("{kills} kills in {shift} series with both trashes and group folders");
}

#[test]
fn a_killed_run_is_completed_by_the_next_one_and_can_be_taken_back() {
    let (kills, before, after) = series(0);

    assert!(kills > 4, "{kills} kills");
    assert_same(&after, &before, "taken back");
}

#[test]
#[ignore = "takes minutes; cargo xtask deeds runs it"]
fn two_hundred_kills_leave_no_trace() {
    let (mut kills, mut shift) = (0, 0);
    while kills < 200 {
        let (more, before, after) = series(shift % 5);
        assert_same(&after, &before, "taken back");
        kills += more;
        shift += 1;
    }
    eprintln!("{kills} kills in {shift} series");
}
