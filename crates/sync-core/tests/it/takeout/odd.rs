//! Exports in which something is missing, twice, or of something else.

use super::*;

const YEAR: &str = "Takeout/Google Photos/Photos from 2019";

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = Zip::new();
    for (path, bytes) in files {
        zip.store(path, bytes, Sizes::InFront);
    }
    zip.build()
}

#[test]
fn a_missing_part_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let made = Takeout::generate(folder.path(), 60, 1, &["en"]).unwrap();
    let parts: Vec<_> = made
        .parts
        .iter()
        .filter(|part| !part.ends_with("takeout-20240131T120000Z-002.zip"))
        .cloned()
        .collect();
    assert_eq!(parts.len() + 1, made.parts.len());

    let told = list(&source(&parts));

    assert!(!told.listing.is_complete);
    let trouble = &told.troubles[0];
    assert!(trouble.message.contains("part 2") && trouble.hides_photos, "{trouble:?}");
    assert!(!told.passed(SkipKind::Orphan).is_empty(), "a JSON without its photo is named, too");
    assert!(told.items.len() > 40, "the rest is taken");
}

#[test]
fn a_missing_part_shows_itself_without_numbers_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let json: Vec<(String, String)> =
        (0..40).map(|at| (format!("{YEAR}/{at}.jpg.json"), about(&format!("{at}.jpg")))).collect();
    let mut files: Vec<(&str, &[u8])> =
        json.iter().map(|(path, json)| (&path[..], json.as_bytes())).collect();
    let photo = format!("{YEAR}/0.jpg");
    files.push((&photo, b"photo"));

    let told = list(&source(&[write(folder.path(), "mine.zip", &zip(&files))]));

    assert_eq!(told.passed(SkipKind::Orphan).len(), 39);
    assert!(
        told.troubles[0].message.contains("39 JSON files") && !told.listing.is_complete,
        "{:?}",
        told.troubles
    );
}

#[test]
fn equal_files_of_two_parts_are_one_and_different_ones_are_two() {
    let folder = tempfile::tempdir().unwrap();
    let (path, json) = (format!("{YEAR}/a.jpg"), format!("{YEAR}/a.jpg.json"));
    let about = about("a.jpg");
    let one = zip(&[(&path, b"photo"), (&json, about.as_bytes())]);
    let other = zip(&[(&path, b"other"), (&json, about.replace("photo/a", "photo/b").as_bytes())]);

    let twice = [write(folder.path(), "1.zip", &one), write(folder.path(), "2.zip", &one)];
    let told = list(&source(&twice));
    assert_eq!(
        (told.items.len(), told.passed(SkipKind::Twice).len(), told.passed(SkipKind::Used).len()),
        (1, 1, 2)
    );

    let different = [twice[0].clone(), write(folder.path(), "3.zip", &other)];
    let told = list(&source(&different));
    assert_eq!((told.items.len(), told.passed(SkipKind::Used).len()), (2, 2));
    assert_ne!(told.items[0].id, told.items[1].id);
}

#[test]
fn two_exports_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (path, json) = (format!("{YEAR}/a.jpg"), format!("{YEAR}/a.jpg.json"));
    let first = zip(&[(&path, b"photo")]);
    let second = zip(&[(&json, about("a.jpg").as_bytes()), (&path, b"other")]);

    let told = list(&source(&[
        write(folder.path(), "takeout-20200101T000000Z-001.zip", &first),
        write(folder.path(), "takeout-20240101T000000Z-001.zip", &second),
    ]));

    assert_eq!((told.items.len(), told.passed(SkipKind::Used).len()), (2, 1));
}

#[test]
fn two_photos_that_claim_one_address_are_both_taken() {
    let folder = tempfile::tempdir().unwrap();
    let about = about("same");
    let files: Vec<(String, &[u8])> = vec![
        (format!("{YEAR}/a.jpg"), b"photo 1"),
        (format!("{YEAR}/a.jpg.json"), about.as_bytes()),
        (format!("{YEAR}/b.jpg"), b"photo two"),
        (format!("{YEAR}/b.jpg.json"), about.as_bytes()),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (&path[..], *bytes)).collect();

    let told = list(&source(&[write(folder.path(), "a.zip", &zip(&files))]));

    let ids: BTreeSet<_> = told.items.iter().map(|item| item.id).collect();
    assert_eq!(ids.len(), 2);
}

