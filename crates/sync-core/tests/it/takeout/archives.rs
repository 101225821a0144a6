//! Archives that are cut off, spoiled, encrypted, or lie.

use super::*;

const YEAR: &str = "Takeout/Google Photos/Photos from 2019";

fn photo(number: usize) -> Vec<u8> {
    (0..3_000 + number * 37).map(|at| u8::try_from(at * (number + 3) % 251).unwrap()).collect()
}

/// So many photos, each with its JSON.
fn files(count: usize) -> Vec<(String, Vec<u8>)> {
    (0..count)
        .flat_map(|number| {
            let name = format!("IMG_{number}.jpg");
            let json = (format!("{YEAR}/{name}.json"), about(&name).into_bytes());
            [(format!("{YEAR}/{name}"), photo(number)), json]
        })
        .collect()
}

fn zip(files: &[(String, Vec<u8>)], sizes: Sizes) -> Zip {
    let mut zip = Zip::new();
    for (at, (path, bytes)) in files.iter().enumerate() {
        if at % 3 == 0 { zip.store(path, bytes, sizes) } else { zip.deflate(path, bytes, sizes) }
    }
    zip
}

fn tgz(files: &[(String, Vec<u8>)]) -> Tgz {
    let mut tgz = Tgz::new();
    for (at, (path, bytes)) in files.iter().enumerate() {
        tgz.add(path, bytes, if at % 2 == 0 { TarName::Gnu } else { TarName::Posix });
    }
    tgz
}

/// Lists an archive and reads all that it lists; photos by name that could be read whole.
fn read(name: &str, bytes: &[u8]) -> (Told, BTreeMap<String, Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&[write(folder.path(), name, bytes)]);
    let told = list(&source);
    let photos = told
        .items
        .iter()
        .filter_map(|item| Some((item.media.name.clone(), super::bytes(&source, &item.media).ok()?)));
    let photos = photos.collect();
    (told, photos)
}

fn expected(count: usize) -> BTreeMap<String, Vec<u8>> {
    (0..count).map(|number| (format!("IMG_{number}.jpg"), photo(number))).collect()
}

#[test]
fn zips_are_read_in_each_of_their_forms() {
    for sizes in [Sizes::InFront, Sizes::Behind, Sizes::Large] {
        let archive = zip(&files(9), sizes).build();
        let with_something_in_front = [b"#!/bin/sh\n", &archive[..]].concat();

        for bytes in [archive, [b"PK", &with_something_in_front[..]].concat()] {
            let (told, photos) = read("a.zip", &bytes);

            assert_eq!((told.troubles.len(), told.files()), (0, 18), "{sizes:?}");
            assert_eq!(photos, expected(9), "{sizes:?}");
        }
    }
}

#[test]
fn a_zip_that_was_cut_off_gives_what_is_in_front_of_the_cut() {
    for sizes in [Sizes::InFront, Sizes::Behind, Sizes::Large] {
        let whole = zip(&files(9), sizes).without_table();

        let (told, photos) = read("a.zip", &whole);
        assert_eq!(photos, expected(9), "{sizes:?}: only the table is missing");
        assert!(
            !told.listing.is_complete && told.troubles[0].message.contains("table of contents"),
            "{:?}",
            told.troubles
        );

        let (told, photos) = read("a.zip", &whole[..whole.len() / 2]);
        assert!((2..9).contains(&photos.len()), "{sizes:?}: {}", photos.len());
        assert!(photos.iter().all(|(name, bytes)| &expected(9)[name] == bytes));
        assert!(told.troubles[0].hides_photos);
    }
}

#[test]
fn a_tgz_that_was_cut_off_gives_what_is_in_front_of_the_cut() {
    let whole = tgz(&files(40)).build();
    let (told, photos) = read("a.tgz", &whole);
    assert_eq!((told.troubles.len(), &photos), (0, &expected(40)));

    let (told, photos) = read("a.tgz", &whole[..whole.len() / 2]);

    assert!((5..40).contains(&photos.len()), "{}", photos.len());
    assert!(photos.iter().all(|(name, bytes)| &expected(40)[name] == bytes));
    assert!(!told.listing.is_complete && told.troubles[0].message.contains("cut off"), "{:?}", told.troubles);
}

#[test]
fn a_spoiled_photo_is_never_read_to_its_end() {
    let files = files(3);
    let mut archive = zip(&files, Sizes::InFront).build();
    let at = archive.windows(50).position(|bytes| bytes == &files[0].1[1_000..1_050]).unwrap();
    archive[at] ^= 1;

    let (told, photos) = read("a.zip", &archive);

    assert_eq!(told.items.len(), 3);
    assert_eq!(photos.keys().collect::<Vec<_>>(), ["IMG_1.jpg", "IMG_2.jpg"]);
}

#[test]
fn of_a_compressed_tar_with_a_wrong_sum_nothing_is_taken() {
    let mut archive = tgz(&files(5)).build();
    let sum = archive.len() - 8;
    archive[sum] ^= 1;

    let (told, _) = read("a.tgz", &archive);

    assert_eq!((told.items.len(), told.passed(SkipKind::Damaged).len()), (0, 10));
    assert!(!told.listing.is_complete && told.troubles[0].message.contains("sum"), "{:?}", told.troubles);
}

