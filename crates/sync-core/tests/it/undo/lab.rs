//! A home whose runs can be taken back, and the judge's view of its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::ExifTool;
use photo_metadata::exiftool::{ExifToolPool, PoolOptions};
use photo_metadata::replace::ReplaceOptions;
use sample_pictures::{Kind, Picture};
use sync_core::state::{AssetRecord, JournalStore, RunId, Store};
use sync_core::undo::{Undo, UndoTarget};
use sync_core::{StopFlag, Summary, SyncError};

use crate::harness::{Home, Recorder, Tags, Told, engine, exiftool, snapshot};

/// A JPEG that holds something already.
pub(crate) fn jpeg() -> Picture {
    use sample_pictures::{Exif, Iptc, Xmp};
    Picture::new(Kind::Jpeg)
        .exif(
            Exif::new()
                .camera("Maker", "Model")
                .image_description("old caption")
                .taken("2020:01:02 03:04:05"),
        )
        .iptc(Iptc::new().keyword("beach").caption("old caption"))
        .xmp(Xmp::new().subject("beach").description("old caption").rating(2).title("a title"))
}

/// Everything that an undo needs, apart from its target.
pub(crate) fn undo<'a>(store: &'a dyn JournalStore, reporter: &'a Recorder, stop: &'a StopFlag) -> Undo<'a> {
    Undo {
        store,
        engine: engine(),
        replace: ReplaceOptions::default(),
        owes: true,
        clients: &[],
        workers: 2,
        reporter,
        stop,
        now: &Timestamp::now,
    }
}

/// ExifTool and nobody else. It leaves no empty directories behind when tags go.
pub(crate) fn exiftool_alone() -> &'static ExifTool {
    static ENGINE: OnceLock<ExifTool> = OnceLock::new();
    ENGINE.get_or_init(|| ExifTool::new(ExifToolPool::start(PoolOptions::new(exiftool())).unwrap()))
}

/// What users do after a run.
pub(crate) trait TakesBack {
    fn try_undo(&self, target: &UndoTarget) -> (Result<Summary, SyncError>, Told);

    fn foresee(&self, target: &UndoTarget) -> (Summary, Told);

    /// An undo that has to come to its end.
    fn undo(&self, target: &UndoTarget) -> (Summary, Told) {
        let (summary, told) = self.try_undo(target);
        (summary.unwrap(), told)
    }

    fn undo_run(&self, run: i64) -> (Summary, Told) {
        self.undo(&UndoTarget::Run(RunId(run)))
    }
}

impl TakesBack for Home {
    fn try_undo(&self, target: &UndoTarget) -> (Result<Summary, SyncError>, Told) {
        let recorder = Recorder::default();
        let result = undo(&self.store, &recorder, &self.stop).run(target, "undo");
        (result, recorder.take())
    }

    fn foresee(&self, target: &UndoTarget) -> (Summary, Told) {
        let recorder = Recorder::default();
        let summary = undo(&self.store, &recorder, &self.stop).preview(target).unwrap();
        (summary, recorder.take())
    }
}

/// The id that the store knows an asset of the sandbox by.
pub(crate) fn known(id: immich_sandbox::AssetId) -> AssetId {
    AssetId::parse(&id.to_string()).unwrap()
}

pub(crate) fn records(home: &Home, id: immich_sandbox::AssetId) -> Vec<AssetRecord> {
    home.store.records(&[known(id)]).unwrap().remove(&known(id)).unwrap_or_default()
}

/// The bytes of all files, by name.
pub(crate) fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    snapshot(folder).into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// What the judge reads in all files of a folder, by name, without what belongs to the file system.
pub(crate) fn judged(folder: &Path) -> BTreeMap<String, Tags> {
    let output = Command::new(exiftool())
        .args(["-r", "-ext", "*", "-j", "-n", "-a", "-G1:4", "-U", "-struct", "-api", "StructFormat=JSONQ"])
        .args(["-x", "System:all", "-x", "ExifTool:all", "."])
        .current_dir(folder)
        .output()
        .unwrap();
    let files: Vec<Tags> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    files.into_iter().map(|mut tags| (tags.remove("SourceFile").unwrap().to_string(), tags)).collect()
}

