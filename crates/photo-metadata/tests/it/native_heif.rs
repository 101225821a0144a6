//! HEIC and AVIF files of many makers, read and written natively.
//!
//! Image sequences, which are left to ExifTool on purpose, are not counted.

use std::path::PathBuf;

use photo_metadata::structure::{MotionPhoto, examine};
use photo_metadata::{Change, Container, Engine, MetadataError, Native, Tag, TagEdit, Value};

use crate::judged::{read_all, sound, write_all};
use crate::places;

/// Whole files with one picture.
fn stills(test: &str, container: Container) -> Option<Vec<PathBuf>> {
    let mut files = sound(test, container)?;
    files.retain(|file| examine(file).is_ok_and(|structure| !structure.image_sequence));
    Some(files)
}

#[test]
fn a_heic_says_natively_what_it_says_to_exiftool() {
    let Some(files) = stills("a_heic_says_natively_what_it_says_to_exiftool", Container::Heic) else {
        return;
    };

    read_all(&files, Container::Heic).assert(95);
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
fn an_avif_says_natively_what_it_says_to_exiftool() {
    let Some(files) = stills("an_avif_says_natively_what_it_says_to_exiftool", Container::Avif) else {
        return;
    };

    read_all(&files, Container::Avif).assert(95);
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
