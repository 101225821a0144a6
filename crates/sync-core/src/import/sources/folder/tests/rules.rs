//! What belongs together, what is left out, and what is said of a photo.

use std::os::unix::fs::symlink;

use super::super::FolderAlbums;
use super::*;
use crate::import::sources::live::tests::{picture, video};
use crate::import::{AlbumKey, HiddenRule, Kin, Origin};

const APPLE: &str = "2B1D4F60-0000-4000-8000-1234567890AB";

fn xmp(inside: &str) -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/'>{inside}</rdf:Description></rdf:RDF>\
         </x:xmpmeta>"
    )
    .into_bytes()
}

#[test]
fn files_of_systems_are_passed_over_with_a_reason() {
    let root = tree(&[
        ("a.jpg", b"1"),
        (".DS_Store", b"x"),
        ("._a.jpg", b"x"),
        ("Thumbs.db", b"x"),
        ("SYNOFILE_THUMB_M.jpg", b"x"),
        ("@eaDir/a.jpg", b"x"),
        ("#recycle/b.jpg", b"x"),
        ("x/.photostructure/c.jpg", b"x"),
        ("x/Previews.lrdata/d.jpg", b"x"),
        ("notes.txt", b"x"),
    ]);

    let told = told(root.path());

    assert_told_once(root.path(), &told);
    assert_eq!(told.names(), ["a.jpg"]);
    let banned = told.passed.values().filter(|kind| **kind == SkipKind::Banned).count();
    assert_eq!((banned, told.skip("notes.txt")), (8, Some(SkipKind::NotMedia)));
    assert!(told.listing.is_complete);
}

#[test]
fn links_are_not_followed_and_no_folder_is_listed_twice() {
    let root = tree(&[("a/a.jpg", b"1")]);
    symlink(root.path().join("a"), root.path().join("link")).unwrap();
    symlink(root.path(), root.path().join("a/loop")).unwrap();
    symlink(root.path().join("a/a.jpg"), root.path().join("b.jpg")).unwrap();
    let roots = vec![root.path().join("a"), root.path().to_owned(), root.path().join("link")];

    let told = list(&FolderSource::new(FolderOptions::new(roots)).unwrap());

    assert_eq!((told.items.len(), told.passed.len()), (1, 3));
    assert_told_once(root.path(), &told);
}

#[test]
fn what_is_not_there_makes_the_listing_incomplete() {
    let root = tree(&[("a/a.jpg", b"1"), ("empty/", b"")]);
    for missing in ["gone", "empty"] {
        let roots = vec![root.path().join("a"), root.path().join(missing)];

        let told = list(&FolderSource::new(FolderOptions::new(roots)).unwrap());

        assert!(!told.listing.is_complete && told.troubles.len() == 1, "{missing}");
        assert_eq!(told.items.len(), 1);
    }
}

#[test]
fn an_empty_file_is_an_item_that_the_ledger_still_sees() {
    let root = tree(&[("a.jpg", b"")]);

    assert_eq!(told(root.path()).item("a.jpg").media.size, 0);
}

#[test]
fn halves_of_a_live_photo_are_one_item_only_by_their_identifier() {
    let other = APPLE.replace('2', "3");
    let root = tree(&[
        ("a.HEIC", &picture(APPLE)),
        ("a.MOV", &video(APPLE)),
        ("a.MOV.xmp", &xmp("")),
        ("b.JPG", &picture(APPLE)),
        ("b.MOV", &video(&other)),
        ("c.jpg", b"no identifier"),
        ("c.mp4", b"none either"),
    ]);

    let told = told(root.path());

    assert_told_once(root.path(), &told);
    assert_eq!(told.names(), ["a.HEIC", "b.JPG", "b.MOV", "c.jpg", "c.mp4"]);
    assert_eq!(told.item("a.HEIC").motion.as_ref().unwrap().name, "a.MOV");
    assert_eq!(told.skip("a.MOV.xmp"), Some(SkipKind::Orphan));
}

