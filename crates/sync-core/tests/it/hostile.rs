//! What a server says is hostile until checked: text that would be options or programs, paths that would leave
//! the library.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sample_pictures::{Exif, Kind, Picture};
use sync_core::paths::{Library, PathMapping, PathRule, PrefixMap};

use crate::harness::{SERVER_ROOT, Setting, items, snapshot, text};

fn jpeg() -> Picture {
    Picture::new(Kind::Jpeg).exif(Exif::new().camera("Maker", "Model"))
}

/// Texts that made another tool delete metadata, move files or run programs, when they were joined with line
/// breaks into the argument stream of ExifTool; `CANARY` is a file that must not come to be.
const INJECTIONS: [&str; 12] = [
    "x\n-all=\nother.jpg",
    "x\n-o\nmoved.jpg",
    "x\n-if\nsystem(\"touch CANARY\")",
    "x\n-XMP:Title<${make;`touch CANARY`}\n",
    "x\n-execute\n-all=\nother.jpg\n-execute",
    "x\r\n-stay_open\r\nFalse",
    "-TAG<=CANARY",
    "<=/etc/hostname",
    "#[CSTR]x\\n-all=",
    "x\n-config\nCANARY",
    "{ready1}\nx",
    "x\n-@\nother.jpg",
];

#[test]
fn injection_strings_are_stored_to_the_letter_and_nothing_else_happens() {
    let mut setting = Setting::new();
    let canary = setting.photos.path().join("canary");
    let texts: Vec<String> =
        INJECTIONS.iter().map(|text| text.replace("CANARY", canary.to_str().unwrap())).collect();
    setting.file("other.jpg", &jpeg());
    for (number, injection) in texts.iter().enumerate() {
        let name = format!("{number:02}.jpg");
        setting.file(&name, &jpeg().seed(number as u64));
        let person = setting.scenario.person(injection);
        setting.scenario.asset_file(&setting.library, &name).description(injection.as_str()).person(&person);
    }
    let home = setting.start();
    let other = std::fs::read(home.path("other.jpg")).unwrap();
    let files_before = snapshot(home.photos.path()).len();

    let (summary, told) = home.write();

    assert_eq!(summary.done, INJECTIONS.len() as u64, "{told:?}");
    for (number, injection) in texts.iter().enumerate() {
        let tags = home.tags(&format!("{number:02}.jpg"));
        let stored = photo_metadata::text::caption(injection, 2000).unwrap();
        assert_eq!(text(&tags, "XMP-dc:Description"), stored);
        assert_eq!(text(&tags, "IFD0:ImageDescription"), stored);
        let name = photo_metadata::text::name(injection).unwrap();
        assert_eq!(items(&tags, "XMP-iptcExt:PersonInImage"), std::slice::from_ref(&name));
        assert_eq!(items(&tags, "XMP-dc:Subject"), [name]);
        assert_eq!(text(&tags, "IFD0:Make"), "Maker");
        assert_eq!(text(&tags, "XMP-dc:Title"), "");
    }
    assert_eq!(std::fs::read(home.path("other.jpg")).unwrap(), other);
    assert_eq!(snapshot(home.photos.path()).len(), files_before, "no file came or went");
    assert!(!canary.exists());
}

/// Paths made of the pieces that escapes are made of.
fn hostile_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just(String::new()),
        Just("etc".to_owned()),
        Just("passwd".to_owned()),
        Just("outside".to_owned()),
        Just("link".to_owned()),
        Just("filelink.jpg".to_owned()),
        Just("..\\..".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("a\0b".to_owned()),
        Just("a\u{301}".to_owned()),
        Just("á".to_owned()),
        Just("~".to_owned()),
        Just("$HOME".to_owned()),
        Just(SERVER_ROOT.to_owned()),
        "\\PC{1,12}",
    ];
    let start = prop_oneof![
        Just(String::new()),
        Just("/".to_owned()),
        Just("//".to_owned()),
        Just(format!("{SERVER_ROOT}/")),
        Just(format!("{SERVER_ROOT}/../")),
        Just("C:\\".to_owned()),
    ];
    (start, prop::collection::vec(piece, 1..6)).prop_map(|(start, pieces)| start + &pieces.join("/"))
}

