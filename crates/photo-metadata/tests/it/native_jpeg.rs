//! JPEGs of many makers, read and written natively, and ExifTool as the judge of both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use photo_metadata::structure::{Problem, examine};
use photo_metadata::{
    Base, Caption, Change, Container, Engine, ExifTool, FileTags, Known, MetadataError, Native, PhotoFields,
    Position, Tag, identify, plan_edits,
};

use crate::places;
use crate::undo::{all_choices, full_set};

/// All that are JPEGs by their content, and whole.
fn jpegs(test: &str) -> Option<Vec<PathBuf>> {
    let mut files = places::corpus(test)?;
    files.retain(|file| {
        examine(file).is_ok_and(|structure| {
            structure.container == Container::Jpeg && !structure.problems.iter().any(Problem::is_damage)
        })
    });
    Some(files)
}

/// A file in so many is changed twice: that is slow, and the container does not care what changes.
const STEP: usize = 3;

fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn exiftool() -> ExifTool {
    ExifTool::new(places::start(&places::exiftool()))
}

/// What two readings say differently.
fn differences(native: &FileTags, exiftool: &FileTags) -> Vec<String> {
    let mut differences = Vec::new();
    for tag in Tag::ALL.iter().copied() {
        let same = match (native.get(tag), exiftool.get(tag)) {
            (Some(own), Some(theirs)) => own.says_the_same(theirs, tag),
            (own, theirs) => own.is_none() && theirs.is_none(),
        };
        if !same {
            differences.push(format!("{tag}: {:?} is {:?}", exiftool.get(tag), native.get(tag)));
        }
        let copies = |file: &FileTags| (file.is_repeated(tag), file.is_ambiguous(tag));
        if copies(native) != copies(exiftool) {
            differences.push(format!("{tag}: copies {:?} are {:?}", copies(exiftool), copies(native)));
        }
    }
    if native.iptc() != exiftool.iptc() {
        differences.push(format!("IPTC: {:?} is {:?}", exiftool.iptc(), native.iptc()));
    }
    if native.frame() != exiftool.frame() {
        differences.push(format!("frame: {:?} is {:?}", exiftool.frame(), native.frame()));
    }
    differences
}

/// At least so many of a hundred are to be done natively.
fn assert_covered(done: usize, beyond: &[String]) {
    let all = done + beyond.len();
    eprintln!("{done} of {all}; left to ExifTool: {beyond:#?}");
    assert!(done * 100 >= all * 95, "only {done} of {all}: {beyond:#?}");
}

