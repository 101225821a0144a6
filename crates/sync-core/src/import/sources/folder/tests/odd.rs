//! Names that have broken other programs.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use proptest::prelude::*;

use super::*;

/// Folders that were taken for patterns, or not found at all.
const FOLDERS: [&[u8]; 15] = [
    b"a [2020]",
    b"b (x)",
    b"c {1,2}",
    b"+(g)",
    b"f*star",
    b"h?",
    b"it's",
    b"\"quoted\"",
    b"back\\slash",
    "Zoe\u{308} NFD".as_bytes(),
    "Zoë NFC".as_bytes(),
    b"latin-\xe9",
    b"new\nline",
    b" blanks ",
    b"-dash",
];

#[test]
fn folders_of_any_name_are_listed_and_read() {
    let root = tree(&[]);
    for (number, folder) in FOLDERS.iter().enumerate() {
        put(root.path(), &[folder, &b"/p.jpg"[..]].concat(), &[u8::try_from(number).unwrap(); 9]);
    }
    let source = source(root.path(), |_| {});

    let told = list(&source);

    assert_told_once(root.path(), &told);
    assert_eq!(told.items.len(), FOLDERS.len());
    assert!(told.listing.is_complete);
    let mut contents = BTreeSet::new();
    for item in &told.items {
        let mut bytes = Vec::new();
        source.open(&item.media).unwrap().read_to_end(&mut bytes).unwrap();
        contents.insert(bytes);
    }
    assert_eq!(contents.len(), FOLDERS.len());
}

#[test]
fn a_root_of_any_name_is_a_root() {
    for folder in FOLDERS {
        let root = tree(&[]);
        let root = put(root.path(), &[folder, &b"/"[..]].concat(), b"");
        put(&root, b"p.jpg", b"x");

        assert_eq!(told(&root).names(), ["p.jpg"], "{}", folder.escape_ascii());
    }
}

#[test]
fn names_that_look_alike_stay_two_items_with_one_name_on_the_server() {
    let root = tree(&[("Zoe\u{308}.jpg", b"1"), ("Zoë.jpg", b"2")]);

    let told = told(root.path());

    assert_eq!(told.names(), ["Zoë.jpg", "Zoë.jpg"]);
    assert_ne!(told.items[0].id, told.items[1].id);
}

#[test]
fn five_thousand_odd_names_are_told_once_each() {
    let root = tree(&[]);
    let mut random = fastrand::Rng::with_seed(7);
    let letters: Vec<&[u8]> = vec![
        b"a",
        b"B",
        b"[",
        b"]",
        b"{",
        b"}",
        b"(",
        b")",
        b"*",
        b"?",
        b"+",
        b"'",
        b"\"",
        b"\\",
        b" ",
        b"\xff",
        b"\xcc\x88",
        b"\xc3\xab",
        b".",
        b"~2",
        b"_BURST1",
        b"\n",
        b"%",
        b"-edited",
    ];
    let ends: Vec<&[u8]> = vec![
        b".jpg",
        b".JPG",
        b".mov",
        b".HEIC",
        b".xmp",
        b".jpg.xmp",
        b".json",
        b".CR2",
        b".txt",
        b".AAE",
        b"",
    ];
    let mut made = 0;
    while made < 5000 {
        let mut name = format!("{}/", random.u32(0..40)).into_bytes();
        name.push(b'n');
        for _ in 0..random.usize(1..6) {
            name.extend_from_slice(random.choice(&letters).unwrap());
        }
        name.extend_from_slice(random.choice(&ends).unwrap());
        let path = root.path().join(OsStr::from_bytes(&name));
        if fs::symlink_metadata(&path).is_err() {
            put(root.path(), &name, b"x");
            made += 1;
        }
    }

    let told = told(root.path());

    assert_eq!(told.all.len(), 5000);
    assert_told_once(root.path(), &told);
    let ids: BTreeSet<_> = told.items.iter().map(|item| item.id).collect();
    assert_eq!(ids.len(), told.items.len());
    assert!(told.items.len() > 1500, "{}", told.items.len());
}

#[test]
fn a_second_listing_is_the_same() {
    let root =
        tree(&[("b/a.jpg", b"1"), ("a/b.jpg", b"2"), ("a/b.jpg.xmp", b"<x:xmpmeta/>"), ("a/b.CR2", b"3")]);
    let source = source(root.path(), |_| {});

    assert_eq!(list(&source).items, list(&source).items);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_file_is_told_once_whatever_lies_beside_it(
        names in prop::collection::btree_set("[ab]{1,2}(_E|-edited|~2|\\(1\\))?\\.(jpg|JPG|heic|mov|MP|MP\\.jpg|cr2|xmp|jpg\\.xmp|json|jpg\\.json|jpg\\.supplemental-metadata\\.json|aae|csv|db)", 0..30),
        sidecars: bool,
        excluded in prop::option::of("[ab]\\*"),
    ) {
        let root = tree(&[]);
        for name in &names {
            put(root.path(), name.as_bytes(), b"<x:xmpmeta");
        }
        put(root.path(), b"Photo Details.csv", b"imgName,hidden\na.jpg,yes\n");
        let source = source(root.path(), |options| {
            options.sidecars = sidecars;
            options.exclude.extend(excluded);
        });

        let told = list(&source);

        assert_told_once(root.path(), &told);
    }
}
