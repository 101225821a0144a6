//! What goes wrong around a write: a disk that is full, a run that was killed, a folder that is away, ratings
//! and claims of others.

use std::path::Path;
use std::process::Command;

use immich_sandbox::Version;
use photo_metadata::replace::{identity, work_dir_name};
use photo_metadata::{Tag, Value};
use sample_pictures::{Exif, Kind, Picture, Xmp};
use sync_core::state::{Base, Fingerprint, Intent, JournalState, Role, Store};
use sync_core::writeback::ManagedPolicy;
use sync_core::{Summary, SyncError};

use crate::harness::{Home, SERVER_ROOT, Setting, options, snapshot, text};
use crate::state::sample::seal;

fn jpeg() -> Picture {
    Picture::new(Kind::Jpeg)
}

/// A file system in memory with little room, for as long as it is kept.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(kilobytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0.path()).status().unwrap();
    }
}

#[test]
fn a_full_disk_ends_the_run_and_marks_nothing() {
    let Some(disk) = SmallDisk::mount(900) else {
        eprintln!("SKIPPED a_full_disk_ends_the_run_and_marks_nothing: a tmpfs cannot be mounted here");
        return;
    };
    let mut setting = Setting::new();
    let library = setting.scenario.external_library("/mnt/small", disk.0.path());
    for number in 0..2_u64 {
        let name = format!("{number}.jpg");
        std::fs::write(disk.0.path().join(&name), jpeg().seed(number).trailer(vec![7; 250_000]).build())
            .unwrap();
        setting.scenario.asset_file(&library, &name).description("new");
    }
    let filler = disk.0.path().join("filler");
    std::fs::write(&filler, vec![1; 200_000]).unwrap();
    let mut home = setting.start();
    home.options = options(disk.0.path());
    home.options.mapping.rule = sync_core::paths::PathRule::LastSegments(1);
    home.options.workers = 1;
    let before = snapshot(disk.0.path());

    let (result, told) = home.try_write();

    let Err(SyncError::Metadata(error)) = result else { panic!("{result:?} {told:?}") };
    assert!(error.is_disk_full(), "{error}");
    assert_eq!(snapshot(disk.0.path()), before, "nothing is changed and nothing left");
    std::fs::remove_file(filler).unwrap();
    assert_eq!(home.write().0.done, 2, "with room again all is written");
}

/// Two photos whose server data are given by the caller.
fn favourite_over(rating: i8) -> (Home, immich_sandbox::AssetId) {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().xmp(Xmp::new().rating(rating)));
    let id = setting.scenario.asset_file(&setting.library, "a.jpg").favorite(true).rating(None).id();
    (setting.start(), id)
}

#[test]
fn a_rating_of_somebody_else_is_neither_replaced_nor_taken_back() {
    for rating in [3, 5] {
        let (home, id) = favourite_over(rating);
        home.write();
        home.sandbox.set_favorite(id, false).unwrap();

        home.write();

        assert_eq!(text(&home.tags("a.jpg"), "XMP-xmp:Rating"), rating.to_string());
    }
}

#[test]
fn what_was_refused_is_not_remembered_as_ours() {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg().content_credentials());
    let id = setting.scenario.asset_file(&setting.library, "a.jpg").favorite(true).id();
    let mut home = setting.start();
    assert_eq!(home.write().0.troubled, 1);
    let path = home.path("a.jpg");
    let status = Command::new(crate::harness::exiftool())
        .args(["-q", "-overwrite_original", "-XMP-xmp:Rating=5"])
        .arg(&path)
        .status();
    assert!(status.unwrap().success(), "somebody rates the photo");
    home.sandbox.set_favorite(id, false).unwrap();
    home.options.allowed.signed = true;

    home.write();

    assert_eq!(text(&home.tags("a.jpg"), "XMP-xmp:Rating"), "5");
}

