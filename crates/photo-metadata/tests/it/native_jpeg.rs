//! JPEGs of many makers, changed twice.

use std::collections::BTreeSet;
use std::path::Path;

use photo_metadata::{
    Base, Caption, Change, Container, Engine, FileTags, Known, Native, PhotoFields, Position, plan_edits,
};

use crate::judged::{exiftool, judged, name_of, sound};
use crate::undo::{all_choices, full_set};

/// A file in so many is changed twice: that is slow, and the container does not care what changes.
const STEP: usize = 3;

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
    let test = "a_second_change_of_a_jpeg_seldom_moves_anything_and_then_whole_blocks";
    let Some(files) = sound(test, Container::Jpeg) else { return };
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
