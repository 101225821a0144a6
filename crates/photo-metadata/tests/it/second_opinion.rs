//! ExifTool as a judge of what the native code made: what a disagreement means.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use photo_metadata::exiftool::Arguments;
use photo_metadata::replace::{ReplaceOptions, Workspace, identity, work_dir_name};
use photo_metadata::{
    Change, Container, Engine, EngineChoice, Engines, ExifTool, Tag, TagEdit, Value, write_verified,
};
use sample_pictures::{Exif, Kind, Picture};
use tempfile::TempDir;

use crate::places;

fn photo() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jpg");
    let exif = Exif::new().taken("2024:07:01 12:00:00").camera("Maker", "Model");
    std::fs::write(&path, Picture::new(Kind::Jpeg).size(64, 48).exif(exif).build()).expect("a photo");
    (folder, path)
}

fn five_stars() -> Change {
    let edits = vec![TagEdit { tag: Tag::Rating, old: None, new: Some(Value::text("5")) }];
    Change { container: Container::Jpeg, edits, iptc: None }
}

fn engines(second_opinion: u32, told: &Mutex<Vec<String>>) -> Engines<'_> {
    let start = || Ok(ExifTool::new(places::start(&places::exiftool())));
    let tell = |text: &str| told.lock().expect("no panic").push(text.to_owned());
    Engines::new(EngineChoice::Auto, second_opinion, Box::new(start), Box::new(tell))
}

/// The same photo, with another model of the camera: what no edit asked for.
fn with_foreign_change(exiftool: &ExifTool, path: &Path) -> PathBuf {
    let target = path.with_file_name("wrong.jpg");
    let mut arguments = Arguments::new();
    arguments.set("IFD0:Model", "Other").set("XMP-xmp:Rating", "5");
    arguments.write_to(path, &target).expect("a plain path");
    exiftool.pool().run(&arguments, None).expect("a written file");
    target
}

#[test]
fn one_disagreement_leaves_the_kind_to_exiftool_and_is_told() {
    let (_folder, path) = photo();
    let told = Mutex::default();
    let engines = engines(1, &told);
    let wrong = with_foreign_change(engines.exiftool().expect("an ExifTool"), &path);
    assert!(engines.draft(&path, &five_stars()).expect("a draft").is_some());

    let findings = engines.second_opinion(&path, &wrong, &five_stars()).expect("an opinion");
    assert!(!findings.is_empty());
    engines.heed(&path, &five_stars(), &findings);

    assert!(engines.draft(&path, &five_stars()).expect("no error").is_none());
    let told = told.lock().expect("no panic");
    assert!(told.len() == 1 && told[0].contains("IFD0:Model") && told[0].contains("JPEG"), "{told:?}");
}

/// Makes drafts until somebody doubts one.
struct Doubted<'a> {
    engines: Engines<'a>,
    doubts: Mutex<Vec<String>>,
    /// Whether somebody changes the original meanwhile.
    meddles: bool,
    original: PathBuf,
}

impl Engine for Doubted<'_> {
    fn name(&self) -> String {
        self.engines.name()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        self.engines.blocked(container)
    }

    fn read(
        &self,
        path: &Path,
        container: Container,
    ) -> Result<photo_metadata::FileTags, photo_metadata::MetadataError> {
        self.engines.read(path, container)
    }

    fn inventory(
        &self,
        path: &Path,
        container: Container,
    ) -> Result<photo_metadata::Inventory, photo_metadata::MetadataError> {
        self.engines.inventory(path, container)
    }

    fn write_copy(
        &self,
        source: &Path,
        target: &Path,
        change: &Change,
    ) -> Result<(), photo_metadata::MetadataError> {
        self.engines.write_copy(source, target, change)
    }

    fn draft(
        &self,
        source: &Path,
        change: &Change,
    ) -> Result<Option<photo_metadata::Draft>, photo_metadata::MetadataError> {
        if !self.doubts.lock().expect("no panic").is_empty() {
            return Ok(None);
        }
        self.engines.draft(source, change)
    }

    fn wants_second_opinion(&self, _: Container) -> bool {
        true
    }

    fn second_opinion(
        &self,
        _: &Path,
        target: &Path,
        _: &Change,
    ) -> Result<Vec<String>, photo_metadata::MetadataError> {
        assert!(target.exists(), "nothing to look at");
        if self.meddles {
            std::fs::write(&self.original, "somebody else's").expect("a write");
        }
        Ok(vec![format!("{} is doubted", target.display())])
    }

    fn heed(&self, _: &Path, _: &Change, findings: &[String]) {
        self.doubts.lock().expect("no panic").extend_from_slice(findings);
    }
}

#[test]
fn what_a_judge_finds_in_a_file_that_changes_under_his_eyes_is_no_doubt() {
    let (_folder, path) = photo();
    let told = Mutex::default();
    let doubted = Doubted {
        engines: engines(0, &told),
        doubts: Mutex::default(),
        meddles: true,
        original: path.clone(),
    };
    let before = identity(&path).expect("a file");
    let workspace =
        Workspace::create(&path, &before, &work_dir_name(1), ReplaceOptions::default()).expect("a folder");

    let result = write_verified(&doubted, &workspace, &five_stars(), &path);

    assert!(matches!(result, Err(photo_metadata::MetadataError::Conflict { .. })), "{result:?}");
    assert!(doubted.doubts.lock().expect("no panic").is_empty());
}

#[test]
fn a_doubted_version_is_thrown_away_and_written_by_the_other_writer() {
    let (_folder, path) = photo();
    let told = Mutex::default();
    let doubted = Doubted {
        engines: engines(0, &told),
        doubts: Mutex::default(),
        meddles: false,
        original: path.clone(),
    };
    let before = identity(&path).expect("a file");
    let workspace =
        Workspace::create(&path, &before, &work_dir_name(1), ReplaceOptions::default()).expect("a folder");

    let written = write_verified(&doubted, &workspace, &five_stars(), &path).expect("a version");
    written.seal(workspace).and_then(photo_metadata::replace::Sealed::commit).expect("in place");

    assert_eq!(doubted.doubts.lock().expect("no panic").len(), 1);
    let tags = doubted.read(&path, Container::Jpeg).expect("a readable file");
    assert_eq!(tags.get(Tag::Rating), Some(&Value::text("5")));
    let bytes = std::fs::read(&path).expect("the file");
    assert!(bytes.windows(14).any(|window| window == b"Image::ExifToo"), "not written by ExifTool");
}