#[test]
fn no_path_of_a_server_leaves_the_library() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().canonicalize().unwrap().join("library");
    std::fs::create_dir_all(root.join("etc")).unwrap();
    std::fs::create_dir_all(home.path().join("outside")).unwrap();
    std::fs::write(home.path().join("outside/secret.jpg"), jpeg().build()).unwrap();
    std::os::unix::fs::symlink(home.path().join("outside"), root.join("link")).unwrap();
    std::os::unix::fs::symlink("/etc", root.join("etc/link")).unwrap();
    let rules = [
        PathRule::LastSegments(1),
        PathRule::LastSegments(3),
        PathRule::Prefixes(vec![PrefixMap { server: SERVER_ROOT.into(), local: root.clone() }]),
        PathRule::Prefixes(vec![PrefixMap { server: "/".into(), local: root.clone() }]),
    ];
    let libraries = rules.map(|rule| Library::open(PathMapping { root: root.clone(), rule }).unwrap());

    TestRunner::new(Config { cases: 1000, failure_persistence: None, ..Config::default() })
        .run(&hostile_path(), |path| {
            for library in &libraries {
                if let Ok(Some(found)) = library.locate(&path) {
                    let folder = found.as_path().parent().unwrap().canonicalize().unwrap();
                    prop_assert!(folder.starts_with(&root), "{:?} leads to {:?}", path, found);
                    prop_assert!(!found.as_path().ends_with(".."));
                }
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn hostile_paths_in_a_listing_change_nothing_outside_and_are_named() {
    let mut setting = Setting::new();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.jpg");
    std::fs::write(&secret, jpeg().build()).unwrap();
    std::os::unix::fs::symlink(outside.path(), setting.photos.path().join("link")).unwrap();
    std::os::unix::fs::symlink(&secret, setting.photos.path().join("filelink.jpg")).unwrap();
    setting.file("good.jpg", &jpeg());
    let climbing = format!("../../../../../../../..{}", secret.display());
    for relative in [climbing.as_str(), "link/secret.jpg", "filelink.jpg", "a/../../secret.jpg", "good.jpg"] {
        setting.scenario.asset(&setting.library, relative).description("new");
    }
    let home = setting.start();
    let before = std::fs::read(&secret).unwrap();

    let (summary, told) = home.write();

    assert_eq!(std::fs::read(&secret).unwrap(), before);
    assert!(Path::new(&home.path("filelink.jpg")).is_symlink());
    assert_eq!((summary.done, summary.troubled), (1, 4), "{told:?}");
}

/// Names that break argument files, shells, printf patterns and file systems.
const NAMES: [&str; 22] = [
    "-all=.jpg",
    "--.jpg",
    "#hash.jpg",
    "@at.jpg",
    " blank.jpg",
    "blank .jpg",
    "two\nlines.jpg",
    "ca\rriage.jpg",
    "two\n$lines@.jpg",
    "%d%f.jpg",
    "100%.jpg",
    "$(touch x).jpg",
    "`touch x`.jpg",
    "quote\"'.jpg",
    "back\\slash.jpg",
    "*?[a].jpg",
    "写真😀.jpg",
    "a\u{301}.jpg",
    "\u{e1}.jpg",
    "trailing.dot..jpg",
    "\u{1b}[2J.jpg",
    "UPPER.JPG",
];

#[test]
fn a_strange_name_is_written_or_refused_but_no_other_file_is_touched() {
    let mut setting = Setting::new();
    let longest = format!("{}.jpg", "n".repeat(251));
    let names: Vec<&str> = NAMES.iter().copied().chain([longest.as_str()]).collect();
    for (number, name) in names.iter().enumerate() {
        for folder in ["plain", "a % odd\nfolder"] {
            let relative = format!("{folder}/{name}");
            setting.file(&relative, &jpeg().seed(number as u64));
            setting.scenario.asset_file(&setting.library, &relative).description(relative.as_str());
        }
    }
    let home = setting.start();
    let before = snapshot(home.photos.path());

    let (summary, told) = home.write();

    let after = snapshot(home.photos.path());
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "no file came or went");
    assert_eq!(summary.failed, 0, "{told:?}");
    for (path, reason) in &told.skipped {
        assert!(path.to_string_lossy().contains(['\n', '\r']), "{} was refused: {reason}", path.display());
    }
    for path in &told.done {
        let tags = std::process::Command::new(crate::harness::exiftool())
            .args(["-s3", "-XMP-dc:Creator", "-XMP-dc:Description"])
            .current_dir(path.parent().unwrap())
            .arg(format!("./{}", path.file_name().unwrap().to_str().unwrap()))
            .output()
            .unwrap();
        let relative = path.strip_prefix(home.photos.path().canonicalize().unwrap()).unwrap();
        let wanted = photo_metadata::text::caption(relative.to_str().unwrap(), 2000).unwrap();
        // Printed text has dots for line breaks; the letters around them tell the files apart.
        let said = String::from_utf8_lossy(&tags.stdout).trim_end().replace('.', "");
        assert_eq!(said, wanted.replace(['\n', '\r', '.'], ""), "{}", path.display());
    }
    assert!(told.done.len() >= NAMES.len(), "{told:?}");
}