#[test]
fn a_jpeg_says_natively_what_it_says_to_exiftool() {
    let Some(files) = jpegs("a_jpeg_says_natively_what_it_says_to_exiftool") else { return };
    let exiftool = exiftool();
    let (mut done, mut wrong, mut beyond) = (0, Vec::new(), Vec::new());
    for file in files {
        let native = match Native.read(&file, Container::Jpeg) {
            Ok(tags) => tags,
            Err(MetadataError::Beyond { reason, .. }) => {
                beyond.push(format!("{}: {reason}", name_of(&file)));
                continue;
            }
            Err(error) => panic!("{}: {error}", file.display()),
        };
        let theirs = exiftool.read(&file, Container::Jpeg).expect("a readable file");
        let differences = differences(&native, &theirs);
        wrong.extend(differences.iter().map(|difference| format!("{}: {difference}", name_of(&file))));
        done += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_covered(done, &beyond);
}

#[test]
fn everything_is_written_into_a_jpeg_and_nothing_else_changes() {
    let Some(files) = jpegs("everything_is_written_into_a_jpeg_and_nothing_else_changes") else { return };
    let (exiftool, rules) = (exiftool(), all_choices());
    let folder = tempfile::tempdir().expect("a folder");
    let (mut done, mut wrong, mut beyond) = (0, Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        let before = exiftool.read(file, Container::Jpeg).expect("a readable file");
        let fields = full_set(Container::Jpeg, before.frame());
        let plan = plan_edits(&fields, &before, &Base::default(), &rules);
        let change = Change { container: Container::Jpeg, edits: plan.edits, iptc: before.iptc().cloned() };
        let target = folder.path().join(format!("{number}.jpg"));
        match Native.write_copy(file, &target, &change) {
            Ok(()) => {}
            Err(
                MetadataError::Beyond { reason, .. } | MetadataError::NotVerified { finding: reason, .. },
            ) => {
                beyond.push(format!("{}: {reason}", name_of(file)));
                continue;
            }
            Err(error) => panic!("{}: {error}", file.display()),
        }
        let findings = judged(&exiftool, file, &target, &change);
        wrong.extend(findings.into_iter().map(|finding| format!("{}: {finding}", name_of(file))));
        let again = exiftool.read(&target, Container::Jpeg).expect("a readable file");
        let left = plan_edits(&fields, &again, &plan.base, &rules).edits;
        wrong.extend(
            left.iter().map(|edit| format!("{}: {} would be written again", name_of(file), edit.tag)),
        );
        let native = Native.read(&target, Container::Jpeg).expect("a file that was read before");
        let differences = differences(&native, &again);
        wrong.extend(differences.iter().map(|difference| format!("{} written: {difference}", name_of(file))));
        std::fs::remove_file(target).expect("our own file");
        done += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_covered(done, &beyond);
}

/// Some of everything, and longer than before.
fn other_set(frame: Option<photo_metadata::regions::Frame>) -> PhotoFields {
    PhotoFields {
        people: Some(["Zoë".to_owned(), "Édith".to_owned()].into()),
        albums: Some(BTreeSet::new()),
        caption: Known::of(Caption::new(&"Winter am See. ".repeat(20), 2000)),
        position: Known::of(Position::new(64.1466, -21.9426, None)),
        ..full_set(Container::Jpeg, frame)
    }
}

#[test]
fn a_second_change_of_a_jpeg_seldom_moves_anything_and_then_whole_blocks() {
    let Some(files) = jpegs("a_second_change_of_a_jpeg_seldom_moves_anything_and_then_whole_blocks") else {
        return;
    };
    let (exiftool, rules) = (exiftool(), all_choices());
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("first.jpg"), folder.path().join("second.jpg"));
    let (mut moved, mut wrong, mut done) = (Vec::new(), Vec::new(), 0);
    for file in files.iter().step_by(STEP) {
        let change = |path: &Path, fields: &dyn Fn(&FileTags) -> PhotoFields, base: &Base| {
            let tags = Native.read(path, Container::Jpeg).ok()?;
            let plan = plan_edits(&fields(&tags), &tags, base, &rules);
            let change = Change { container: Container::Jpeg, edits: plan.edits, iptc: tags.iptc().cloned() };
            Some((change, plan.base))
        };
        let full = |tags: &FileTags| full_set(Container::Jpeg, tags.frame());
        let Some((to_first, base)) = change(file, &full, &Base::default()) else { continue };
        if Native.write_copy(file, &first, &to_first).is_err() {
            continue;
        }
        let (to_second, _) =
            change(&first, &|tags| other_set(tags.frame()), &base).expect("a file that can be read");
        if let Err(error) = Native.write_copy(&first, &second, &to_second) {
            wrong.push(format!("{}: {error:?}", name_of(file)));
            continue;
        }
        let findings = judged(&exiftool, &first, &second, &to_second);
        wrong.extend(findings.into_iter().map(|finding| format!("{}: {finding}", name_of(file))));
        let length = |path: &Path| std::fs::metadata(path).expect("a file").len();
        if length(&first) != length(&second) {
            moved.push(format!("{}: {} {}", name_of(file), length(&first), length(&second)));
            let by_blocks = length(&first).abs_diff(length(&second)) % 4096 == 0;
            assert!(by_blocks || length(&first) < 128 << 10, "{moved:?}");
        }
        done += 1;
        for path in [&first, &second] {
            std::fs::remove_file(path).expect("our own file");
        }
    }
    eprintln!("{done} changed twice, moved: {moved:#?}");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(moved.len() * 10 <= done, "{} of {done}: {moved:#?}", moved.len());
}

/// What ExifTool and the examination find wrong with a new version.
fn judged(exiftool: &ExifTool, old: &Path, new: &Path, change: &Change) -> Vec<String> {
    let inventory = |path: &Path| exiftool.inventory(path, Container::Jpeg).expect("a readable file");
    let (before, after) = (inventory(old), inventory(new));
    let mut findings = after.foreign_changes(&before, &change.edits);
    findings.extend(
        after
            .unmet(&change.edits)
            .iter()
            .map(|edit| format!("{}: {:?} became {:?}", edit.tag, edit.new, after.own.get(edit.tag))),
    );
    if before.image_hash != after.image_hash {
        findings.push("another picture".to_owned());
    }
    let payload = |path: &Path| examine(path).expect("a known container").payload;
    if payload(old) != payload(new) {
        findings.push("other protected bytes".to_owned());
    }
    if !matches!(identify(new), Ok(Ok(Container::Jpeg))) {
        findings.push("no JPEG any more".to_owned());
    }
    findings
}
