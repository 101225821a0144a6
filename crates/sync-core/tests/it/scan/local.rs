//! What a scan makes of folders.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use photo_similarity::Class;
use sample_pictures::{Exif, Kind, Picture};
use sync_core::organize::SkipKind;

use super::lab::{Lab, plant, scene};

#[test]
fn copies_in_folders_are_found_and_unchanged_files_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let paths = plant(
        folder.path(),
        &[
            ("2019/a.jpg", scene(1, 800, 600)),
            ("copies/a small.jpg", scene(1, 400, 300)),
            ("copies/a.jpg", scene(1, 800, 600)),
            ("b.jpg", scene(2, 800, 600)),
        ],
    );
    let lab = Lab::folder(folder.path());

    let (first, _) = lab.scan(&[]);
    let groups = lab.groups();
    // Other bytes under the same size, time and number: only who opens the file would notice.
    let about = std::fs::metadata(&paths["b.jpg"]).unwrap();
    let length = usize::try_from(about.len()).unwrap();
    std::fs::write(&paths["b.jpg"], vec![0; length]).unwrap();
    std::fs::File::open(&paths["b.jpg"]).unwrap().set_modified(about.modified().unwrap()).unwrap();
    let (second, _) = lab.scan(&[]);

    assert_eq!((first.seen, first.looked_at), (4, 4));
    assert_eq!((second.seen, second.remembered), (4, 4));
    assert_eq!(lab.groups(), groups);
    assert_eq!((groups.len(), groups[0].class, groups[0].members.len()), (1, Class::Duplicate, 3));
    assert_eq!(groups[0].members[0].width, Some(800));
}

#[test]
fn the_same_bytes_are_exact_whatever_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let movie = Picture::new(Kind::Mp4).seed(3).build();
    let plain = Picture::new(Kind::Png).size(1, 1).build();
    plant(
        folder.path(),
        &[
            ("a.mp4", movie.clone()),
            ("b/a copy.mp4", movie),
            ("c.mp4", Picture::new(Kind::Mp4).seed(4).build()),
            ("dot.png", plain.clone()),
            ("dot2.png", plain),
        ],
    );
    let lab = Lab::folder(folder.path());

    let (summary, _) = lab.scan(&[]);
    let groups = lab.sorted_names();
    let (again, _) = lab.scan(&[]);

    assert_eq!(summary.skipped[&SkipKind::Video], 3);
    let names = |names: [&str; 2]| (Class::Exact, names.map(str::to_owned).to_vec());
    assert_eq!(groups, [names(["a copy.mp4", "a.mp4"]), names(["dot.png", "dot2.png"])]);
    assert_eq!(lab.sorted_names(), groups, "digests are remembered");
    assert_eq!(again.seen, 5);
}

#[test]
fn folders_of_systems_links_and_what_is_no_file_have_no_part() {
    let folder = tempfile::tempdir().unwrap();
    let picture = || scene(1, 400, 300);
    plant(
        folder.path(),
        &[
            ("photos/a.jpg", picture()),
            ("photos/@eaDir/a.jpg/thumb.jpg", picture()),
            ("#recycle/a.jpg", picture()),
            (".Trash-1000/files/a.jpg", picture()),
            ("photos/._a.jpg", picture()),
            ("photos/notes.txt", b"text".to_vec()),
            ("photos/unknown", b"neither".to_vec()),
        ],
    );
    symlink(folder.path().join("photos"), folder.path().join("photos/loop")).unwrap();
    symlink(folder.path().join("photos/a.jpg"), folder.path().join("photos/link.jpg")).unwrap();
    std::fs::hard_link(folder.path().join("photos/a.jpg"), folder.path().join("photos/b.jpg")).unwrap();
    let pipe = folder.path().join("photos/pipe.jpg");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut lab = Lab::folder(folder.path());
    lab.options.source = sync_core::organize::SourceChoice::Local(vec![
        folder.path().to_owned(),
        folder.path().join("photos"),
    ]);

    let (summary, _) = lab.scan(&[]);
    let (again, _) = lab.scan(&[]);

    assert_eq!((summary.seen, summary.looked_at, summary.skipped[&SkipKind::SameFile]), (2, 1, 1));
    assert_eq!((again.remembered, again.groups_in_all()), (1, 0));
    assert!(summary.is_clean());
}

#[test]
fn names_may_be_any_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for name in [&b"\xff\xfe.jpg"[..], b"new\nline.jpg", "\u{202e}gpj.jpg".as_bytes()] {
        std::fs::write(folder.path().join(OsStr::from_bytes(name)), scene(1, 400, 300)).unwrap();
    }
    let lab = Lab::folder(folder.path());

    lab.scan(&[]);

    let group = lab.groups().remove(0);
    assert_eq!((group.class, group.members.len()), (Class::Exact, 3));
    assert!(group.members.iter().all(|member| member.place.file().unwrap().exists()));
}

#[test]
fn a_folder_that_cannot_be_read_is_named_and_the_rest_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a.jpg", scene(1, 400, 300)), ("b.jpg", scene(1, 800, 600))]);
    let mut lab = Lab::folder(folder.path());
    let missing = PathBuf::from("/nowhere/at/all");
    lab.options.source = sync_core::organize::SourceChoice::Local(vec![missing, folder.path().to_owned()]);

    let (summary, told) = lab.scan(&[]);

    assert_eq!((summary.unreadable, summary.seen, lab.groups().len()), (1, 2, 1));
    assert!(!summary.is_clean() && !summary.listing_complete);
    assert!(told.warnings.iter().any(|text| text.contains("/nowhere/at/all")), "{told:?}");
}

