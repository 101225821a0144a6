//! The walkers on files of many makers, and ExifTool as the one who changes metadata.

use std::path::Path;
use std::time::Duration;

use photo_metadata::MetadataError;
use photo_metadata::exiftool::{Arguments, ExifToolPool};
use photo_metadata::structure::{
    Container, MotionPhoto, PayloadDigest, Problem, Structure, examine, examine_header,
};

use crate::places;

/// Writes a caption, a time and a place into a copy, or says that ExifTool refuses to.
fn write_metadata(pool: &ExifToolPool, source: &Path, target: &Path) -> bool {
    let mut arguments = Arguments::new();
    arguments
        .set("XMP-dc:Description", "a caption & more")
        .set("EXIF:ImageDescription", "a caption & more")
        .set("IPTC:Caption-Abstract", "a caption & more")
        .set("EXIF:DateTimeOriginal", "2001:02:03 04:05:06")
        .set("EXIF:GPSLatitude", "12.5")
        .set("EXIF:GPSLatitudeRef", "N")
        .set("QuickTime:CreateDate", "2001:02:03 04:05:06")
        .set("UserData:GPSCoordinates", "12.5, 13.5")
        .write_to(source, target)
        .expect("a plain path");
    pool.run(&arguments, Some(Duration::from_mins(2))).expect("an answer");
    target.exists()
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// Files whose protected bytes ExifTool really changes, and what it does there.
const REALLY_CHANGED: [(&str, &str); 4] = [
    ("AFCP.jpg", "rewrites the second copy of IPTC in the trailer"),
    ("FotoStation.jpg", "rewrites the second copy of IPTC in the trailer"),
    ("Nikon_E995_(iptc).jpg", "rewrites the second copy of IPTC in the FotoStation trailer"),
    ("samsung-one-ui-6.heic", "moves the box sefd, whose offsets count from the end, in front of mpvd"),
];

#[test]
fn a_change_of_metadata_leaves_the_payload_of_every_file_alone() {
    let Some(files) = places::corpus("a_change_of_metadata_leaves_the_payload_of_every_file_alone") else {
        return;
    };
    let pool = places::start(&places::exiftool());
    let folder = tempfile::tempdir().expect("a folder");
    let (mut same, mut uncovered, mut surprises) = (0, Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        let Ok(before) = examine(file) else { continue };
        let extension = file.extension().expect("an extension").to_string_lossy();
        let target = folder.path().join(format!("{number}.{extension}"));
        if !write_metadata(&pool, file, &target) {
            continue;
        }
        let after = examine(&target).expect("a file that can be examined");
        let expected = !REALLY_CHANGED.iter().any(|(name, _)| *name == name_of(file));
        match before.payload.same_as(&after.payload) {
            None => uncovered.push(name_of(file)),
            Some(equal) if equal == expected => same += 1,
            Some(_) => surprises.push(name_of(file)),
        }
        std::fs::remove_file(target).expect("our own file");
    }
    eprintln!("{same} as expected, not covered: {uncovered:?}");
    assert_eq!(surprises, Vec::<String>::new());
}

/// What is broken on purpose, or cut by those who collected it.
const KNOWN_DAMAGED: [&str; 14] = [
    "broken.jpg",
    "corrupted.heic",
    "issue_1833_poc.jpg",
    "issue_853_poc.jpg",
    "issue_ghsa_5p8g_9xf3_gfrr_poc.webp",
    "issue_ghsa_crmj_qh74_2r36_poc.mov",
    "truncated.heic",
    "Canon_EOS-7D_sRAW_real.CR2",
    "IMG_1361.dng",
    "Sony_SLT-A33_real.ARW",
    "dev_empty.jpg",
    "dev_mp4_trunc.mp4",
    "dev_trunc.heic",
    "dev_trunc60.jpg",
];

#[test]
fn one_flipped_byte_of_the_payload_changes_the_digest() {
    let Some(files) = places::corpus("one_flipped_byte_of_the_payload_changes_the_digest") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (mut caught, mut missed) = (0, Vec::new());
    for file in files.iter().filter(|file| !file.components().any(|part| part.as_os_str() == "broken")) {
        let Ok(Structure { payload: PayloadDigest::Covered(before), container, problems, .. }) =
            examine(file)
        else {
            continue;
        };
        let mut bytes = std::fs::read(file).expect("a readable file");
        // The image in this one has 18 bytes, the metadata 56 000.
        let has_hardly_an_image = name_of(file) == "L_exif_xmp_iptc.heic";
        if bytes.len() < 20_000 || has_hardly_an_image || problems.iter().any(Problem::is_damage) {
            continue;
        }
        let length = bytes.len();
        // In a JPEG the last bytes are always payload; elsewhere metadata may stand at any one of the places.
        let places = match container {
            Container::Jpeg => vec![length - 10],
            _ => (1..16).map(|sixteenth| length * sixteenth / 16).collect(),
        };
        let damaged = folder.path().join(name_of(file));
        let differs = places.into_iter().any(|at| {
            bytes[at] ^= 1;
            std::fs::write(&damaged, &bytes).expect("room for a copy");
            bytes[at] ^= 1;
            examine(&damaged).expect("the same container").payload != PayloadDigest::Covered(before)
        });
        if differs {
            caught += 1;
        } else {
            missed.push((name_of(file), container));
        }
    }
    eprintln!("{caught} caught");
    assert_eq!(missed, []);
    assert!(caught > 80, "only {caught}");
}

#[test]
fn sound_files_are_not_called_damaged_and_cut_ones_are() {
    let Some(files) = places::corpus("sound_files_are_not_called_damaged_and_cut_ones_are") else { return };
    let mut wrong = Vec::new();
    for file in files {
        let damaged = match examine(&file) {
            Ok(structure) => structure.problems.iter().any(Problem::is_damage),
            Err(MetadataError::UnknownContainer { .. }) => true,
            Err(error) => panic!("{}: {error}", file.display()),
        };
        let name = name_of(&file);
        let expected = KNOWN_DAMAGED.contains(&name.as_str());
        if damaged != expected {
            wrong.push((name, damaged));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn the_header_alone_tells_the_same_but_for_the_digest() {
    let Some(files) = places::corpus("the_header_alone_tells_the_same_but_for_the_digest") else { return };
    let mut compared = 0;
    for file in files {
        let (whole, header) = (examine(&file), examine_header(&file));
        match (whole, header) {
            (Ok(whole), Ok(header)) => {
                assert_eq!(header.payload, PayloadDigest::None, "{}", file.display());
                let expected = Structure { payload: PayloadDigest::None, ..whole };
                assert_eq!(header, expected, "{}", file.display());
                compared += 1;
            }
            (Err(whole), Err(header)) => assert_eq!(whole.to_string(), header.to_string()),
            (whole, header) => panic!("{}: {whole:?} {header:?}", file.display()),
        }
    }
    assert!(compared > 150, "only {compared}");
}

#[test]
fn features_of_real_files_are_seen() {
    let Some(shared) = places::shared("features_of_real_files_are_seen") else { return };
    let of = |name: &str| examine(&shared.join("corpus").join(name)).expect("a known file");

    assert_eq!(of("heif/samsung-one-ui-6.heic").motion_photo, Some(MotionPhoto::SamsungHeic));
    assert_eq!(of("synthetic/dev_google_motion.jpg").motion_photo, Some(MotionPhoto::Trailer));
    assert_eq!(of("synthetic/dev_samsung_sef.jpg").motion_photo, Some(MotionPhoto::Trailer));
    assert!(of("heif/apple_burst_sample_1.heic").image_sequence);
    assert!(of("heif/Chimera-AV1-10bit-480x270.avif").image_sequence);
    assert!(!of("heif/IMG_2682.heic").image_sequence);
    assert!(of("video/video1.mp4").signed);
    assert!(of("jpg/iptc-2016.jpg").has_iptc);
    assert!(!of("jpg/Apple_iPhone_4.jpg").has_iptc);
    assert_eq!(of("synthetic/dev_jpeg_named.heic").container, Container::Jpeg);
    assert_eq!(of("raw/Issue_247-1.nef").container, Container::Jpeg);
    assert_eq!(of("raw/Nikon.nef").container, Container::Nef);
    assert_eq!(of("raw/IMG_1361.dng").container, Container::Dng);
    assert_eq!(of("raw/CanonRaw.cr3").container, Container::Cr3);
    assert_eq!(of("video/QuickTime_insta360_real.insv").container, Container::Insv);
    assert_eq!(of("video/mkv_640x360.mkv").container, Container::Matroska);
    assert_eq!(of("other/Sony_ILCE-7M3_(A7M3).mts").container, Container::MpegTs);
    assert_eq!(of("xmp/XMP.xmp").container, Container::Xmp);
}

#[test]
fn changed_bytes_of_real_files_make_no_walker_panic_or_hang() {
    let Some(files) = places::corpus("changed_bytes_of_real_files_make_no_walker_panic_or_hang") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = fastrand::Rng::with_seed(7);
    let mut examined = 0;
    for file in files {
        let mut sound = std::fs::read(&file).expect("a readable file");
        sound.truncate(150_000);
        if sound.is_empty() {
            continue;
        }
        for _ in 0..12 {
            let mut bytes = sound.clone();
            for _ in 0..random.usize(1..20) {
                // Most of what a walker reads stands at the front.
                let range = if random.bool() { bytes.len() } else { bytes.len().min(600) };
                bytes[random.usize(..range)] = random.u8(..);
            }
            let changed = folder.path().join(name_of(&file));
            std::fs::write(&changed, bytes).expect("room for a copy");
            match examine(&changed) {
                Ok(_) | Err(MetadataError::UnknownContainer { .. }) => examined += 1,
                Err(error) => panic!("{}: {error}", file.display()),
            }
        }
    }
    assert!(examined > 1000, "only {examined}");
}

#[test]
fn what_is_no_file_is_not_examined() {
    let folder = tempfile::tempdir().expect("a folder");

    assert!(matches!(examine(folder.path()), Err(MetadataError::NotRegular { .. })));
    let missing = examine(&folder.path().join("a.jpg"));
    assert!(matches!(missing, Err(MetadataError::Missing { .. })));
}