#[test]
fn encrypted_files_and_those_that_lie_about_their_size_are_named() {
    let mut archive = zip(&files(1), Sizes::InFront);
    archive.encrypted(format!("{YEAR}/secret.jpg"), b"photo");
    let mut bytes = archive.build();
    let (told, photos) = read("a.zip", &bytes);
    assert_eq!(photos, expected(1));
    assert!(told.troubles[0].message.contains("encrypted") && !told.listing.is_complete);

    // The sizes of the second file, a JSON that is compressed, in the table: 4 GiB less 2 bytes.
    let entry = bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").nth(1).unwrap().0;
    bytes[entry + 24..entry + 28].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    let (told, _) = read("a.zip", &bytes);
    assert!(
        told.troubles.iter().any(|trouble| trouble.message.contains("as large as it says")),
        "{:?}",
        told.troubles
    );
}

#[test]
fn names_that_lead_elsewhere_or_are_no_text_are_names_and_nothing_else() {
    let mut archive = Zip::new();
    for name in [
        &b"../../../etc/a.jpg"[..],
        b"/root/b.jpg",
        b"Takeout/P/2019/\xff\xfe.jpg",
        b"Takeout/P/2019/c:d.jpg",
    ] {
        archive.store(name, name, Sizes::InFront);
    }
    let folder = tempfile::tempdir().unwrap();
    let source = source(&[write(folder.path(), "a.zip", &archive.build())]);

    let told = list(&source);

    assert_eq!((told.items.len(), told.troubles.len()), (4, 0));
    let mut names: Vec<_> = told.items.iter().map(|item| item.media.name.clone()).collect();
    names.sort();
    assert_eq!(names, ["a.jpg", "b.jpg", "c_d.jpg", "\u{fffd}\u{fffd}.jpg"]);
    for item in &told.items {
        let inner = super::bytes(&source, &item.media).unwrap();
        assert!(item.media.path.path().as_os_str().as_encoded_bytes().ends_with(&inner));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}

#[test]
fn an_archive_that_changed_since_it_was_listed_is_not_read() {
    for name in ["a.zip", "a.tgz"] {
        let folder = tempfile::tempdir().unwrap();
        let bytes = |count| {
            if name == "a.zip" {
                zip(&files(count), Sizes::InFront).build()
            } else {
                tgz(&files(count)).build()
            }
        };
        let path = write(folder.path(), name, &bytes(3));
        let source = source(std::slice::from_ref(&path));
        let told = list(&source);
        assert!(super::bytes(&source, &told.items[0].media).is_ok());

        fs::write(&path, bytes(4)).unwrap();

        let result = super::bytes(&source, &told.items[1].media);
        assert!(matches!(result, Err(SourceError::Changed { .. })), "{name}: {result:?}");
    }
}

#[test]
fn files_of_a_tgz_are_read_in_any_order_and_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    // Some 40 MiB unpacked, so that there are bookmarks.
    let big: Vec<(String, Vec<u8>)> = (0..40)
        .map(|number: usize| {
            (format!("{YEAR}/IMG_{number}.jpg"), photo(number).into_iter().cycle().take(1 << 20).collect())
        })
        .collect();
    let source = source(&[write(folder.path(), "a.tgz", &tgz(&big).build())]);
    let told = list(&source);
    let expected: BTreeMap<&str, &[u8]> =
        big.iter().map(|(path, bytes)| (path.rsplit('/').next().unwrap(), &bytes[..])).collect();

    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (told, source, expected) = (&told, &source, &expected);
            scope.spawn(move || {
                for at in 0..40 {
                    let item = &told.items[(at * 7 + thread * 11) % 40];
                    assert_eq!(super::bytes(source, &item.media).unwrap(), expected[&item.media.name[..]]);
                }
            });
        }
    });
}

#[test]
fn archives_with_random_damage_are_read_without_a_panic_and_without_a_wrong_byte() {
    let files = files(6);
    let whole = [
        zip(&files, Sizes::InFront).build(),
        zip(&files, Sizes::Behind).build(),
        zip(&files, Sizes::Large).build(),
        tgz(&files).build(),
    ];
    let tar = { tgz(&files).tar() };
    let mut random = fastrand::Rng::with_seed(4);
    for round in 0..600 {
        let kind = round % 5;
        let mut bytes = if kind == 4 { tar.clone() } else { whole[kind].clone() };
        // A compressed tar that is cut off has no sum of anything, so what is in front of the cut is believed.
        let is_cut = random.u8(..) < 60;
        for _ in 0..if is_cut && kind == 3 { 0 } else { random.usize(1..12) } {
            let at = random.usize(0..bytes.len());
            bytes[at] = random.u8(..);
        }
        if is_cut {
            bytes.truncate(random.usize(0..bytes.len()));
        }
        if kind == 4 {
            // Damage under a right sum: the tar headers themselves are wrong.
            bytes = gzip(&bytes);
        }

        let (told, photos) = read(if kind < 3 { "a.zip" } else { "a.tgz" }, &bytes);

        for item in &told.items {
            if let Some(read) = photos.get(&item.media.name)
                && kind < 4
            {
                // A damaged name may make a photo of a JSON, but bytes are never other bytes.
                assert!(files.iter().any(|(_, bytes)| bytes == read), "round {round}: {}", item.media.name);
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
