//! Two photos of one name stay two, whatever their times and sizes; and what changes beside a photo arrives.

use std::time::{Duration, SystemTime};

use sample_pictures::{Exif, Kind, Picture};

use super::stand::Stand;
use crate::place::Said;

/// A JPEG that was taken at this second.
fn photo(seed: u64, second: u32, size: u32) -> Vec<u8> {
    let taken = format!("2021:03:04 05:06:{second:02}");
    Picture::new(Kind::Jpeg).size(size, size).seed(seed).exif(Exif::new().taken(taken.as_str())).build()
}

#[test]
fn two_photos_of_one_name_three_seconds_apart_are_two_whatever_their_sizes_and_order() {
    for apart in [0, 3] {
        for (first, second) in [(16, 64), (64, 16), (32, 32)] {
            let stand = Stand::that_reads(1);
            let root = stand.folder.path().join("photos");
            let (one, two) = (photo(1, 7, first), photo(2, 7 + apart, second));
            stand.file("photos/a/IMG_0001.JPG", &one);
            Said::by(&mut stand.folder(&root, &[])).ended_with(0);
            stand.file("photos/b/IMG_0001.JPG", &two);

            let said = Said::by(&mut stand.folder(&root, &["--json"])).ended_with(0).last();

            assert_eq!(said["uploaded"], 1, "{said}");
            let arrived = stand.arrived();
            assert!(arrived.contains_key(&one) && arrived.contains_key(&two) && arrived.len() == 2);
            assert_eq!(stand.sandbox.views().len(), 2, "nothing is in the trash");
            assert!(stand.sandbox.stacks().is_empty());
        }
    }
}

#[test]
fn photos_of_one_moment_make_no_stack_unless_asked() {
    let stand = Stand::with(1);
    let root = stand.folder.path().join("photos");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let names = [
        "IMG_0001.JPG",
        "IMG_0001-edited.JPG",
        "IMG_0001(1).JPG",
        "IMG_0002.JPG",
        "IMG_0002.DNG",
        "IMG_0002.HEIC",
        "PXL_20210704_000000001.RAW-01.COVER.jpg",
        "PXL_20210704_000000001.RAW-02.ORIGINAL.dng",
    ];
    for (seed, name) in (0..).zip(names) {
        let path = stand.file(&format!("photos/{name}"), &photo(seed, 7, 16));
        std::fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }

    Said::by(&mut stand.folder(&root, &[])).ended_with(0);

    assert_eq!((stand.arrived().len(), stand.sandbox.stacks().len()), (names.len(), 0));
}

/// A sidecar with this caption and one tag.
fn sidecar(caption: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' \
         xmp:Rating='4'><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>{caption}</rdf:li></rdf:Alt>\
         </dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
}

#[test]
fn a_sidecar_that_changes_later_arrives_without_the_photo() {
    for name in ["a.jpg.xmp", "a.xmp"] {
        let stand = Stand::that_reads(1);
        let root = stand.folder.path().join("photos");
        stand.file("photos/a.jpg", &photo(1, 7, 16));
        stand.file(&format!("photos/{name}"), sidecar("first").as_bytes());
        Said::by(&mut stand.folder(&root, &[])).ended_with(0);
        let (caption, rating) = (stand.there()[0].description.clone(), stand.there()[0].rating);
        assert_eq!((caption.as_deref(), rating), (Some("first"), Some(4)));
        stand.file(&format!("photos/{name}"), sidecar("second").as_bytes());
        stand.sandbox.clear_requests();

        let said = Said::by(&mut stand.folder(&root, &["--json"])).ended_with(0).last();

        assert_eq!(stand.there()[0].description.as_deref(), Some("second"), "{said}");
        assert_eq!(
            (&said["updated"], &said["bytes_read"], &said["uploaded"]),
            (&1.into(), &0.into(), &0.into())
        );
        assert!(
            stand
                .sandbox
                .writes()
                .iter()
                .all(|request| request.path != "/api/assets" || request.method != "POST")
        );
    }
}

#[test]
fn a_sidecar_that_comes_later_arrives_too() {
    let stand = Stand::that_reads(1);
    let root = stand.folder.path().join("photos");
    stand.file("photos/a.jpg", &photo(1, 7, 16));
    Said::by(&mut stand.folder(&root, &[])).ended_with(0);
    stand.file("photos/a.jpg.xmp", sidecar("late").as_bytes());

    Said::by(&mut stand.folder(&root, &[])).ended_with(0);

    assert_eq!(stand.there()[0].description.as_deref(), Some("late"));
    assert_eq!(stand.there().len(), 1);
}
