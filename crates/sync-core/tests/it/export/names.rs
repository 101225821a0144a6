//! Names: stable, safe, and each its own.

use sample_pictures::{AppleAlbum, ApplePhoto};
use sync_core::export::Template;

use super::bench::{Bench, photo};

fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

#[test]
fn two_of_one_name_get_numbers_that_stay_when_one_of_them_goes() {
    let mut live = photo("c", "img_1.HEIC");
    live.live = Some(sample_pictures::AppleFile::default());
    let mut bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_1.JPG"), live]);
    bench.run();
    let files = bench.files();

    bench.change(|made| drop(made.photos.remove(0)));
    let (summary, _) = bench.run();

    assert_eq!(
        bench.names(),
        ["IMG_1 (1).JPG", "IMG_1.JPG", "img_1 (2).HEIC", "img_1 (2).mov"]
            .map(|name| format!("2024/05/{name}"))
    );
    assert_eq!((summary.done(), summary.stays), (0, 1));
    assert_eq!(bench.files(), files);
}

#[test]
fn hostile_names_stay_in_the_destination() {
    let titles =
        ["../../evil", "/etc/passwd", "a\u{0}b\nc", "..", ".", "", &"\u{1f600}".repeat(200), "a/../../b"];
    let photos = titles.iter().enumerate().map(|(number, title)| ApplePhoto {
        title: Some((*title).to_owned()),
        ..photo(&format!("k{number}"), "IMG.JPG")
    });
    let mut bench = Bench::new(photos);
    bench.options.folder = template("{title}/{title}");
    bench.options.name = Some(template("{title}"));

    let (summary, told) = bench.run();

    assert_eq!((summary.written, summary.failed), (8, 0), "{told:?}");
    assert_eq!(bench.files().len(), 8);
    let beside: Vec<_> =
        std::fs::read_dir(bench.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
    assert_eq!(bench.run().0.done(), 0);
}

#[test]
fn several_albums_are_several_folders_and_a_removed_album_is_told() {
    let mut bench = Bench::new([photo("a", "IMG_1.JPG"), photo("b", "IMG_2.JPG")]);
    bench.change(|made| {
        made.albums = vec![
            AppleAlbum {
                key: "x".into(),
                title: "Rome".into(),
                folders: vec!["Trips".into()],
                photos: vec![0],
                ..AppleAlbum::default()
            },
            AppleAlbum { key: "y".into(), title: "Best".into(), photos: vec![0], ..AppleAlbum::default() },
        ];
    });
    bench.options.folder = template("{folder_album,none}");

    bench.run();
    let names = bench.names();
    bench.change(|made| drop(made.albums.remove(1)));
    let (summary, _) = bench.run();

    assert_eq!(names, ["Best/IMG_1.JPG", "Trips/Rome/IMG_1.JPG", "none/IMG_2.JPG"]);
    assert_eq!((summary.done(), summary.stays), (0, 1));
}

#[test]
fn the_edited_version_can_have_a_folder_and_a_name_of_its_own() {
    let mut edited = photo("a", "IMG_1.JPG");
    (edited.edited, edited.render) = (Some(1_714_600_000.0), Some(sample_pictures::AppleFile::default()));
    let mut bench = Bench::new([edited]);
    bench.options.folder = template("{edited_version?edited,originals}");
    bench.options.edited_suffix = "-e".to_owned();

    bench.run();

    assert_eq!(bench.names(), ["edited/IMG_1-e.jpeg", "originals/IMG_1.JPG"]);
}
