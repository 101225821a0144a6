//! Finding out where the server's folders are on this machine, with files on a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use photo_metadata::replace::identity;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sample_pictures::{Kind, Picture};
use sync_core::StopFlag;
use sync_core::paths::{
    Evidence, Fit, Found, Library, PathMapping, PathRule, PrefixMap, Proof, Sample, find_mapping, fit,
};

use crate::harness::Setting;

/// A library folder, and the server's files that are looked for in it.
struct Stage {
    root: tempfile::TempDir,
    samples: Vec<Sample>,
}

impl Stage {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), samples: Vec::new() }
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    /// A file of the server that is here.
    fn present(&mut self, server: &str, local: &str, content: &str) {
        let path = self.file(local, content);
        self.samples.push(Sample { server_path: server.into(), evidence: seen(&path), managed: false });
    }

    /// A file of the server that is not here.
    fn absent(&mut self, server: &str, size: u64) {
        let modified = Some(Timestamp::from_second(1_600_000_000).unwrap());
        let evidence = Evidence { size: Some(size), modified, sha1: None };
        self.samples.push(Sample { server_path: server.into(), evidence, managed: false });
    }

    fn file(&self, local: &str, content: &str) -> PathBuf {
        file(&self.root().join(local), content)
    }

    fn find(&self) -> Found {
        find_mapping(self.root(), &self.samples, &StopFlag::new()).unwrap()
    }

    /// The prefixes, local folders relative to the library folder.
    fn prefixes(&self, found: &Found) -> Vec<String> {
        let relative = |map: &PrefixMap| map.local.strip_prefix(self.root()).unwrap().display().to_string();
        found.prefixes.iter().map(|map| format!("{}={}", map.server, relative(map))).collect()
    }
}

/// Writes a file whose time is told by its content, so that equal files have equal times.
fn file(path: &Path, content: &str) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
    let seconds = 1_700_000_000 + content.bytes().map(u64::from).sum::<u64>() * 60;
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    path.to_owned()
}

/// What a server that reads a file knows about it.
fn seen(path: &Path) -> Evidence {
    let file = identity(path).unwrap();
    let modified = Timestamp::from_nanosecond(i128::from(file.mtime_ns)).unwrap();
    Evidence { size: Some(file.size), modified: Some(modified), sha1: None }
}

fn library(root: &Path, found: &Found) -> Library {
    let rule = PathRule::Prefixes(found.prefixes.clone());
    Library::open(PathMapping { root: root.to_owned(), rule }).unwrap()
}

#[test]
fn what_a_server_says_of_its_files_fits_them_and_tells_managed_ones_by_content() {
    let mut setting = Setting::new();
    let storage = tempfile::tempdir().unwrap();
    let managed = setting.scenario.managed_storage("/data/library/admin", storage.path());
    setting.file("2024/a.jpg", &Picture::new(Kind::Jpeg));
    std::fs::write(storage.path().join("b.jpg"), Picture::new(Kind::Jpeg).seed(1).build()).unwrap();
    setting.scenario.asset_file(&setting.library, "2024/a.jpg");
    setting.scenario.asset_file(&managed, "b.jpg");
    let home = setting.start();
    let client = home.client();
    let reader = client.reader();
    let pages =
        reader.walk_assets(&immich_api::AssetQuery::default()).collect::<Result<Vec<_>, _>>().unwrap();
    let assets: Vec<_> = pages.into_iter().flatten().collect();

    let mut fits = BTreeMap::new();
    for asset in &assets {
        let root = if asset.library_id.is_some() { home.photos.path() } else { storage.path() };
        let name = if asset.library_id.is_some() { "2024/a.jpg" } else { "b.jpg" };
        let path = root.join(name);
        let evidence = Evidence::of(asset);
        assert_eq!(evidence.sha1.is_some(), asset.library_id.is_none());
        fits.insert(name, fit(&path, &identity(&path).unwrap(), &evidence, Proof::Sha1).unwrap());
    }

    assert_eq!(fits, BTreeMap::from([("2024/a.jpg", Fit::Stat), ("b.jpg", Fit::Sha1)]));
}