#[test]
fn a_pair_that_the_ledger_knows_is_not_opened_again() {
    let root = tree(&[
        ("a.HEIC", b"no identifier"),
        ("a.MOV", b"none"),
        ("b.HEIC", &picture(APPLE)),
        ("b.MOV", &video(APPLE)),
    ]);
    let source = source(root.path(), |_| {});
    let id = |name: &str| {
        ItemId::of("folder", root.path().canonicalize().unwrap().join(name).as_os_str().as_bytes())
    };
    let known = [id("a.HEIC"), id("a.HEIC").of_motion(), id("b.HEIC"), id("b.MOV")];

    let told = list_knowing(&source, &|item| known.contains(&item));

    assert_eq!(told.names(), ["a.HEIC", "b.HEIC", "b.MOV"]);
}

#[test]
fn the_moving_half_of_a_pixel_photo_goes_with_it() {
    let root = tree(&[("PXL_1.MP", b"1"), ("PXL_1.MP.jpg", b"2"), ("PXL_2.MP", b"3")]);

    let told = told(root.path());

    assert_eq!(told.names(), ["PXL_1.MP.jpg", "PXL_2.MP.mp4"]);
    assert_eq!(told.item("PXL_1.MP.jpg").motion.as_ref().unwrap().name, "PXL_1.MP.mp4");
}

