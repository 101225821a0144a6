//! Blocks of real cameras: read and written with ExifTool as the judge.

use std::path::PathBuf;

use super::super::Exif;
use super::blocks::{block, edit};
use super::random::rich;
use crate::edits::TagEdit;
use crate::native::judge::{Judge, corpus, jpeg, segments};
use crate::tag::{Tag, TagBlock};
use crate::value::Value;

const START: &[u8] = b"Exif\0\0";

/// The longest block that a segment of a JPEG holds.
const LONGEST: usize = 65_527;

/// The first EXIF block of each JPEG, and those of other kinds of pictures.
fn blocks(judge: &Judge, files: Vec<PathBuf>) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let in_jpeg = segments(&bytes, 0xe1, START).into_iter().next();
        let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_other = matches!(extension.as_str(), "heic" | "hif" | "avif" | "webp" | "png");
        let block =
            in_jpeg.unwrap_or_else(|| if is_other { judge.block("-Exif", &file) } else { Vec::new() });
        if !block.is_empty() && block.len() < LONGEST {
            blocks.push((name, block));
        }
    }
    blocks
}

fn exif_tags() -> impl Iterator<Item = Tag> {
    Tag::ALL.iter().copied().filter(|tag| tag.block() == TagBlock::Exif)
}

/// What ExifTool and the codec say differently about a block.
fn differences(judge: &Judge, exif: &Exif, block: &[u8]) -> Vec<String> {
    let theirs = judge.read(&jpeg(0xe1, START, block));
    let mut differences = Vec::new();
    for tag in exif_tags() {
        let ours: Vec<Value> =
            exif.tags().into_iter().filter(|(own, _)| *own == tag).map(|(_, value)| value).collect();
        if ours.first() != theirs.get(tag) || (ours.len() > 1) != theirs.is_repeated(tag) {
            differences.push(format!("{tag}: {ours:?} is {:?}", theirs.get(tag)));
        }
    }
    if let Some(frame) = theirs.frame()
        && frame.orientation != exif.orientation()
    {
        differences.push(format!("orientation {:?} is {:?}", exif.orientation(), frame.orientation));
    }
    differences
}

