//! The pixels are real where the kind says so, and the same calls give the same bytes.

use std::io::Cursor;

use image::{DynamicImage, ImageReader};
use sample_pictures::{Exif, Iptc, Kind, Picture, Xmp};

fn decoded(bytes: Vec<u8>) -> DynamicImage {
    ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().decode().unwrap()
}

/// The still kinds that the `image` crate is built to read here.
fn readable() -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| kind.decodes() && !kind.is_video() && !matches!(kind, Kind::Bmp | Kind::Dng))
}

#[test]
fn still_pictures_decode_to_their_size() {
    for kind in readable() {
        let image = decoded(Picture::new(kind).size(50, 30).seed(1).build());

        assert_eq!((image.width(), image.height()), (50, 30), "{kind:?}");
    }
}

#[test]
fn lossless_kinds_show_the_same_picture() {
    let png = decoded(Picture::new(Kind::Png).seed(5).build()).into_rgb8();

    for kind in [Kind::WebpLossless, Kind::WebpExtended, Kind::Tiff] {
        assert_eq!(decoded(Picture::new(kind).seed(5).build()).into_rgb8(), png, "{kind:?}");
    }
}

#[test]
fn metadata_does_not_touch_the_pixels() {
    for kind in readable().filter(|kind| kind.holds_exif()) {
        let plain = Picture::new(kind).seed(5);
        let mut told = plain.clone().exif(Exif::new().image_description("x")).xmp(Xmp::new().rating(1));
        if kind.holds_iptc() {
            told = told.iptc(Iptc::new().keyword("x"));
        }

        assert_eq!(decoded(plain.build()), decoded(told.build()), "{kind:?}");
    }
}

#[test]
fn a_trailer_does_not_stop_a_decoder() {
    for kind in readable() {
        decoded(Picture::new(kind).trailer(vec![7; 99]).build());
    }
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    for kind in Kind::ALL {
        let make = |seed| Picture::new(kind).seed(seed).build();

        assert_eq!(make(4), make(4), "{kind:?}");
        assert_ne!(make(4), make(5), "{kind:?}");
    }
}

#[test]
fn a_default_picture_takes_little_room() {
    for kind in Kind::ALL {
        let size = Picture::new(kind).build().len();

        assert!(size < 16 * 1024, "{kind:?} has {size} bytes");
    }
}