#[test]
fn everything_beside_a_photo_is_said_of_it() {
    let root = tree(&[
        ("a.jpg", b"1"),
        ("a.jpg.xmp", &xmp("<xmp:Rating>4</xmp:Rating>")),
        ("a.jpg.json", br#"{"description":"from JSON","rating":2,"albums":[{"title":"Listed"}]}"#),
        (".picasa.ini", b"[a.jpg]\nstar=yes\ncaption=from Picasa\n"),
    ]);
    let source = source(root.path(), |_| {});

    let told = list(&source);
    let facts = facts(&source, &told, "a.jpg");

    assert_eq!((facts.rating, facts.is_favourite), (Some(4), Some(true)));
    assert_eq!(facts.description.as_deref(), Some("from JSON"));
    assert!(facts.sidecar.is_some());
    let album = source.album(facts.albums.first().unwrap()).unwrap();
    assert_eq!(album.title, "Listed");
    assert_eq!(told.skip(".picasa.ini"), Some(SkipKind::Used));
    assert_told_once(root.path(), &told);
}

#[test]
fn a_broken_sidecar_is_named_and_its_photo_is_taken_without_it() {
    let root = tree(&[("a.jpg", b"1"), ("a.jpg.json", b"{"), ("b.jpg", b"2"), ("b.xmp", b"no XMP")]);
    let source = source(root.path(), |_| {});

    let told = list(&source);

    assert_eq!((told.items.len(), told.troubles.len()), (2, 2));
    assert!(told.listing.is_complete, "no photo is hidden");
    assert_eq!(facts(&source, &told, "a.jpg"), Facts::default());
    assert_told_once(root.path(), &told);
}

#[test]
fn lists_of_an_icloud_export_are_honoured() {
    let details = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate\n\
        a.HEIC,A,yes,no,no,\"Saturday December 4,2021 11:13 AM GMT\"\nb.HEIC,B,no,yes,no,\nc.HEIC,C,no,no,yes,\n";
    let root = tree(&[
        ("Part 1/Photos/a.HEIC", b"1"),
        ("Part 1/Photos/b.HEIC", b"2"),
        ("Part 1/Photos/c.HEIC", b"3"),
        ("Part 1/Photos/Photo Details.csv", details.as_bytes()),
        ("Part 1/Albums/Sea.csv", b"Images\na.HEIC\n"),
        ("Part 2/Photos/a.HEIC", b"4"),
        ("Part 2/Photos/Photo Details-1.csv", b"imgName,favorite\na.HEIC,no\n"),
    ]);
    let honest = source(root.path(), |_| {});
    let told = list(&honest);

    assert_eq!(told.items.len(), 2);
    assert_eq!(told.skip("Photos/b.HEIC"), Some(SkipKind::Hidden));
    assert_eq!(told.skip("Photos/c.HEIC"), Some(SkipKind::TrashedThere));
    let one = facts(&honest, &told, "Part 1/Photos/a.HEIC");
    assert_eq!((one.is_favourite, one.taken.unwrap().origin), (Some(true), Origin::Index));
    assert_eq!(honest.album(one.albums.first().unwrap()).unwrap().title, "Sea");
    let other = facts(&honest, &told, "Part 2/Photos/a.HEIC");
    assert_eq!((other.is_favourite, other.albums.len()), (Some(false), 0));

    let all = source(root.path(), |options| {
        options.hidden = HiddenRule::Archive;
        options.trashed = true;
    });
    let told = list(&all);
    assert_eq!(facts(&all, &told, "Part 1/Photos/b.HEIC").is_archived, Some(true));
    assert_eq!(told.items.len(), 4);
    assert_told_once(root.path(), &told);
}

#[test]
fn folders_become_albums_and_tags_as_asked() {
    let root = tree(&[("2019/Xmas/a.jpg", b"1"), ("2020/Xmas/b.jpg", b"2"), ("2020/Sea/c.jpg", b"3")]);
    let titles = |albums: FolderAlbums| {
        let source = source(root.path(), |options| {
            options.albums = albums;
            options.folder_tags = true;
        });
        let told = list(&source);
        let of = |name: &str| {
            let facts = facts(&source, &told, name);
            assert!(facts.tags.iter().all(|tag| tag.starts_with("20")), "{facts:?}");
            facts.albums.first().map(|key: &AlbumKey| (key.clone(), source.album(key).unwrap().title))
        };
        ["a.jpg", "b.jpg", "c.jpg"].map(of)
    };

    let [one, two, three] = titles(FolderAlbums::Folder).map(Option::unwrap);
    assert_ne!(one, two);
    assert!(one.1.ends_with("2019 / Xmas") && two.1.ends_with("2020 / Xmas") && three.1 == "Sea");
    let paths = titles(FolderAlbums::Path).map(|album| album.unwrap().1);
    assert_eq!(paths, ["2019 / Xmas", "2020 / Xmas", "2020 / Sea"]);
    assert_eq!(titles(FolderAlbums::None), [None, None, None]);
}

#[test]
fn a_date_in_a_name_is_the_last_resort() {
    let root = tree(&[("IMG_20200131_121314.jpg", b"1")]);
    let with = source(root.path(), |_| {});
    let without = source(root.path(), |options| options.dates_in_names = false);

    let told = list(&with);

    assert_eq!(facts(&with, &told, "IMG_20200131_121314.jpg").taken.unwrap().origin, Origin::Name);
    assert_eq!(facts(&without, &told, "IMG_20200131_121314.jpg").taken, None);
}

#[test]
fn only_the_wanted_days_are_taken() {
    let root =
        tree(&[("IMG_20200131_121314.jpg", b"1"), ("IMG_20210131_121314.jpg", b"1"), ("now.jpg", b"1")]);
    let source = source(root.path(), |options| options.dates = Some("2020-01".parse().unwrap()));

    let told = list(&source);

    assert_eq!(told.names(), ["IMG_20200131_121314.jpg"]);
    assert_eq!(told.skip("now.jpg"), Some(SkipKind::Excluded));
    assert!(told.listing.is_complete);
}

#[test]
fn what_is_left_out_is_not_gone_and_what_is_away_is_only_below_a_folder_that_can_be_listed() {
    let root = tree(&[("a.jpg", b"1"), ("x/b.jpg", b"2")]);
    let real = root.path().canonicalize().unwrap();
    let source = source(root.path(), |options| options.exclude.push("x/".to_owned()));

    let told = list(&source);

    assert!(told.listing.is_complete && told.names() == ["a.jpg"]);
    assert!(!source.is_gone(&real.join("x/b.jpg")) && !source.is_gone(&real.join("a.jpg")));
    fs::remove_dir_all(real.join("x")).unwrap();
    assert!(source.is_gone(&real.join("x/b.jpg")));
    assert!(!source.is_gone(Path::new("/elsewhere/b.jpg")), "below no root");
    drop(root);
    assert!(!source.is_gone(&real.join("a.jpg")), "the folder itself is away");
}

#[test]
fn a_file_that_is_named_comes_with_what_belongs_to_it_and_with_nothing_else() {
    let root = tree(&[
        ("a.HEIC", &picture(APPLE)),
        ("a.MOV", &video(APPLE)),
        ("a.mp4", b"another"),
        ("a.HEIC.xmp", &xmp("")),
        ("a.jpg.xmp", &xmp("")),
        ("ab.jpg", b"1"),
        ("ab.json", b"{}"),
        ("x/c.jpg", b"2"),
    ]);
    let real = root.path().canonicalize().unwrap();
    let named = |names: &[&str]| {
        let roots = names.iter().map(|name| root.path().join(name)).collect();
        list(&FolderSource::new(FolderOptions::new(roots)).unwrap())
    };

    let one = named(&["a.HEIC"]);
    let all = named(&["a.HEIC", "x/c.jpg", "ab.jpg", "x"]);
    let none = named(&["no.jpg"]);

    assert_eq!(one.names(), ["a.HEIC"]);
    assert!(one.items[0].motion.is_some() && one.items[0].about.len() == 1 && one.troubles.is_empty());
    assert_eq!((one.listing.is_complete, one.listing.roots), (true, vec![real.join("a.HEIC")]));
    assert_eq!(all.names(), ["a.HEIC", "ab.jpg", "c.jpg"]);
    assert!(all.listing.roots.contains(&real.join("x")) && all.listing.roots.len() == 3);
    assert!(!none.listing.is_complete && none.troubles.len() == 1);
}

#[test]
fn formats_of_one_shot_are_related_and_strangers_are_not() {
    let root = tree(&[
        ("a.CR2", b"1"),
        ("a.JPG", b"2"),
        ("b.JPG", b"3"),
        ("IMG_1234.HEIC", b"4"),
        ("IMG_E1234.HEIC", b"5"),
    ]);

    let told = told(root.path());

    let kin =
        |name: &str| told.item(name).relations.iter().map(|all| (all.kin, all.rank)).collect::<Vec<_>>();
    assert_eq!((kin("a.CR2"), kin("a.JPG")), (vec![(Kin::RawJpeg, 1)], vec![(Kin::RawJpeg, 0)]));
    assert_eq!(told.item("a.CR2").relations[0].key, told.item("a.JPG").relations[0].key);
    assert_eq!(kin("b.JPG"), []);
    assert_eq!(
        (kin("IMG_E1234.HEIC"), kin("IMG_1234.HEIC")),
        (vec![(Kin::Edited, 0)], vec![(Kin::Edited, 1)])
    );
}

#[test]
fn a_stamp_changes_with_anything_that_is_said() {
    let root = tree(&[("a.jpg", b"1"), ("a.jpg.xmp", &xmp(""))]);
    let stamp = |change: fn(&mut FolderOptions)| list(&source(root.path(), change)).item("a.jpg").stamp;
    let (first, bytes) = (stamp(|_| {}), told(root.path()).item("a.jpg").media.stamp);

    assert_ne!(stamp(|options| options.albums = FolderAlbums::Folder), first);
    put(root.path(), b"a.jpg.xmp", &xmp("<xmp:Rating>4</xmp:Rating>"));
    let second = stamp(|_| {});
    put(root.path(), b".picasa.ini", b"[a.jpg]\nstar=yes\n");
    let third = stamp(|_| {});

    assert!(first != second && second != third);
    assert_eq!(told(root.path()).item("a.jpg").media.stamp, bytes);
    put(root.path(), b"a.jpg", b"22");
    assert_ne!(told(root.path()).item("a.jpg").media.stamp, bytes);
}

#[test]
fn a_file_that_changed_since_it_was_listed_is_not_given() {
    let root = tree(&[("a.jpg", b"1")]);
    let source = source(root.path(), |_| {});
    let told = list(&source);

    put(root.path(), b"a.jpg", b"longer");

    assert!(source.open(&told.item("a.jpg").media).is_err());
}