/// Changes a file as another program would.
pub(crate) fn with_exiftool(path: &Path, arguments: &[&str]) {
    let output =
        Command::new(exiftool()).arg("-overwrite_original").args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Moves a file as a user or a server would.
#[expect(clippy::disallowed_methods, reason = "this is not us")]
pub(crate) fn move_file(from: &Path, to: &Path) {
    std::fs::rename(from, to).unwrap();
}

/// Folders of ours that somebody forgot to remove.
pub(crate) fn left_over(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(".immich-sync-")).collect()
}

/// What a writer notes about itself and about the form of what it wrote.
const MARKS: [&str; 6] = [
    "IPTC:ApplicationRecordVersion",
    "XMP-x:XMPToolkit",
    "File:CurrentIPTCDigest",
    "Photoshop:IPTCDigest",
    "IPTC:CodedCharacterSet",
    "IPTC:EnvelopeRecordVersion",
];

/// What differs between two looks of the judge, in words; the marks of the writer stay.
pub(crate) fn differences(now: &BTreeMap<String, Tags>, before: &BTreeMap<String, Tags>) -> Vec<String> {
    let nothing = Tags::new();
    let names: std::collections::BTreeSet<_> = now.keys().chain(before.keys()).collect();
    let of_file = |name: &String| {
        let (now, before) = (now.get(name).unwrap_or(&nothing), before.get(name).unwrap_or(&nothing));
        let tags: std::collections::BTreeSet<_> = now.keys().chain(before.keys()).collect();
        let other = tags.into_iter().filter(|tag| !MARKS.contains(&tag.as_str()));
        let other = other.filter(|tag| !same(tag, now.get(*tag), before.get(*tag)));
        let other = other.filter(|tag| !is_form(tag, [now.get(*tag), before.get(*tag)]));
        other
            .map(|tag| format!("{name} {tag}: {:?} was {:?}", now.get(tag), before.get(tag)))
            .collect::<Vec<_>>()
    };
    names.into_iter().flat_map(of_file).collect()
}

/// The form of a file, not what it says: where something lies moves with the metadata before it, the media data of
/// HEIC and AVIF hold the metadata themselves, and a WebP needs its extended header only while there are some.
fn is_form(tag: &str, values: [Option<&serde_json::Value>; 2]) -> bool {
    let is_webp = || values.iter().flatten().any(|value| value.to_string().contains("WEBP"));
    tag.ends_with("Offsets")
        || tag.starts_with("QuickTime:MediaData")
        || tag.starts_with("RIFF:")
        || tag == "File:FileType" && is_webp()
}

/// A position is written as fractions, which the same degrees have more than one of.
fn same(tag: &str, one: Option<&serde_json::Value>, other: Option<&serde_json::Value>) -> bool {
    let numbers = |value: Option<&serde_json::Value>| -> Vec<f64> {
        let text = value.and_then(serde_json::Value::as_str).unwrap_or_default();
        text.split(' ').filter_map(|word| word.parse().ok()).collect()
    };
    let (degrees, others) = (numbers(one), numbers(other));
    let is_place = tag.contains("GPSL") || tag.contains("GPSPosition");
    let near = || degrees.iter().zip(&others).all(|(one, other)| (one - other).abs() < 1e-8);
    one == other
        || is_same_bag(one, other)
        || is_place && !degrees.is_empty() && degrees.len() == others.len() && near()
}

/// The order of names and keywords means nothing.
fn is_same_bag(one: Option<&serde_json::Value>, other: Option<&serde_json::Value>) -> bool {
    let items = |value: Option<&serde_json::Value>| -> Option<Vec<String>> {
        let mut items: Vec<String> =
            value?.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        items.sort_unstable();
        Some(items)
    };
    items(one).is_some_and(|items_of_one| items(other) == Some(items_of_one))
}

/// Whether the judge reads the same.
pub(crate) fn assert_same(now: &BTreeMap<String, Tags>, before: &BTreeMap<String, Tags>) {
    let differences = differences(now, before);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
