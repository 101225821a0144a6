//! Collected files of one container, written natively, with ExifTool as the judge.

use std::path::{Path, PathBuf};

use photo_metadata::structure::{Problem, examine};
use photo_metadata::{
    Base, Change, Container, Engine, ExifTool, FileTags, MetadataError, Native, Tag, identify, plan_edits,
};

use crate::places;
use crate::undo::{all_choices, full_set};

/// What came of all files of a container.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    done: usize,
    wrong: Vec<String>,
    beyond: Vec<String>,
}

impl Verdict {
    /// Nothing is wrong, and so many of a hundred files are done natively.
    pub(crate) fn assert(&self, coverage: usize) {
        assert_eq!(self.wrong, Vec::<String>::new());
        let all = self.done + self.beyond.len();
        eprintln!("{} of {all}; left to ExifTool: {:#?}", self.done, self.beyond);
        assert!(self.done * 100 >= all * coverage, "only {} of {all}: {:#?}", self.done, self.beyond);
    }

    /// What the native code gave, if it did not leave the file to others.
    fn native<T>(&mut self, file: &Path, result: Result<T, MetadataError>) -> Option<T> {
        match result {
            Ok(given) => return Some(given),
            Err(
                MetadataError::Beyond { reason, .. } | MetadataError::NotVerified { finding: reason, .. },
            ) => {
                self.beyond.push(format!("{}: {reason}", name_of(file)));
            }
            Err(error) => self.wrong.push(format!("{}: {error}", file.display())),
        }
        None
    }

    fn add(&mut self, file: &Path, findings: Vec<String>) {
        self.wrong.extend(findings.into_iter().map(|finding| format!("{}: {finding}", name_of(file))));
    }
}

/// All collected files of a container that are whole.
pub(crate) fn sound(test: &str, container: Container) -> Option<Vec<PathBuf>> {
    let mut files = places::corpus(test)?;
    files.retain(|file| {
        examine(file).is_ok_and(|structure| {
            structure.container == container && !structure.problems.iter().any(Problem::is_damage)
        })
    });
    Some(files)
}

/// Writes everything that can be written into a copy of each file.
pub(crate) fn write_all(files: &[PathBuf], container: Container) -> Verdict {
    let (exiftool, rules) = (exiftool(), all_choices());
    let folder = tempfile::tempdir().expect("a folder");
    let mut verdict = Verdict::default();
    for (number, file) in files.iter().enumerate() {
        let before = exiftool.read(file, container).expect("a readable file");
        let fields = full_set(container, before.frame());
        let plan = plan_edits(&fields, &before, &Base::default(), &rules);
        let change = Change { container, edits: plan.edits, iptc: before.iptc().cloned() };
        let extension = file.extension().expect("an extension").to_string_lossy();
        let target = folder.path().join(format!("{number}.{extension}"));
        if verdict.native(file, Native.write_copy(file, &target, &change)).is_none() {
            continue;
        }
        verdict.add(file, judged(&exiftool, file, &target, &change));
        let again = exiftool.read(&target, container).expect("a readable file");
        let left = plan_edits(&fields, &again, &plan.base, &rules).edits;
        verdict.add(file, left.iter().map(|edit| format!("{} would be written again", edit.tag)).collect());
        let native = Native.read(&target, container).expect("a file that was just written");
        verdict.add(file, differences(&native, &again));
        std::fs::remove_file(target).expect("our own file");
        verdict.done += 1;
    }
    verdict
}

pub(crate) fn exiftool() -> ExifTool {
    ExifTool::new(places::start(&places::exiftool()))
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// What two readings say differently.
pub(crate) fn differences(native: &FileTags, exiftool: &FileTags) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: String, own: String, theirs: String| {
        if own != theirs {
            differences.push(format!("{what}: {theirs} is {own}"));
        }
    };
    for tag in Tag::ALL.iter().copied() {
        let (own, theirs) = (native.get(tag), exiftool.get(tag));
        if !own.zip(theirs).is_some_and(|(own, theirs)| own.says_the_same(theirs, tag)) {
            compare(tag.to_string(), format!("{own:?}"), format!("{theirs:?}"));
        }
        let copies = |file: &FileTags| format!("{} {}", file.is_repeated(tag), file.is_ambiguous(tag));
        compare(format!("copies of {tag}"), copies(native), copies(exiftool));
    }
    compare("IPTC".to_owned(), format!("{:?}", native.iptc()), format!("{:?}", exiftool.iptc()));
    compare("frame".to_owned(), format!("{:?}", native.frame()), format!("{:?}", exiftool.frame()));
    differences
}

/// What ExifTool, the examination and a decoder find wrong with a new version.
pub(crate) fn judged(exiftool: &ExifTool, old: &Path, new: &Path, change: &Change) -> Vec<String> {
    let inventory = |path: &Path| exiftool.inventory(path, change.container).expect("a readable file");
    let (before, after) = (inventory(old), inventory(new));
    let mut findings = after.foreign_changes(&before, &change.edits);
    let unmet = after.unmet(&change.edits).into_iter();
    findings.extend(
        unmet.map(|edit| format!("{}: {:?} became {:?}", edit.tag, edit.new, after.own.get(edit.tag))),
    );
    if before.image_hash != after.image_hash {
        findings.push("another picture in the eyes of ExifTool".to_owned());
    }
    let payload = |path: &Path| examine(path).expect("a known container").payload;
    if payload(old).same_as(&payload(new)) != Some(true) {
        findings.push("other protected bytes".to_owned());
    }
    // A misnamed file is refused by its name, before and after.
    let kind = |path: &Path| identify(path).expect("a readable file").ok();
    if kind(old) != kind(new) {
        findings.push("another kind of file".to_owned());
    }
    if pixels(old) != pixels(new) {
        findings.push("other pixels".to_owned());
    }
    findings
}

/// The decoded picture, where a decoder can tell.
fn pixels(path: &Path) -> Option<Vec<u8>> {
    let reader = image::ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    reader.decode().ok().map(image::DynamicImage::into_bytes)
}
