//! A library of Apple Photos arrives, arrives again, and goes.

use std::path::{Path, PathBuf};

use sample_pictures::{AppleAlbum, AppleFile, AppleGeneration, AppleLibrary, ApplePhoto, Whereabouts};
use serde_json::{Value, json};

use super::stand::Stand;
use crate::place::{Said, contents};

/// One photo of each kind that a run tells something of.
fn library() -> AppleLibrary {
    let mut library = AppleLibrary::new(AppleGeneration::MacOs26);
    let plain =
        ApplePhoto { title: Some("Zoë".to_owned()), is_favourite: true, ..ApplePhoto::new("IMG_1.JPG") };
    let live = ApplePhoto { live: Some(AppleFile::default()), ..ApplePhoto::new("IMG_2.HEIC") };
    let (edited, render) = (Some(1_700_000_500.0), Some(AppleFile::default()));
    let edited = ApplePhoto { edited, render, ..ApplePhoto::new("IMG_3.JPG") };
    let away =
        ApplePhoto { original: AppleFile::absent(Whereabouts::InCloud), ..ApplePhoto::new("IMG_4.JPG") };
    let hidden = ApplePhoto { is_hidden: true, ..ApplePhoto::new("IMG_5.JPG") };
    let photos = [plain, live, edited, away, hidden].map(|photo| library.add(photo)).to_vec();
    let (key, title, folders) = ("a".to_owned(), "Rome".to_owned(), vec!["Trips".to_owned()]);
    library.albums.push(AppleAlbum { key, title, folders, photos, ..AppleAlbum::default() });
    library
}

fn write(stand: &Stand, library: &AppleLibrary) -> PathBuf {
    let package = stand.folder.path().join("My.photoslibrary");
    library.write(&package).unwrap();
    package
}

fn import(stand: &Stand, package: &Path, more: &[&str]) -> Said {
    let package = package.to_str().unwrap();
    Said::by(stand.bare(&["import", "apple-photos", package]).args(more))
}

/// Copies of databases in the states.
fn copies(stand: &Stand) -> usize {
    let is_copy = |path: &Path| path.to_string_lossy().contains("apple-photos-");
    contents(&stand.states()).keys().filter(|path| is_copy(Path::new(path))).count()
}

#[test]
fn a_library_arrives_once_and_its_package_stays_as_it_is() {
    let stand = Stand::with(1);
    let package = write(&stand, &library());
    let before = contents(&package);

    let dry = import(&stand, &package, &["--dry-run", "--json"]).ended_with(0).last();
    assert!(stand.there().is_empty() && !stand.states().exists());
    let first = import(&stand, &package, &["--json"]).ended_with(0);

    let numbers = first.last();
    assert_eq!((&numbers["uploaded"], &dry["uploaded"]), (&json!(4), &json!(4)), "{numbers}");
    assert_eq!((&numbers["skipped"]["in-cloud"], &numbers["skipped"]["hidden"]), (&json!(1), &json!(1)));
    assert_eq!(numbers["library"]["shown_photos"], 4);
    let told = first.objects().into_iter().find(|object| object["reason"] == "in-cloud").unwrap();
    assert!(told["message"].as_str().unwrap().contains("`IMG_4.JPG` is in iCloud only"), "{told}");
    assert_eq!(stand.there().iter().filter(|view| view.albums == ["Trips / Rome"]).count(), 3);
    assert_eq!(stand.sandbox.stacks().len(), 1);
    stand.sandbox.clear_requests();
    let again = import(&stand, &package, &["--json"]).ended_with(0).last();
    assert_eq!(
        (stand.sandbox.writes(), &again["done"], &again["bytes_read"]),
        (vec![], &json!(0), &json!(0))
    );
    assert_eq!(copies(&stand), 0);
    assert!(contents(&package) == before, "something in the library changed");
}

#[test]
fn what_changed_in_photos_arrives_and_undo_takes_it_back() {
    let stand = Stand::with(1);
    let mut library = library();
    let package = write(&stand, &library);
    let run = import(&stand, &package, &["--json"]).ended_with(0).last()["run"].to_string();
    library.photos[0].is_favourite = false;
    library.photos[3].original = AppleFile::default();
    library.albums[0].title = "Roma".to_owned();
    write(&stand, &library);

    let text = import(&stand, &package, &[]).ended_with(0);

    assert!(text.stderr.contains("1 sent"), "{}", text.stderr);
    assert!(text.stderr.contains("Photos shows 4 photos and 0 videos"), "{}", text.stderr);
    assert!(!stand.there().iter().any(|view| view.is_favorite));
    assert_eq!(stand.there().iter().filter(|view| view.albums == ["Trips / Roma"]).count(), 4);
    let last = Said::by(&mut stand.bare(&["history", "--json"])).ended_with(0);
    let runs = last.objects().iter().filter_map(|object| object["run"].as_u64()).max().unwrap();
    for run in [runs.to_string(), run] {
        Said::by(&mut stand.bare(&["undo", &run, "--yes"])).ended_with(0);
    }
    assert!(stand.there().is_empty());
}

#[test]
fn what_is_lost_ends_with_3_and_what_is_no_library_with_2() {
    let stand = Stand::with(1);
    let mut library = library();
    library.photos[3].original = AppleFile::absent(Whereabouts::Lost);
    let package = write(&stand, &library);

    let lost = import(&stand, &package, &[]).ended_with(3);
    let folder = import(&stand, stand.folder.path(), &[]).ended_with(2);
    let none = Said::by(&mut stand.bare(&["import", "apple-photos"])).ended_with(2);

    assert!(lost.stderr.contains("`IMG_4.JPG` is not in the library"), "{}", lost.stderr);
    assert!(folder.stderr.contains("is not a library of Apple Photos"), "{}", folder.stderr);
    assert!(
        cfg!(target_os = "macos") || none.stderr.contains("no library to import from"),
        "{}",
        none.stderr
    );
}

#[test]
fn the_copy_of_a_run_that_was_killed_goes_with_the_next_one() {
    let stand = Stand::with(1);
    let package = write(&stand, &library());
    import(&stand, &package, &[]).ended_with(0);
    let state = stand.states().read_dir().unwrap().next().unwrap().unwrap().path();
    std::fs::create_dir(state.join("apple-photos-abc")).unwrap();
    std::fs::write(state.join("apple-photos-abc/Photos.sqlite"), "left over").unwrap();
    assert_eq!(copies(&stand), 1);

    let again = import(&stand, &package, &["--json"]).ended_with(0).last();

    assert_eq!((copies(&stand), again["failed"].as_u64()), (0, Some(0)));
    assert_eq!(again["dry_run"], Value::Bool(false));
}
