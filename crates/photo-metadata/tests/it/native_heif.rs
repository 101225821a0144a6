//! HEIC and AVIF files of many makers, read and written natively.
//!
//! Image sequences, which are left to ExifTool on purpose, are not counted.

use std::path::PathBuf;

use photo_metadata::structure::{MotionPhoto, examine};
use photo_metadata::{
    Base, Change, Container, Engine, MetadataError, Native, Tag, TagEdit, Value, identify, plan_edits,
};

use crate::judged::{exiftool, sound, write_all};
use crate::places;
use crate::undo::{all_choices, full_set};

/// Whole files with one picture.
fn stills(test: &str, container: Container) -> Option<Vec<PathBuf>> {
    let mut files = sound(test, container)?;
    files.retain(|file| examine(file).is_ok_and(|structure| !structure.image_sequence));
    Some(files)
}

#[test]
fn everything_is_written_into_a_heic_and_nothing_else_changes() {
    let Some(files) = stills("everything_is_written_into_a_heic_and_nothing_else_changes", Container::Heic)
    else {
        return;
    };

    write_all(&files, Container::Heic).assert(85);
}

#[test]
fn everything_is_written_into_an_avif_and_nothing_else_changes() {
    let Some(files) = stills("everything_is_written_into_an_avif_and_nothing_else_changes", Container::Avif)
    else {
        return;
    };

    write_all(&files, Container::Avif).assert(85);
}

#[test]
fn a_motion_photo_of_samsung_and_a_sequence_are_left_to_others() {
    let Some(shared) = places::shared("a_motion_photo_of_samsung_and_a_sequence_are_left_to_others") else {
        return;
    };
    let caption = "a caption that does not fit where the old packet is. ".repeat(100);
    let edits = vec![TagEdit { tag: Tag::Description, old: None, new: Some(Value::text(caption)) }];
    for (name, why) in
        [("samsung-one-ui-6.heic", "box that is not known"), ("apple_burst_sample_1.heic", "sequence")]
    {
        let file = shared.join("corpus/heif").join(name);
        let is_motion = examine(&file).expect("a known file").motion_photo == Some(MotionPhoto::SamsungHeic);
        assert_eq!(is_motion, name.starts_with("samsung"));

        let draft =
            Native.draft(&file, &Change { container: Container::Heic, edits: edits.clone(), iptc: None });

        let Err(MetadataError::Beyond { reason, .. }) = draft else { panic!("{name}: {draft:?}") };
        assert!(reason.contains(why), "{name}: {reason}");
    }
}

#[test]
fn many_edits_harm_no_more_than_one_and_the_file_stays_small() {
    let Some(shared) = places::shared("many_edits_harm_no_more_than_one_and_the_file_stays_small") else {
        return;
    };
    let exiftool = exiftool();
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["iphone_15_pro.heic", "Sony.HIF", "fox.profile0.8bpc.yuv420.avif"] {
        let original = shared.join("corpus/heif").join(name);
        let container = identify(&original).expect("a readable file").expect("a known kind");
        let before = exiftool.inventory(&original, container).expect("a readable file");
        let (mut current, mut base, mut edits) = (original.clone(), Base::default(), Vec::<TagEdit>::new());
        for round in 0..8 {
            let tags = Native.read(&current, container).expect("a file that is read natively");
            let mut fields = full_set(container, tags.frame());
            let people = (0..round * 7 % 30).map(|number| format!("Nobody {number} of {round}"));
            fields.people.get_or_insert_default().extend(people);
            let plan = plan_edits(&fields, &tags, &base, &all_choices());
            let target = folder.path().join(format!("{round} {name}"));
            let change = Change { container, edits: plan.edits.clone(), iptc: None };
            Native.write_copy(&current, &target, &change).expect("a file that is written natively");
            edits.retain(|edit| plan.edits.iter().all(|newer| newer.tag != edit.tag));
            edits.extend(plan.edits);
            (current, base) = (target, plan.base);
        }

        let after = exiftool.inventory(&current, container).expect("a readable file");

        assert_eq!(after.foreign_changes(&before, &edits), Vec::<String>::new(), "{name}");
        assert_eq!(after.unmet(&edits), Vec::<&TagEdit>::new(), "{name}");
        assert_eq!(after.image_hash, before.image_hash, "{name}");
        let length = |path: &PathBuf| path.metadata().expect("a file").len();
        let most = if name == "Sony.HIF" { 48 << 10 } else { 32 << 10 };
        assert!(length(&current) < length(&original) + most, "{name}: {}", length(&current));
    }
}
