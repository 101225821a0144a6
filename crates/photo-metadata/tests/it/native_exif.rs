//! EXIF and IPTC of whole files: the native engine reads the collection as ExifTool does, and writes it so that
//! ExifTool finds what was wanted and nothing else changed.

use std::path::Path;

use photo_metadata::{
    Change, Container, Engine, ExifTool, FileTags, MetadataError, Native, Tag, TagEdit, Value, identify,
};

use crate::places;

/// The tags of these two blocks.
fn tags() -> impl Iterator<Item = Tag> {
    let is_here =
        |tag: &Tag| ["IFD0:", "ExifIFD:", "GPS:", "IPTC:"].iter().any(|group| tag.name().starts_with(group));
    Tag::ALL.iter().copied().filter(is_here)
}

fn differences(ours: &FileTags, theirs: &FileTags) -> Vec<String> {
    let says =
        |file: &FileTags, tag: Tag| (file.get(tag).cloned(), file.is_repeated(tag), file.is_ambiguous(tag));
    let differs = tags().filter(|tag| says(ours, *tag) != says(theirs, *tag));
    let mut differences: Vec<String> =
        differs.map(|tag| format!("{tag}: {:?} is {:?}", says(ours, tag), says(theirs, tag))).collect();
    if ours.iptc() != theirs.iptc() {
        differences.push(format!("{:?} is {:?}", ours.iptc(), theirs.iptc()));
    }
    if ours.frame() != theirs.frame() {
        differences.push(format!("{:?} is {:?}", ours.frame(), theirs.frame()));
    }
    differences
}

/// Pictures of the kinds that are edited natively.
fn pictures(test: &str) -> Vec<(std::path::PathBuf, Container)> {
    let files = places::corpus(test).unwrap_or_default().into_iter();
    let known = files.filter_map(|file| Some((identify(&file).ok()?.ok()?, file)));
    let is_ours = |container: Container| {
        matches!(
            container,
            Container::Jpeg | Container::Png | Container::WebP | Container::Heic | Container::Avif
        )
    };
    known.filter(|(container, _)| is_ours(*container)).map(|(container, file)| (file, container)).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn exif_and_iptc_of_whole_files_are_read_as_exiftool_reads_them() {
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let files = pictures("exif_and_iptc_of_whole_files_are_read_as_exiftool_reads_them");
    let (mut wrong, mut beyond, count) = (Vec::new(), Vec::new(), files.len());
    for (file, container) in files {
        let ours = match Native.read(&file, container) {
            Ok(ours) => ours,
            Err(error) => {
                beyond.push(format!("{}: {}", name_of(&file), reason(&error)));
                continue;
            }
        };
        let theirs = engine.read(&file, container).expect("a readable file");
        let found = differences(&ours, &theirs);
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", name_of(&file))));
    }
    eprintln!("{count} files, {} beyond: {beyond:#?}", beyond.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(beyond.len() * 8 <= count, "{beyond:#?}");
}

fn reason(error: &MetadataError) -> String {
    match error {
        MetadataError::Beyond { reason, .. } => reason.clone(),
        error => error.to_string(),
    }
}

/// Captions, stars, times and places of EXIF and IPTC.
fn wanted(tags: &FileTags) -> Vec<TagEdit> {
    let mut edits = vec![
        (Tag::ImageDescription, "Grüße vom See, 湖\nand a second line"),
        (Tag::ExifRating, "4"),
        (Tag::ExifRatingPercent, "75"),
        (Tag::DateTimeOriginal, "2019:08:07 06:05:04"),
        (Tag::OffsetTimeOriginal, "+02:00"),
        (Tag::UserComment, "Álbum 写真 👩"),
        (Tag::GpsLatitude, "33.868820196"),
        (Tag::GpsLatitudeRef, "S"),
        (Tag::GpsLongitude, "151.209295512"),
        (Tag::GpsLongitudeRef, "E"),
        (Tag::GpsAltitude, "1234.567"),
        (Tag::GpsAltitudeRef, "1"),
    ];
    if tags.has_iptc() {
        edits.extend([
            (Tag::IptcCaption, "Grüße — 湖"),
            (Tag::IptcDateCreated, "2019:08:07"),
            (Tag::IptcTimeCreated, "06:05:04+02:00"),
        ]);
    }
    let edit = |(tag, text)| TagEdit { tag, old: tags.get(tag).cloned(), new: Some(Value::text(text)) };
    edits.into_iter().map(edit).collect()
}

#[test]
fn exif_and_iptc_of_whole_files_are_written_without_harm() {
    let engine = ExifTool::new(places::start(&places::exiftool()));
    let folder = tempfile::tempdir().expect("a folder");
    let files = pictures("exif_and_iptc_of_whole_files_are_written_without_harm");
    let (mut wrong, mut beyond, count) = (Vec::new(), Vec::new(), files.len());
    for (file, container) in files {
        let extension = file.extension().expect("an extension").to_string_lossy().into_owned();
        let target = folder.path().join(format!("new.{extension}"));
        let written = Native.read(&file, container).and_then(|tags| {
            let change = Change { container, edits: wanted(&tags), iptc: tags.iptc().cloned() };
            Native.write_copy(&file, &target, &change).map(|()| change)
        });
        match written {
            Ok(change) => {
                let before = engine.inventory(&file, container).expect("a readable file");
                let after = engine.inventory(&target, container).expect("a readable file");
                let unmet = after.unmet(&change.edits).into_iter();
                let mut found: Vec<String> = unmet.map(|edit| format!("{} is not there", edit.tag)).collect();
                found.extend(after.foreign_changes(&before, &change.edits));
                if before.image_hash != after.image_hash {
                    found.push("the image would change".to_owned());
                }
                wrong.extend(found.into_iter().map(|what| format!("{}: {what}", name_of(&file))));
                std::fs::remove_file(&target).expect("our own file");
            }
            Err(error) => beyond.push(format!("{}: {}", name_of(&file), reason(&error))),
        }
    }
    eprintln!("{count} files, {} beyond: {beyond:#?}", beyond.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(beyond.len() * 5 <= count, "{beyond:#?}");
}