#[test]
fn blocks_of_cameras_are_read_as_exiftool_reads_them() {
    let judge = Judge::new();
    let files = corpus("blocks_of_cameras_are_read_as_exiftool_reads_them");
    let (mut read, mut wrong, mut beyond) = (0, Vec::new(), Vec::new());
    let is_there = !files.is_empty();
    for (name, block) in blocks(&judge, files) {
        match Exif::parse(&block) {
            Ok(exif) => {
                read += 1;
                wrong.extend(
                    differences(&judge, &exif, &block).into_iter().map(|what| format!("{name}: {what}")),
                );
            }
            Err(fault) => beyond.push(format!("{name}: {fault}")),
        }
    }
    eprintln!("{read} read, {} beyond: {beyond:#?}", beyond.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(!is_there || (read > 80 && beyond.is_empty()), "{beyond:#?}");
}

/// Every tag of ours, with text that is hard to write.
fn all_edits() -> Vec<TagEdit> {
    let values = [
        (Tag::ImageDescription, "Grüße vom See, 湖 and two lines\nof text"),
        (Tag::ExifRating, "4"),
        (Tag::ExifRatingPercent, "75"),
        (Tag::DateTimeOriginal, "2019:08:07 06:05:04"),
        (Tag::CreateDate, "2019:08:07 06:05:04"),
        (Tag::OffsetTimeOriginal, "+02:00"),
        (Tag::OffsetTimeDigitized, "+02:00"),
        (Tag::SubSecTimeOriginal, "123"),
        (Tag::UserComment, "Álbum 写真 👩"),
        (Tag::GpsLatitude, "33.868820196"),
        (Tag::GpsLatitudeRef, "S"),
        (Tag::GpsLongitude, "151.209295512"),
        (Tag::GpsLongitudeRef, "E"),
        (Tag::GpsAltitude, "1234.567"),
        (Tag::GpsAltitudeRef, "1"),
    ];
    values.into_iter().map(|(tag, text)| edit(tag, Some(text))).collect()
}

/// What ExifTool objects to in a new block.
fn objections(judge: &Judge, old: &[u8], new: &[u8], edits: &[TagEdit]) -> Vec<String> {
    let before = judge.inventory(&jpeg(0xe1, START, old));
    let after = judge.inventory(&jpeg(0xe1, START, new));
    let unmet = after.unmet(edits).into_iter();
    let mut objections: Vec<String> =
        unmet.map(|edit| format!("{} is {:?}", edit.tag, after.own.get(edit.tag))).collect();
    objections.extend(after.foreign_changes(&before, edits));
    objections
}

#[test]
fn blocks_of_cameras_are_written_without_harm() {
    let judge = Judge::new();
    let files = corpus("blocks_of_cameras_are_written_without_harm");
    let is_there = !files.is_empty();
    let (mut written, mut wrong, mut beyond) = (0, Vec::new(), Vec::new());
    for (name, block) in blocks(&judge, files) {
        let edits = all_edits();
        let new = match Exif::parse(&block).and_then(|exif| exif.apply(&edits)) {
            Ok(new) if new.bytes.len() < LONGEST => new.bytes,
            Ok(_) => continue,
            Err(fault) => {
                beyond.push(format!("{name}: {fault}"));
                continue;
            }
        };
        written += 1;
        let mut found = objections(&judge, &block, &new, &edits);
        found.extend(differences(&judge, &Exif::parse(&new).unwrap(), &new));
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    eprintln!("{written} written, {} beyond: {beyond:#?}", beyond.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(!is_there || (written > 70 && beyond.len() * 30 < written), "{beyond:#?}");
}

#[test]
fn values_that_no_camera_writes_are_read_as_exiftool_reads_them() {
    let judge = Judge::new();
    let rational = |parts: &[u32]| parts.iter().flat_map(|part| part.to_be_bytes()).collect::<Vec<u8>>();
    let zero = rational(&[52, 1, 1, 0, 0, 0]);
    let descriptions: [(u16, &[u8]); 9] = [
        (2, b"caf\xe9 \xff\0"),
        (2, b"  blanks  \0"),
        (2, b"\0"),
        (7, b"a\0b"),
        (129, "grün\0".as_bytes()),
        (1, &[1, 2, 3]),
        (7, &[65]),
        (2, b"\xef\xbf\xbe \xed\xa0\x80 \xf4\x90\x80\x80 \x7f\x01\0"),
        (2, b"abc"),
    ];
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for (kind, value) in descriptions {
        blocks.push(block(true, &[(0x10e, kind, u32::try_from(value.len()).unwrap(), value)]));
    }
    blocks.push(block(true, &[(0x4746, 3, 2, &[0, 3, 0, 4]), (0x4749, 2, 3, b"50\0")]));
    blocks.push(block(true, &[(0x4746, 4, 1, &[0, 0, 0, 3]), (0x4749, 9, 1, &[0xff; 4])]));
    blocks.push(block(true, &[(0x4746, 5, 1, &rational(&[7, 3])), (0x4749, 12, 1, &2.5_f64.to_be_bytes())]));
    blocks.push(block(true, &[(0x10e, 2, 5, b"one\0\0"), (0x10e, 2, 5, b"two\0\0")]));
    for comment in [
        &b"ASCII\0\0\0plain  "[..],
        b"ASCII   plain",
        b"\0\0\0\0\0\0\0\0unknown\0rest",
        b"        blanks",
        b"\0garbagewith text",
        b"UNICODE\0\0a\0\xe4\0b",
        b"UNICODE\0a\0\xe4\0b\0",
        b"UNICODE \xff\xfea\0b\0",
        b"UNICODE\0\xd8\0\0a\0b",
        b"UNICODE\0\xd8\x3d\xdc\x69\0b\0",
        b"Unicode\0plain",
        b"no code at all",
        b"short",
        b"ASCIIxxxtext",
    ] {
        for big in [true, false] {
            blocks.push(rich(big, b"caption\0", comment, true));
        }
    }
    for latitude in
        [zero.as_slice(), &rational(&[0, 0, 0, 0, 0, 0]), &rational(&[52, 1, 123_456, 1000, 0, 1])]
    {
        let mut bytes = rich(true, b"caption\0", b"ASCII\0\0\0x", true);
        let gps = Exif::parse(&bytes)
            .unwrap()
            .parsed
            .directories
            .into_iter()
            .find(|own| own.name == "GPS")
            .unwrap();
        let range = gps.first(2).unwrap().value.clone().unwrap();
        bytes[range].copy_from_slice(latitude);
        blocks.push(bytes);
    }

    for block in blocks {
        let exif = Exif::parse(&block).unwrap();
        assert_eq!(differences(&judge, &exif, &block), Vec::<String>::new(), "{block:?}");
    }
}

#[test]
fn a_new_block_is_what_exiftool_would_make() {
    let judge = Judge::new();
    let edits = all_edits();
    let new = Exif::create(&edits).unwrap();

    let after = judge.inventory(&jpeg(0xe1, START, &new.bytes));
    let before = judge.inventory(&jpeg(0xfe, b"", b"a comment"));
    let foreign = after.foreign_changes(&before, &edits);

    assert!(after.unmet(&edits).is_empty(), "{:?}", after.unmet(&edits));
    assert_eq!(foreign, ["File:Comment would be lost"]);
}

#[test]
fn random_edits_are_read_by_exiftool_as_they_were_meant() {
    let judge = Judge::new();
    let mut random = fastrand::Rng::with_seed(11);
    let mut block = rich(false, b"caption\0", b"ASCII\0\0\0hello", true);
    for round in 0..25 {
        let mut edits = all_edits();
        edits.retain(|_| random.bool());
        for edit in &mut edits {
            if random.u8(..4) == 0 {
                edit.new = None;
            } else if matches!(edit.tag, Tag::ImageDescription | Tag::UserComment) {
                let letters: String =
                    (0..random.usize(1..40)).map(|_| random.char('a'..='\u{24f}')).collect();
                edit.new = Some(Value::text(letters));
            } else if matches!(edit.tag, Tag::GpsLatitude | Tag::GpsLongitude) {
                edit.new = Some(Value::number(random.f64() * 90.0));
            }
        }
        let new = Exif::parse(&block).unwrap().apply(&edits).unwrap().bytes;
        assert_eq!(
            objections(&judge, &block, &new, &edits),
            Vec::<String>::new(),
            "round {round}: {edits:?}"
        );
        block = new;
    }
    assert!(block.len() < 2000, "{}", block.len());
}

/// How many spoiled blocks are judged; each takes ExifTool three looks.
const SPOILED: usize = 40;

#[test]
fn spoiled_blocks_are_read_as_exiftool_reads_them_and_not_spoiled_further() {
    let judge = Judge::new();
    let files = corpus("spoiled_blocks_are_read_as_exiftool_reads_them_and_not_spoiled_further");
    let mut random = fastrand::Rng::with_seed(5);
    let mut blocks: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "jpg"))
        .map(|file| (file.display().to_string(), std::fs::read(file).unwrap()))
        .filter_map(|(name, jpeg)| Some((name, segments(&jpeg, 0xe1, START).into_iter().next()?)))
        .filter(|(_, block)| (100..30_000).contains(&block.len()))
        .collect();
    random.shuffle(&mut blocks);
    let (mut read, mut written, mut wrong) = (0, 0, Vec::new());
    for (name, block) in blocks.iter().cycle().take(if blocks.is_empty() { 0 } else { SPOILED }) {
        let mut spoiled = block.clone();
        for _ in 0..random.usize(1..6) {
            let place = random.usize(4..spoiled.len().min(1200));
            spoiled[place] = if random.bool() { random.u8(..) } else { random.u8(..16) };
        }
        let Ok(exif) = Exif::parse(&spoiled) else { continue };
        read += 1;
        let mut found = differences(&judge, &exif, &spoiled);
        let mut edits = all_edits();
        edits.retain(|_| random.bool());
        if let Ok(new) = exif.apply(&edits)
            && new.bytes.len() < LONGEST
        {
            written += 1;
            found.extend(objections(&judge, &spoiled, &new.bytes, &edits));
        }
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    eprintln!("{read} read, {written} written");
    assert_eq!(wrong, Vec::<String>::new());
}
