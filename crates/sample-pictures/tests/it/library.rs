//! The made library is what its answer says it is.

use std::collections::BTreeSet;

use sample_pictures::{Kind, library};
use tempfile::TempDir;

use crate::judge::Tags;

#[test]
fn every_file_says_what_the_answer_says() {
    let folder = TempDir::new().unwrap();

    let files = library(folder.path(), 32, 11).unwrap();

    let paths: Vec<_> = files.iter().map(|file| &file.path).collect();
    for (file, tags) in files.iter().zip(Tags::of_all(&paths)) {
        let name = file.relative_path.display();

        assert_eq!(tags.complaints(), [""; 0], "{name}");
        assert_eq!(tags.get("Composite:ImageSize"), format!("{} {}", file.width, file.height), "{name}");
        assert_eq!(tags.get("Composite:GPSPosition").is_empty(), file.place.is_none(), "{name}");
        let taken = [tags.get("ExifIFD:DateTimeOriginal"), tags.get("QuickTime:CreateDate")].concat();
        assert_eq!(!taken.is_empty(), file.says_when, "{name}");
        assert!(
            file.path.starts_with(folder.path().join(&file.local_time[..4]).join(&file.local_time[5..7]))
        );
    }
}

#[test]
fn the_same_seed_is_the_same_library_and_another_seed_is_not() {
    let one = TempDir::new().unwrap();
    let two = TempDir::new().unwrap();
    let bytes = |folder: &TempDir, seed| -> Vec<Vec<u8>> {
        let files = library(folder.path(), 8, seed).unwrap();
        files.iter().map(|file| std::fs::read(&file.path).unwrap()).collect()
    };

    assert_eq!(bytes(&one, 1), bytes(&two, 1));
    assert_ne!(bytes(&one, 1), bytes(&two, 2));
}

#[test]
fn a_library_has_many_containers_years_and_no_name_twice() {
    let folder = TempDir::new().unwrap();
    let files = library(folder.path(), 48, 7).unwrap();

    let kinds: BTreeSet<Kind> = files.iter().map(|file| file.kind).collect();
    let years: BTreeSet<&str> = files.iter().map(|file| &file.local_time[..4]).collect();
    let paths: BTreeSet<_> = files.iter().map(|file| &file.path).collect();

    assert!(kinds.len() >= 7, "{kinds:?}");
    assert_eq!(years.len(), 5, "{years:?}");
    assert_eq!(paths.len(), 48);
}