#[test]
fn two_users_with_the_same_tail_are_told_apart_by_the_files() {
    let mut stage = Stage::new();
    for number in 1..=3 {
        let tail = format!("2024/07/IMG_{number}.jpg");
        stage.present(&format!("/data/library/anna/{tail}"), &tail, &"a".repeat(number));
        stage.absent(&format!("/data/library/bob/{tail}"), 100 + number as u64);
    }

    let found = stage.find();

    assert_eq!(stage.prefixes(&found), ["/data/library/anna="]);
    assert_eq!(found.unmatched, ["/data/library/bob"]);
    assert_eq!((found.agreed, found.of), (3, 6));
    let library = library(stage.root(), &found);
    assert!(library.locate("/data/library/bob/2024/07/IMG_1.jpg").is_err());
}

#[test]
fn a_library_some_levels_deep_is_found_and_a_folder_without_samples_is_covered() {
    let mut stage = Stage::new();
    for (number, user) in ["anna", "bob", "carol"].iter().enumerate() {
        let content = "x".repeat(number + 1);
        stage.present(
            &format!("/data/library/{user}/2024/a.jpg"),
            &format!("volume1/photo/immich/library/{user}/2024/a.jpg"),
            &content,
        );
    }
    let found = stage.find();

    assert_eq!(stage.prefixes(&found), ["/data=volume1/photo/immich"]);
    let library = library(stage.root(), &found);
    stage.file("volume1/photo/immich/upload/dave/b.jpg", "later");
    let later = library.locate("/data/upload/dave/b.jpg").unwrap().unwrap();
    assert!(later.as_path().is_file());
}

#[test]
fn the_same_name_in_two_spellings_is_two_folders() {
    let mut stage = Stage::new();
    for (folder, letter) in [("Zoe\u{308}", "d"), ("Zo\u{eb}", "c")] {
        for number in 1..=3 {
            let tail = format!("{folder}/{number}.jpg");
            stage.present(&format!("/mnt/photos/{tail}"), &format!("p/{tail}"), &letter.repeat(number));
        }
    }

    let found = stage.find();

    assert_eq!(stage.prefixes(&found), ["/mnt/photos=p"]);
    let library = library(stage.root(), &found);
    for sample in &stage.samples {
        let path = library.locate(&sample.server_path).unwrap().unwrap();
        assert_eq!(seen(path.as_path()), sample.evidence, "{}", sample.server_path);
    }
}

#[test]
fn uploads_are_found_by_content_when_their_times_are_lost() {
    use sha1::Digest as _;
    let mut stage = Stage::new();
    for number in 1..=3 {
        let content = "u".repeat(number);
        stage.file(&format!("copy/u1/{number}.jpg"), &content);
        stage.absent(&format!("/data/upload/u1/{number}.jpg"), number as u64);
        let sample = stage.samples.last_mut().unwrap();
        sample.evidence.sha1 = Some(sha1::Sha1::digest(&content).into());
        sample.managed = true;
    }

    assert_eq!(stage.prefixes(&stage.find()), ["/data/upload=copy"]);
}

#[test]
fn a_copy_of_the_library_makes_it_ambiguous_and_both_are_named() {
    let mut stage = Stage::new();
    for number in 1..=4 {
        let content = "x".repeat(number);
        stage.present(&format!("/mnt/photos/{number}.jpg"), &format!("now/{number}.jpg"), &content);
        stage.file(&format!("backup/{number}.jpg"), &content);
    }

    let found = stage.find();

    assert_eq!(found.prefixes, []);
    let places = ["backup", "now"].map(|name| stage.root().join(name)).to_vec();
    assert_eq!(found.ambiguous, [("/mnt/photos".to_owned(), places)]);
}

#[test]
fn a_library_that_is_not_there_yields_nothing() {
    let mut stage = Stage::new();
    for number in 1..=5 {
        stage.absent(&format!("/mnt/photos/2024/{number}.jpg"), number);
    }

    let found = stage.find();

    assert_eq!((found.prefixes, found.agreed, found.of), (vec![], 0, 5));
    assert_eq!(found.unmatched, ["/mnt/photos/2024"]);
    let nowhere = find_mapping(&stage.root().join("nowhere"), &stage.samples, &StopFlag::new());
    assert!(matches!(nowhere, Err(sync_core::SyncError::Library { .. })));
}

#[test]
fn a_stop_finds_nothing() {
    let mut stage = Stage::new();
    stage.present("/m/a.jpg", "a.jpg", "a");
    let stop = StopFlag::new();
    stop.raise();

    let found = find_mapping(stage.root(), &stage.samples, &stop).unwrap();

    assert_eq!((found.prefixes, found.of), (vec![], 1));
}

/// Tells of each opening of anything in a folder, as the kernel sees it.
#[cfg(target_os = "linux")]
struct Watch(std::fs::File);

