//! Parts of one shot stay together: no half of a pair goes that is not also beside the photo that is kept.

use sample_pictures::{Kind, Picture};

use super::lab::{Desk, reasons};
use crate::scan::lab::scene;

fn movie(seed: u64) -> Vec<u8> {
    Picture::new(Kind::Mp4).seed(seed).build()
}

#[test]
fn both_halves_of_a_live_photo_go_where_both_are_beside_the_keeper() {
    let desk = Desk::new(&[
        ("keep/IMG_1.jpg", scene(1, 80, 60)),
        ("keep/IMG_1.mp4", movie(1)),
        ("old/IMG_1.jpg", scene(1, 80, 60)),
        ("old/IMG_1.mp4", movie(1)),
    ]);

    let (summary, heard) = desk.go();

    assert_eq!(summary.total.done, 2, "{heard:?}");
    assert_eq!(desk.in_trash(), ["IMG_1.jpg", "IMG_1.mp4"]);
    desk.undo(summary.run.unwrap());
    assert_eq!(desk.tree().len(), 4);
}

#[test]
fn a_photo_with_a_moving_part_stays_where_the_keeper_has_none_or_another() {
    for other in [None, Some(movie(2))] {
        let mut files = vec![
            ("keep/IMG_1.jpg", scene(1, 80, 60)),
            ("old/IMG_1.jpg", scene(1, 80, 60)),
            ("old/IMG_1.MP4", movie(1)),
        ];
        files.extend(other.map(|other| ("keep/IMG_1.MP4", other)));
        let desk = Desk::new(&files);

        let (summary, heard) = desk.go();

        assert_eq!((summary.total.done, desk.in_trash().len()), (0, 0));
        assert!(reasons(&heard)["IMG_1.jpg"].contains("`IMG_1.MP4`"), "{heard:?}");
    }
}

#[test]
fn keepers_on_two_sides_never_tear_a_pair_apart() {
    let mut desk = Desk::new(&[
        ("one/IMG_1.jpg", scene(1, 80, 60)),
        ("one/IMG_1.mp4", movie(1)),
        ("two/IMG_1.jpg", scene(1, 80, 60)),
        ("two/IMG_1.mp4", movie(1)),
    ]);
    // The photo of one folder is kept, and the video of the other.
    desk.lab.options.prefer_places =
        ["one/IMG_1.jpg", "two/IMG_1.mp4"].map(|name| desk.path(name).display().to_string()).into();

    let (summary, heard) = desk.go();

    let left = desk.tree();
    let folder_is_whole = |folder: &str| {
        ["IMG_1.jpg", "IMG_1.mp4"].iter().all(|name| left.contains_key(&desk.path(folder).join(name)))
    };
    assert!(folder_is_whole("one") || folder_is_whole("two"), "{:?} {heard:?}", left.keys());
    assert_eq!((summary.total.done, left.len()), (1, 3));
}

#[test]
fn a_jpeg_goes_and_leaves_the_sidecar_that_may_be_of_its_raw_file() {
    let raw = Picture::new(Kind::Tiff).seed(9).build();
    let desk = Desk::new(&[
        ("keep/IMG_1.jpg", scene(1, 80, 60)),
        ("keep/IMG_1.nef", raw.clone()),
        ("old/IMG_1.jpg", scene(1, 80, 60)),
        ("old/IMG_1.nef", raw),
        ("old/IMG_1.xmp", b"whose?".to_vec()),
        ("old/IMG_1.jpg.xmp", b"of the jpeg".to_vec()),
    ]);

    let (summary, heard) = desk.go();

    assert_eq!(summary.total.done, 2, "{heard:?}");
    let trash = desk.in_trash();
    assert!(trash.contains(&"IMG_1.jpg.xmp".to_owned()), "{trash:?}");
    // Once the first half is gone, it is clear whose it is.
    assert_eq!(trash.len(), 4, "{trash:?}");
    desk.undo(summary.run.unwrap());
    assert_eq!(desk.tree().len(), 6);
}