#[test]
fn a_folder_that_is_empty_all_of_a_sudden_keeps_its_groups() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("p/a.jpg", scene(1, 400, 300)), ("p/b.jpg", scene(1, 800, 600))]);
    let lab = Lab::folder(folder.path());
    lab.scan(&[]);
    std::fs::remove_dir_all(folder.path().join("p")).unwrap();

    let (summary, _) = lab.scan(&[]);

    assert!(summary.groups_kept && lab.groups().len() == 1);
}

#[test]
fn a_raw_file_and_its_picture_are_one_shot_and_a_live_photo_has_its_video() {
    let folder = tempfile::tempdir().unwrap();
    plant(
        folder.path(),
        &[
            ("IMG_1.DNG", Picture::new(Kind::Dng).seed(5).build()),
            ("IMG_1.JPG", scene(5, 400, 300)),
            ("IMG_2.jpg", scene(6, 800, 600)),
            ("IMG_2.mov", Picture::new(Kind::Mov).build()),
            ("old/IMG_2.jpg", scene(6, 400, 300)),
        ],
    );
    let lab = Lab::folder(folder.path());

    let (summary, _) = lab.scan(&[]);

    assert_eq!((summary.skipped[&SkipKind::Raw], summary.skipped[&SkipKind::Video]), (1, 1));
    let groups = lab.groups();
    assert_eq!(groups.len(), 1, "{:?}", lab.names());
    assert!(groups[0].members[0].live_video.as_ref().unwrap().ends_with("IMG_2.mov"));
    assert_eq!(groups[0].members[1].live_video, None);
}

/// A DNG with this picture in it, whose first directory says so.
fn dng(jpeg: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let length = u32::try_from(jpeg.len()).unwrap();
    let directory = [
        entry(0x0103, 3, 1, 7),
        entry(0x0111, 4, 1, 8 + 2 + 4 * 12 + 4),
        entry(0x0117, 4, 1, length),
        entry(0xc612, 1, 4, 0x0000_0401),
    ];
    [b"II*\0\x08\0\0\0\x04\0".as_slice(), &directory.concat(), &[0; 4], jpeg].concat()
}

#[test]
fn raw_files_are_compared_by_the_picture_in_them_and_are_copies_of_raw_files_only() {
    let folder = tempfile::tempdir().unwrap();
    plant(
        folder.path(),
        &[
            ("a/IMG_1.dng", dng(&scene(5, 800, 600))),
            ("b/other.dng", dng(&scene(5, 400, 300))),
            ("c/export.jpg", scene(5, 800, 600)),
            ("c/small.jpg", scene(5, 400, 300)),
        ],
    );
    let lab = Lab::folder(folder.path());

    for looked_at in [4, 0] {
        let (summary, told) = lab.scan(&[]);

        assert_eq!((summary.looked_at, summary.skipped.len()), (looked_at, 0), "{told:?}");
        let sets: Vec<Vec<(String, u16)>> = lab
            .groups()
            .iter()
            .map(|group| group.members.iter().map(|member| (member.name.clone(), member.set)).collect())
            .collect();
        assert_eq!(sets.len(), 1, "they look alike: {sets:?}");
        let raws: Vec<u16> =
            sets[0].iter().filter(|(name, _)| name.ends_with("dng")).map(|(_, set)| *set).collect();
        let pictures: Vec<u16> =
            sets[0].iter().filter(|(name, _)| name.ends_with("jpg")).map(|(_, set)| *set).collect();
        assert!(raws[0] == raws[1] && pictures[0] == pictures[1] && raws[0] != pictures[0], "{sets:?}");
    }
}

#[test]
fn shots_of_one_camera_at_different_times_are_no_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    // Not quite the same: equal pixels are one exposure, whatever is said of them.
    let shot = |second: &str, width| {
        let exif = Exif::new().camera("Canon", "EOS 6D").taken(format!("2024:07:01 12:00:{second}"));
        Picture::new(Kind::Jpeg).seed(77).size(width, 300).exif(exif).build()
    };
    plant(folder.path(), &[("IMG_0001.JPG", shot("01", 400)), ("IMG_0002.JPG", shot("09", 402))]);
    let lab = Lab::folder(folder.path());

    for _ in 0..2 {
        lab.scan(&[]);
        assert!(lab.groups().iter().all(|group| group.class > Class::Duplicate), "{:?}", lab.names());
    }

    assert_eq!(lab.groups()[0].members[0].camera.as_deref(), Some("Canon EOS 6D"));
    assert!(lab.groups()[0].members.iter().all(|member| member.taken.is_some()));
}

#[test]
fn a_file_with_the_wrong_extension_is_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a.png", scene(1, 400, 300)), ("b.jpg", scene(1, 800, 600))]);
    let lab = Lab::folder(folder.path());

    lab.scan(&[]);

    let formats: Vec<_> = lab.groups()[0].members.iter().map(|member| member.format.unwrap()).collect();
    assert_eq!(formats, [photo_similarity::Format::Jpeg; 2]);
}