#[cfg(target_os = "linux")]
impl Watch {
    fn on(folder: &Path) -> Self {
        use rustix::fs::inotify;
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC).unwrap();
        let events = inotify::WatchFlags::OPEN | inotify::WatchFlags::ACCESS;
        inotify::add_watch(&watch, folder, events).unwrap();
        Self(watch.into())
    }

    fn saw_something(&mut self) -> bool {
        let mut events = [0; 4096];
        std::io::Read::read(&mut self.0, &mut events).is_ok_and(|length| length > 0)
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_thousand_hostile_samples_open_nothing_outside_of_the_library() {
    let mut stage = Stage::new();
    let outside = tempfile::tempdir().unwrap();
    let secret = file(&outside.path().join("secret.jpg"), "secret");
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, stage.root().join(name)).unwrap();
    std::fs::create_dir(stage.root().join("inside")).unwrap();
    link(outside.path(), "link");
    link(outside.path(), "inside/link");
    link(&secret, "secret.jpg");
    link(&secret, "inside/secret.jpg");
    link(Path::new("/etc"), "etc");
    let evidence = seen(&secret);
    let out = outside.path().display().to_string();
    let pieces = [
        "..", ".", "", "link", "inside", "etc", "passwd", "\0", "..\\..", "%2e%2e", "á", "a\u{301}", "~",
        &out,
    ];
    let ends = ["secret.jpg", "link/secret.jpg", "passwd", "../secret.jpg", "link"];
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..1000 {
        let mut parts: Vec<&str> =
            (0..random.usize(0..5)).map(|_| pieces[random.usize(..pieces.len())]).collect();
        parts.push(ends[random.usize(..ends.len())]);
        let start = ["", "/", "//", "/mnt/photos/"][random.usize(..4)];
        let server_path = format!("{start}{}", parts.join("/"));
        stage.samples.push(Sample { server_path, evidence, managed: random.bool() });
    }
    let mut watch = Watch::on(outside.path());

    let found = stage.find();

    assert!(!watch.saw_something(), "a file or folder outside of the library was opened");
    assert_eq!((found.prefixes, found.agreed, found.of), (vec![], 0, 1000));
    std::fs::read(&secret).unwrap();
    assert!(watch.saw_something(), "the watch sees what is opened");
}

/// Folders of the server and of this machine, some of which lie in one another or are called the same.
const SERVER: [&str; 7] = [
    "data/library",
    "data/upload",
    "mnt/photos",
    "data/library/anna",
    "photos",
    "usr/src/app/external/x",
    "data",
];
const LOCAL: [&str; 8] = ["", "p", "a/b", "library", "photos", "anna", "x/y/z", "p/photos"];
const TAILS: [&str; 10] = [
    "anna/2024/1.jpg",
    "anna/2024/2.jpg",
    "anna/2023/1.jpg",
    "bob/2024/1.jpg",
    "bob/2024/2.jpg",
    "2024/1.jpg",
    "2024/07/1.jpg",
    "upload/1.jpg",
    "photos/1.jpg",
    "1.jpg",
];

/// What is at one place here and known to the server; sizes tell all of them apart.
#[derive(Debug, Clone)]
struct World {
    /// Server folder and local folder, by number.
    mounts: Vec<(usize, usize)>,
    /// Which tails each mount has.
    tails: Vec<Vec<usize>>,
    /// Decides what is missing here, what was not sampled, and what lies about.
    seed: u64,
}

fn worlds() -> impl Strategy<Value = World> {
    let mounts = prop::collection::vec((0..SERVER.len(), 0..LOCAL.len()), 1..4);
    let some = prop::sample::subsequence((0..TAILS.len()).collect::<Vec<_>>(), 3..8);
    let tails = prop::collection::vec(some, 4);
    (mounts, tails, any::<u64>()).prop_map(|(mounts, tails, seed)| World { mounts, tails, seed })
}

