//! Files that are broken, lie, or explode.

use sample_pictures::{Kind, Picture};

use super::lab::{Lab, plant, scene};

#[test]
fn broken_and_lying_files_are_skipped_with_a_reason_each() {
    let folder = tempfile::tempdir().unwrap();
    let picture = scene(1, 400, 300);
    let mut huge = Picture::new(Kind::Png).size(8, 8).build();
    // Width and height of the header chunk.
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    plant(
        folder.path(),
        &[
            ("good.jpg", picture.clone()),
            ("cut.jpg", picture[..picture.len() / 2].to_vec()),
            ("head.jpg", picture[..20].to_vec()),
            ("huge.png", huge),
            ("text.jpg", b"this is no picture".to_vec()),
            ("empty.HEIC", Vec::new()),
            ("sidecar.png", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".to_vec()),
            ("notes.txt", b"neither a picture nor named like one".to_vec()),
            ("odd.jxl", Picture::new(Kind::Jxl).build()),
        ],
    );
    let lab = Lab::folder(folder.path());

    let (summary, told) = lab.scan(&[]);
    let (again, told_again) = lab.scan(&[]);

    assert_eq!(summary.looked_at, 1, "{told:?}");
    assert_eq!((summary.failed, summary.skipped_in_all()), (0, 7), "{told:?}");
    assert_eq!(summary.troubled(), 7);
    assert!(told.not_compared.iter().all(|(_, code, why)| code.is_some() && !why.is_empty()));
    assert_eq!((again.looked_at, again.skipped), (0, summary.skipped), "remembered, and told again");
    assert_eq!(told_again.not_compared.len(), 7);
}

#[test]
fn a_folder_of_broken_files_is_scanned_to_its_end() {
    let shared = match std::env::var_os("IMMICH_SYNC_SHARED") {
        Some(shared) => std::path::PathBuf::from(shared),
        None => std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let corpus = shared.join("corpus/broken");
    if !corpus.is_dir() {
        eprintln!(
            "SKIPPED a_folder_of_broken_files_is_scanned_to_its_end: no shared folder at {}",
            shared.display()
        );
        return;
    }
    let lab = Lab::folder(&corpus);

    let (summary, told) = lab.scan(&[]);

    assert!(summary.seen > 0 && summary.adds_up(), "{summary:?}");
    assert_eq!(summary.failed, 0, "{told:?}");
}
