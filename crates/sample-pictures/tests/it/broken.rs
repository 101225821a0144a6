//! Damage is where it was asked for and nowhere else.

use sample_pictures::{Kind, Picture, damaged, truncated, with_zeros_at_the_end, without_end_of_image};

fn jpeg() -> Vec<u8> {
    Picture::new(Kind::Jpeg).seed(2).build()
}

#[test]
fn damage_keeps_the_start_of_the_file() {
    let whole = jpeg();
    let half = whole.len() / 2;

    for broken in [
        truncated(whole.clone(), 0.6),
        with_zeros_at_the_end(whole.clone(), 0.6),
        without_end_of_image(whole.clone()),
        damaged(whole.clone(), whole.len() - 9),
    ] {
        assert_ne!(broken, whole);
        assert_eq!(broken[..half], whole[..half]);
    }
}

#[test]
fn a_jpeg_without_its_end_has_no_end_marker() {
    assert!(!without_end_of_image(jpeg()).windows(2).any(|pair| pair == [0xff, 0xd9]));
}

#[test]
fn a_jpeg_may_have_the_name_of_something_else() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("photo.heic");

    Picture::new(Kind::Jpeg).write_to(&path).unwrap();

    assert!(std::fs::read(path).unwrap().starts_with(&[0xff, 0xd8, 0xff]));
}