impl World {
    /// All files: the server's path, the one here, and the number of the mount. One path is one file, and the
    /// longest mount has it.
    fn files(&self) -> BTreeMap<String, (String, usize)> {
        let mut servers = BTreeSet::new();
        let mounts = self.mounts.iter().filter(|mount| servers.insert(mount.0)).collect::<Vec<_>>();
        let (mut files, mut taken) = (BTreeMap::new(), BTreeSet::new());
        for (number, (server, local)) in mounts.iter().enumerate() {
            for tail in &self.tails[number] {
                let path = format!("{}/{}", SERVER[*server], TAILS[*tail]);
                let holder = mounts.iter().map(|mount| SERVER[mount.0]);
                let holder = holder.filter(|folder| path.starts_with(&format!("{folder}/")));
                let is_hidden = holder.max_by_key(|folder| folder.len()) != Some(SERVER[*server]);
                let here = format!("{}/{}", LOCAL[*local], TAILS[*tail]).trim_start_matches('/').to_owned();
                if !is_hidden && !files.contains_key(&path) && taken.insert(here.clone()) {
                    files.insert(path, (here, number));
                }
            }
        }
        files
    }

    /// Whether no mount lies in another one, on neither side.
    fn is_plain(&self) -> bool {
        let is_apart =
            |one: &str, other: &str| !Path::new(one).starts_with(other) && !Path::new(other).starts_with(one);
        self.mounts.iter().enumerate().all(|(index, one)| {
            self.mounts[index + 1..].iter().all(|other| {
                is_apart(SERVER[one.0], SERVER[other.0]) && is_apart(LOCAL[one.1], LOCAL[other.1])
            })
        })
    }
}

#[test]
fn a_mapping_that_is_found_leads_each_file_to_its_own_place_or_nowhere() {
    let runner = &mut TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    runner
        .run(&worlds(), |world| {
            let mut stage = Stage::new();
            let mut random = fastrand::Rng::with_seed(world.seed);
            let files = world.files();
            for (number, (server, (local, _))) in files.iter().enumerate() {
                match random.u8(..10) {
                    0 => stage.absent(&format!("/{server}"), 1000 + number as u64),
                    1 => drop(stage.file(local, &"n".repeat(number + 1))),
                    _ => stage.present(&format!("/{server}"), local, &"x".repeat(number + 1)),
                }
                if random.u8(..5) == 0 {
                    stage
                        .file(&format!("about/{}", Path::new(local).file_name().unwrap().display()), "other");
                }
            }

            let found = stage.find();

            let library = library(stage.root(), &found);
            let root = stage.root().canonicalize().unwrap();
            let truth = |sample: &Sample| {
                let (local, mount) = &files[&sample.server_path[1..]];
                (root.join(local), *mount)
            };
            let mut found_of = BTreeMap::<usize, usize>::new();
            for (path, mount) in stage.samples.iter().map(truth) {
                *found_of.entry(mount).or_default() += usize::from(path.exists());
            }
            let mut agreed = 0;
            for sample in &stage.samples {
                let (truth, mount) = truth(sample);
                let Ok(Some(place)) = library.locate(&sample.server_path) else { continue };
                if place.as_path() == truth {
                    agreed += u64::from(truth.exists());
                    continue;
                }
                // One or two photos are no proof of a mount inside of another one; the file itself tells then.
                prop_assert!(
                    !truth.exists() || found_of[&mount] < 3,
                    "{} with {:?}",
                    sample.server_path,
                    found.prefixes
                );
                if let Ok(file) = identity(place.as_path()) {
                    let fit = fit(place.as_path(), &file, &sample.evidence, Proof::Stat).unwrap();
                    prop_assert!(
                        matches!(fit, Fit::Unlike(_)),
                        "{} with {:?}",
                        sample.server_path,
                        found.prefixes
                    );
                }
            }
            prop_assert_eq!(found.agreed, agreed);
            prop_assert_eq!(found.of, stage.samples.len() as u64);
            prop_assert!(found.ambiguous.is_empty(), "{:?}", found.ambiguous);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn mounts_of_which_all_files_are_known_are_found_in_full() {
    let worlds = worlds().prop_filter("mounts lie in one another", World::is_plain);
    let runner = &mut TestRunner::new(Config {
        cases: 60,
        max_global_rejects: 100_000,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&worlds, |world| {
            let mut stage = Stage::new();
            let files = world.files();
            for (number, (server, (local, _))) in files.iter().enumerate() {
                stage.present(&format!("/{server}"), local, &"x".repeat(number + 1));
            }

            let found = stage.find();

            prop_assert_eq!(found.agreed, files.len() as u64, "{:?}", found);
            prop_assert_eq!(found.unmatched.len(), 0);
            let library = library(stage.root(), &found);
            let root = stage.root().canonicalize().unwrap();
            for (server, (local, _)) in &files {
                let place = library.locate(&format!("/{server}")).unwrap().unwrap();
                prop_assert_eq!(place.as_path(), root.join(local));
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
