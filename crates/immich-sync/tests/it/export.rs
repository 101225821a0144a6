//! Exports of Apple Photos as a program: from the command line to the exit status, killed at any moment, and taken back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sample_pictures::{AppleFile, AppleGeneration, AppleLibrary, ApplePhoto};
use tempfile::TempDir;

use crate::place::Said;

/// Bytes of each photo: enough that a kill finds some under way.
const LENGTH: usize = 400_000;

/// A library and a home.
pub(crate) struct Stand {
    folder: TempDir,
}

impl Stand {
    pub(crate) fn with(photos: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut library = AppleLibrary::new(AppleGeneration::MacOs14);
        for number in 0..photos {
            let mut bytes = b"\xff\xd8".to_vec();
            bytes.resize(LENGTH + number, u8::try_from(number % 250).unwrap());
            library.add(ApplePhoto {
                original: AppleFile::of(bytes),
                ..ApplePhoto::new(format!("IMG_{number}.JPG"))
            });
        }
        library.write(&folder.path().join("L.photoslibrary")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("HOME", self.path("home")).env("TZ", "UTC").current_dir(self.folder.path());
        command.args(words);
        command
    }

    pub(crate) fn export(&self, more: &[&str]) -> Command {
        let mut command = self.command(&["export", "apple-photos", "L.photoslibrary", "--to", "out"]);
        command.args(more);
        command
    }

    /// What has a name in the destination, by number; each is whole.
    fn exported(&self) -> BTreeMap<usize, usize> {
        let Ok(files) = std::fs::read_dir(self.path("out/2023/11")) else { return BTreeMap::new() };
        files.map(|file| whole(&file.unwrap().path())).collect()
    }
}

fn whole(path: &Path) -> (usize, usize) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let number: usize = name.strip_prefix("IMG_").unwrap().parse().unwrap();
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes.len(), LENGTH + number, "{name}");
    assert!(bytes[2..].iter().all(|byte| usize::from(*byte) == number % 250), "{name}");
    (number, bytes.len())
}

#[test]
fn an_export_is_told_repeated_listed_and_taken_back() {
    let stand = Stand::with(3);

    let dry = Said::by(stand.export(&["--dry-run", "--json"]).args(["--report", "dry.csv"])).ended_with(0);
    let first = Said::by(stand.export(&["--json"]).args(["--report", "all.json"])).ended_with(0);
    let second = Said::by(&mut stand.export(&["--json"])).ended_with(0);
    let history = Said::by(&mut stand.command(&["history", "--json"])).ended_with(0);
    let number = first.last()["run"].as_i64().unwrap().to_string();
    let undone = Said::by(&mut stand.command(&["undo", &number, "--json", "--yes"])).ended_with(0);

    assert_eq!((dry.last()["exported"].as_u64(), dry.last()["dry_run"].as_bool()), (Some(3), Some(true)));
    assert_eq!((first.last()["exported"].as_u64(), second.last()["done"].as_u64()), (Some(3), Some(0)));
    assert_eq!(std::fs::read_to_string(stand.path("dry.csv")).unwrap().lines().count(), 4);
    assert_eq!(std::fs::read_to_string(stand.path("all.json")).unwrap().lines().count(), 5);
    assert!(history.stdout.contains("export apple-photos"), "{}", history.stdout);
    assert_eq!(undone.last()["done"], 3);
    assert_eq!(stand.exported().len(), 0);
}

#[test]
fn what_is_wrong_ends_with_its_own_number() {
    let stand = Stand::with(1);
    let end = |words: &[&str], code: i32| Said::by(&mut stand.command(words)).ended_with(code).stderr;

    let none = end(&["export", "apple-photos", "out", "--to", "x"], 2);
    let template =
        end(&["export", "apple-photos", "L.photoslibrary", "--to", "x", "--directory", "{nonsense}"], 2);
    let inside = end(&["export", "apple-photos", "L.photoslibrary", "--to", "L.photoslibrary/x"], 2);

    assert!(none.contains("not a library of Apple Photos"), "{none}");
    assert!(template.contains("{nonsense}") && !stand.path("x").exists(), "{template}");
    assert!(inside.contains("never written to"), "{inside}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the moment of a kill is meant to be any")]
fn an_export_that_is_killed_at_any_moment_leaves_whole_files_and_is_gone_on_with() {
    let stand = Stand::with(60);
    let mut killed = 0;

    for attempt in 0..12_u64 {
        let mut run = stand.export(&["--quiet"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + attempt * 35));
        killed += u32::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
        stand.exported();
    }
    let last = Said::by(&mut stand.export(&["--json"])).ended_with(0);
    let again = Said::by(&mut stand.export(&["--json"])).ended_with(0);

    assert!(killed > 0);
    assert_eq!(stand.exported().len(), 60);
    assert_eq!(last.last()["failed"], 0);
    assert_eq!(again.last()["skipped"]["unchanged"], 60);
    assert!(!stand.path("out/.immich-sync-export").exists());
}