#[test]
fn an_asset_that_is_left_out_still_claims_its_file() {
    let mut setting = Setting::of(Version::V3_0_3);
    let managed = setting.scenario.managed_storage("/data", setting.photos.path());
    setting.file("2024/07/a.jpg", &jpeg());
    setting.scenario.asset_file(&managed, "2024/07/a.jpg").description("managed");
    setting.scenario.asset_file(&setting.library, "2024/07/a.jpg").description("external");
    let mut home = setting.start();
    home.options.mapping.rule = sync_core::paths::PathRule::LastSegments(3);
    home.options.managed = Some(ManagedPolicy::Skip);
    let before = snapshot(home.photos.path());

    let (summary, told) = home.write();

    assert_eq!((summary.done, summary.troubled), (0, 1), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
}

/// A library with one photo, and a change of it that a killed run left open.
fn left_open(sealed_as: Option<&str>) -> (Home, std::path::PathBuf) {
    let mut setting = Setting::new();
    let path = setting.file("2024/a.jpg", &jpeg());
    setting.scenario.asset_file(&setting.library, "2024/a.jpg").description("new");
    let home = setting.start();
    let path = path.canonicalize().unwrap();
    let work_dir = path.with_file_name(work_dir_name(7));
    std::fs::create_dir(&work_dir).unwrap();
    std::fs::write(work_dir.join("new.jpg"), "half a picture").unwrap();
    let run = home.store.begin_run("write", jiff::Timestamp::UNIX_EPOCH).unwrap();
    let intent = Intent {
        run,
        asset: immich_api::AssetId::parse("00000000-0000-4000-8000-00000000000a").unwrap(),
        account: String::new(),
        role: Role::Original,
        path: path.clone(),
        work_dir: work_dir.clone(),
        before: Some(identity(&path).unwrap()),
        edits: Vec::new(),
        fingerprint: Fingerprint([7; 32]),
        base: Base { written: [(Tag::Rating, Value::text("5"))].into(), ..Base::default() },
        sha1: None,
        owes: false,
        undoes: None,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let id = home.store.intend(&intent).unwrap();
    if let Some(new_hash) = sealed_as {
        home.store.sealed(id, &seal(Some("old"), Some(new_hash))).unwrap();
    }
    (home, work_dir)
}

fn states(home: &Home) -> Vec<JournalState> {
    home.store.journal(None).unwrap().iter().map(|row| row.state).collect()
}

fn is_clean(summary: &Summary, folder: &Path) -> bool {
    summary.failed == 0
        && snapshot(folder).keys().all(|path| !path.to_string_lossy().contains(".immich-sync-"))
}

#[test]
fn a_change_that_did_not_happen_is_rolled_back_and_its_folder_removed() {
    let (home, work_dir) = left_open(None);

    let (summary, told) = home.write();

    assert_eq!((told.recovered, summary.done), (1, 1), "{told:?}");
    assert!(!work_dir.exists() && is_clean(&summary, home.photos.path()));
    assert_eq!(states(&home)[0], JournalState::RolledBack);
}

#[test]
fn a_change_that_happened_is_found_by_its_hash_and_remembered() {
    let hash = blake3::hash(&jpeg().build()).to_hex().to_string();
    let (home, _) = left_open(Some(&hash));

    home.write();

    assert_eq!(states(&home)[0], JournalState::Done);
    let asset = immich_api::AssetId::parse("00000000-0000-4000-8000-00000000000a").unwrap();
    let remembered = &home.store.records(std::slice::from_ref(&asset)).unwrap()[&asset];
    assert!(remembered[0].base.has_written(), "what we wrote is known again");
}

#[test]
fn a_folder_that_is_away_is_settled_when_it_is_back() {
    let (home, work_dir) = left_open(None);
    let (folder, away) = (home.path("2024"), home.path("away"));
    #[expect(clippy::disallowed_methods, reason = "a folder of the test is moved, not an original")]
    let rename = |from: &Path, to: &Path| std::fs::rename(from, to).unwrap();
    rename(&folder, &away);

    let (_, told) = home.write();
    let while_away = states(&home);
    rename(&away, &folder);
    let (summary, _) = home.write();

    assert!(told.warnings.iter().any(|text| text.contains("not there")), "{told:?}");
    assert_eq!(while_away[0], JournalState::Intent, "it stays open");
    assert_eq!(states(&home)[0], JournalState::RolledBack);
    assert!(!work_dir.exists() && is_clean(&summary, home.photos.path()));
}

#[test]
fn the_birth_time_of_a_file_is_not_a_capture_time() {
    let mut setting = Setting::new();
    let path = setting.file("a.jpg", &jpeg().exif(Exif::new().camera("Maker", "Model")));
    let Ok(born) = std::fs::metadata(&path).unwrap().created() else { return };
    let born = jiff::Timestamp::try_from(born).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(2_000_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    setting
        .scenario
        .asset_file(&setting.library, "a.jpg")
        .description("new")
        .taken(born.to_string().as_str(), None);
    let home = setting.start();

    home.write();

    assert!(home.tags("a.jpg").keys().all(|name| !name.contains("DateTimeOriginal")));
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "new");
}

#[test]
fn a_path_through_a_link_is_the_path_that_was_meant() {
    let mut setting = Setting::new();
    for name in ["2024/a.jpg", "2025/b.jpg"] {
        setting.file(name, &jpeg().seed(name.len() as u64));
        setting.scenario.asset_file(&setting.library, name).description("new");
    }
    let mut home = setting.start();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("photos");
    std::os::unix::fs::symlink(home.photos.path(), &link).unwrap();
    home.options.mapping = sync_core::paths::PathMapping {
        root: link.clone(),
        rule: sync_core::paths::PathRule::Prefixes(vec![sync_core::paths::PrefixMap {
            server: SERVER_ROOT.to_owned(),
            local: link.clone(),
        }]),
    };
    home.options.selection.path = Some(link.join("2024").to_str().unwrap().to_owned());

    let (summary, told) = home.write();

    assert_eq!((summary.seen, summary.done), (1, 1), "{told:?}");
}

#[test]
fn photos_that_cannot_be_written_do_not_use_up_the_limit() {
    let mut setting = Setting::new();
    for number in 0..6_u64 {
        let name = format!("{number}.jpg");
        let picture = jpeg().seed(number);
        setting.file(&name, &if number < 3 { picture.content_credentials() } else { picture });
        setting.scenario.asset_file(&setting.library, &name).description("new");
    }
    let mut home = setting.start();
    home.options.selection.limit = Some(2);

    let (summary, _) = home.write();

    assert_eq!(summary.done, 2);
}
