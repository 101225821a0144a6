//! What a container cannot hold is refused, not left out in silence.

use sample_pictures::{Exif, HeifLayout, Iptc, Kind, Picture, PictureError, Xmp};

fn refused(picture: &Picture) -> bool {
    matches!(picture.try_build(), Err(PictureError::CannotHold { .. }))
}

#[test]
fn each_kind_refuses_exactly_what_it_says_it_cannot_hold() {
    for kind in Kind::ALL {
        let picture = || Picture::new(kind);

        assert_eq!(refused(&picture().exif(Exif::new().rating(1))), !kind.holds_exif(), "{kind:?}");
        assert_eq!(refused(&picture().xmp(Xmp::new())), !kind.holds_xmp(), "{kind:?}");
        assert_eq!(refused(&picture().iptc(Iptc::new())), !kind.holds_iptc(), "{kind:?}");
        assert_eq!(refused(&picture().mpf([0xff])), kind != Kind::Jpeg, "{kind:?}");
    }
}

#[test]
fn a_segment_that_is_too_long_is_an_error() {
    let picture = Picture::new(Kind::Jpeg).exif(Exif::new().maker_note(vec![0; 70_000]));

    assert!(matches!(picture.try_build(), Err(PictureError::TooLong { what: "EXIF", .. })));
}

#[test]
fn a_mirrored_item_and_an_old_table_with_idat_are_refused() {
    let layout = HeifLayout { iloc_version: 0, exif_in_idat: true, ..HeifLayout::default() };

    assert!(refused(&Picture::new(Kind::Heic).orientation(2)));
    assert!(refused(&Picture::new(Kind::Heic).heif(layout)));
}

#[test]
fn a_file_in_a_place_that_is_no_folder_is_a_lasting_error() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();

    let error = Picture::new(Kind::Jpeg).write_to(file.join("a.jpg")).unwrap_err();

    assert!(!error.is_transient());
    assert!(error.to_string().contains("a.jpg"), "{error}");
}