#[test]
fn other_products_and_other_files_are_named_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let archive = zip(&[
        (&format!("{YEAR}/a.jpg"), b"photo"),
        (&format!("{YEAR}/a.jpg.supplemental-metadata.json"), about("a.jpg").as_bytes()),
        (&format!("{YEAR}/empty.jpg"), b""),
        (&format!("{YEAR}/bad.jpg.json"), b"<html>"),
        ("Takeout/Google Photos/print-subscriptions.json", b"{}"),
        ("Takeout/Keep/note.json", br#"{"title":"Shopping","textContent":"milk"}"#),
        ("Takeout/Keep/note.jpg", b"a picture in a note"),
        ("Takeout/archive_browser.html", b"<html>"),
        ("__MACOSX/Takeout/._a.jpg", b"fork"),
    ]);

    let told = list(&source(&[write(folder.path(), "a.zip", &archive)]));

    assert_eq!(told.files(), 9);
    assert_eq!(told.items.len(), 1);
    let kinds: BTreeMap<String, SkipKind> = told
        .passed
        .iter()
        .map(|passed| (passed.path.path().file_name().unwrap().to_string_lossy().into_owned(), passed.kind))
        .collect();
    for (name, kind) in [
        ("empty.jpg", SkipKind::Empty),
        ("bad.jpg.json", SkipKind::Damaged),
        ("print-subscriptions.json", SkipKind::NotMedia),
        ("note.jpg", SkipKind::Excluded),
        ("archive_browser.html", SkipKind::NotMedia),
        ("._a.jpg", SkipKind::Banned),
    ] {
        assert_eq!(kinds[name], kind, "{name}");
    }
}

#[test]
fn albums_of_one_title_stay_two_and_untitled_ones_are_made_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let album = |title: &str, date: u32| format!(r#"{{"title":"{title}","date":{{"timestamp":"{date}"}}}}"#);
    let (one, two, none) = (album("Trip", 5), album("Trip", 3), album("", 1));
    let photo = about("a.jpg");
    let files: Vec<(&str, &[u8])> = vec![
        ("Takeout/P/Trip/a.jpg", b"photo"),
        ("Takeout/P/Trip/a.jpg.json", photo.as_bytes()),
        ("Takeout/P/Trip/Metadaten.json", one.as_bytes()),
        ("Takeout/P/Trip(1)/a.jpg", b"photo"),
        ("Takeout/P/Trip(1)/a.jpg.json", photo.as_bytes()),
        ("Takeout/P/Trip(1)/Metadaten.json", two.as_bytes()),
        ("Takeout/P/Ohne Titel/a.jpg", b"photo"),
        ("Takeout/P/Ohne Titel/a.jpg.json", photo.as_bytes()),
        ("Takeout/P/Ohne Titel/Metadaten.json", none.as_bytes()),
    ];
    let path = write(folder.path(), "a.zip", &zip(&files));
    let titles = |untitled| {
        let source =
            TakeoutSource::new(TakeoutOptions { untitled, ..TakeoutOptions::new(vec![path.clone()]) });
        let told = list(&source);
        assert_eq!((told.items.len(), told.files()), (1, 9));
        let albums = source.facts(&told.items[0]).unwrap().albums;
        albums.iter().map(|key| (key.0.clone(), source.album(key).unwrap().title)).collect::<Vec<_>>()
    };

    let both = [("Trip".to_owned(), "Trip".to_owned()), ("Trip\n1".to_owned(), "Trip".to_owned())];
    assert_eq!(titles(false), both);
    assert_eq!(titles(true)[0].1, "Ohne Titel");
}

#[test]
fn an_unpacked_folder_that_cannot_be_read_makes_the_listing_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere");
    let broken = write(folder.path(), "a.zip", b"this is no zip");

    let told = list(&source(&[missing, broken]));

    assert_eq!(told.troubles.len(), 2);
    assert!(!told.listing.is_complete && told.items.is_empty());
}

#[test]
fn an_unpacked_folder_is_read_from_any_of_its_folders_on() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Takeout/Google Photos/Photos from 2019/a.jpg", b"photo");
    let archive = zip(&[(&format!("{YEAR}/a.jpg.json"), about("a.jpg").as_bytes())]);
    let archive = write(folder.path(), "parts/takeout-20240131T120000Z-001.zip", &archive);
    for from in ["Takeout", "Takeout/Google Photos", "Takeout/Google Photos/Photos from 2019"] {
        let source = source(&[folder.path().join(from), archive.clone()]);

        let told = list(&source);

        assert_eq!(told.passed(SkipKind::Used).len(), 1, "{from}");
        assert!(source.facts(&told.items[0]).unwrap().taken.is_some(), "{from}");
    }
}

#[test]
fn a_listener_who_has_enough_is_told_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let made = Takeout::generate(folder.path(), 60, 1, &["en"]).unwrap();
    let source = source(&made.parts);
    for limit in [0, 1, 30, 150] {
        let mut told = 0;

        let listing = source
            .list(&mut |_| {
                told += 1;
                if told > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();

        assert_eq!(told, limit + 1);
        assert!(!listing.is_complete);
    }
}
