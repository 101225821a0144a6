//! Wrong input: named, counted, and the rest goes on.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use sample_pictures::archives::{Sizes, TarName, Tgz, Zip};
use sample_pictures::{Kind, Picture};
use serde_json::Value;

use super::stand::Stand;
use crate::place::Said;

/// Says that a test needs a system that closes folders, and that this one opens all of them to everybody.
pub(super) fn skipped(test: &str) {
    let line = format!("SKIPPED {test}: nothing here keeps this user out of a folder\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The command without the rights of root to read everything, where `closed` is closed to it then.
pub(super) fn unprivileged(command: &mut Command, closed: &Path) -> Option<Command> {
    if fs::read_dir(closed).is_err() {
        let mut same = Command::new(command.get_program());
        return Some(copied(command, &mut same));
    }
    let without =
        ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"];
    let sees = Command::new("setpriv").args(without).arg("ls").arg(closed).output();
    if !sees.is_ok_and(|output| !output.status.success()) {
        return None;
    }
    let mut without_rights = Command::new("setpriv");
    without_rights.args(without).arg(command.get_program());
    Some(copied(command, &mut without_rights))
}

fn copied(from: &Command, to: &mut Command) -> Command {
    let mut command = Command::new(to.get_program());
    command.args(to.get_args()).args(from.get_args()).env_clear();
    for (name, value) in from.get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    command
}

/// Fails the test unless everything that was seen ended in one way.
#[track_caller]
fn assert_adds_up(said: &Said) -> Value {
    let last = said.last();
    let count = |name: &str| last[name].as_u64().unwrap();
    let skipped: u64 = last["skipped"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(count("done") + skipped + count("failed"), count("seen"), "{last}");
    last
}

/// What was said of a file.
fn about<'a>(objects: &'a [Value], end: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["path"].as_str().is_some_and(|path| path.ends_with(end))).collect()
}

#[test]
fn a_folder_with_everything_that_can_be_wrong_is_told_file_by_file_and_the_rest_arrives() {
    let stand = Stand::with(1);
    let whole = |seed| Picture::new(Kind::Jpeg).seed(seed).build();
    let png = Picture::new(Kind::Png).seed(1).build();
    let movie = Picture::new(Kind::Mp4).seed(1).build();
    for number in 0..5 {
        stand.file(&format!("photos/good/{number}.jpg"), &whole(number));
    }
    stand.file("photos/bad/empty.jpg", b"");
    let cut = whole(100);
    stand.file("photos/bad/cut.jpg", &cut[..cut.len() / 2]);
    stand.file("photos/bad/cut.png", &png[..png.len() / 2]);
    stand.file("photos/bad/cut.mp4", &movie[..movie.len() / 2]);
    stand.file("photos/bad/json.jpg", &whole(101));
    stand.file("photos/bad/json.jpg.json", b"{\"title\": not json");
    stand.file("photos/bad/types.jpg", &whole(102));
    stand.file("photos/bad/types.jpg.json", br#"{"title":7,"photoTakenTime":{"timestamp":[]},"geoData":"north","description":{},"favorited":"yes"}"#);
    stand.file("photos/bad/xml.jpg", &whole(103));
    stand.file("photos/bad/xml.jpg.xmp", b"<x:xmpmeta this is no XML");
    let root = stand.folder.path().join("photos");
    symlink(&root, root.join("bad/loop")).unwrap();
    symlink("gone.jpg", root.join("bad/nowhere.jpg")).unwrap();
    symlink(root.join("good/0.jpg"), root.join("bad/link.jpg")).unwrap();

    let said = Said::by(&mut stand.folder(&root, &["--json"])).ended_with(3);

    let last = assert_adds_up(&said);
    let objects = said.objects();
    for (name, told) in [
        ("empty.jpg", "skipped"),
        ("cut.jpg", "damaged"),
        ("cut.png", "damaged"),
        ("cut.mp4", "damaged"),
        ("json.jpg.json", "failed"),
        ("xml.jpg.xmp", "failed"),
        ("loop", "skipped"),
        ("nowhere.jpg", "skipped"),
        ("link.jpg", "skipped"),
    ] {
        let is_told = about(&objects, name).iter().any(|object| object["type"] == told);
        assert!(is_told, "{name} is not told: {}", said.stdout);
    }
    assert_eq!((&last["sent_damaged"], &last["skipped"]["empty"]), (&3.into(), &1.into()), "{last}");
    // A file that was cut off may be the only copy that there is.
    let arrived = stand.arrived();
    assert!(arrived.contains_key(&cut[..cut.len() / 2]), "{last}");
    assert_eq!(arrived.len(), 5 + 3 + 3, "{last}");
}

#[test]
fn a_folder_that_is_closed_is_named_and_the_rest_arrives() {
    let stand = Stand::with(1);
    for number in 0..6 {
        stand.file(&format!("photos/{}/{number}.jpg", number % 2), format!("picture {number}").as_bytes());
    }
    let closed_file = stand.file("photos/2/closed.jpg", b"nobody may read this");
    let (root, closed) = (stand.folder.path().join("photos"), stand.folder.path().join("photos/1"));
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(&closed_file, fs::Permissions::from_mode(0o0)).unwrap();

    let said = unprivileged(&mut stand.folder(&root, &["--json"]), &closed)
        .map(|mut command| Said::by(&mut command));

    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    let Some(said) = said else { return skipped("a_folder_that_is_closed_is_named_and_the_rest_arrives") };
    let said = said.ended_with(3);
    let last = assert_adds_up(&said);
    assert_eq!((&last["uploaded"], &last["listing_complete"]), (&3.into(), &false.into()), "{last}");
    for name in ["photos/1", "2/closed.jpg"] {
        assert_eq!(about(&said.objects(), name)[0]["type"], "failed", "{name}");
    }
}

const YEAR: &str = "Takeout/Google Photos/Photos from 2019";

/// An archive of photos, each with its JSON.
fn zip(from: usize, to: usize) -> Zip {
    let mut zip = Zip::new();
    for number in from..to {
        zip.store(format!("{YEAR}/{number}.jpg"), &photo(number), Sizes::InFront);
        zip.deflate(format!("{YEAR}/{number}.jpg.json"), json(number).as_bytes(), Sizes::InFront);
    }
    zip
}

fn photo(number: usize) -> Vec<u8> {
    Picture::new(Kind::Jpeg).seed(number as u64).build()
}

fn json(number: usize) -> String {
    format!(r#"{{"title":"{number}.jpg","photoTakenTime":{{"timestamp":"1561000000"}}}}"#)
}

/// Imports archives of these names and bytes, and one that is right.
fn with_archives(archives: &[(&str, Vec<u8>)]) -> (Stand, Said) {
    let stand = Stand::with(1);
    stand.file("export/right.zip", &zip(0, 6).build());
    for (name, bytes) in archives {
        stand.file(&format!("export/{name}"), bytes);
    }
    let folder = stand.folder.path().join("export");
    let said = Said::by(stand.bare(&["import", "google-takeout", "--json"]).arg(&folder));
    (stand, said)
}

#[test]
fn an_archive_that_is_broken_in_any_way_is_named_and_the_others_arrive() {
    let whole = zip(10, 16).build();
    let table = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut wrong_sum = whole.clone();
    let first = photo(10);
    let at =
        wrong_sum.windows(20).position(|bytes| bytes == &first[first.len() - 40..first.len() - 20]).unwrap();
    wrong_sum[at] ^= 1;
    let mut wrong_table = whole.clone();
    wrong_table[table + 4..table + 44].fill(0xff);
    let mut tgz = Tgz::new();
    for number in 10..16 {
        tgz.add(format!("{YEAR}/{number}.jpg"), &photo(number), TarName::Posix);
    }
    let tgz = tgz.build();
    let spoiled: [(&str, &str, Vec<u8>); 7] = [
        ("cut.zip", "cut.zip", whole[..whole.len() / 2].to_vec()),
        ("no-table.zip", "no-table.zip", whole[..table].to_vec()),
        ("wrong-table.zip", "wrong-table.zip", wrong_table),
        ("wrong-sum.zip", "10.jpg", wrong_sum),
        ("empty.zip", "empty.zip", Vec::new()),
        ("nonsense.zip", "nonsense.zip", vec![0x55; 5000]),
        ("cut.tgz", "cut.tgz", tgz[..tgz.len() / 2].to_vec()),
    ];
    for (name, told, bytes) in spoiled {
        let (stand, said) = with_archives(&[(name, bytes)]);

        let said = said.ended_with(3);
        assert_adds_up(&said);
        let objects = said.objects();
        let told: Vec<&Value> =
            about(&objects, told).into_iter().filter(|object| object["type"] != "uploaded").collect();
        assert!(!told.is_empty(), "{name}: {}", said.stdout);
        let arrived = stand.arrived();
        for number in 0..6 {
            assert!(arrived.contains_key(&photo(number)), "{name}: {number} of the other archive");
        }
        let wrong: Vec<_> =
            arrived.keys().filter(|bytes| !(0..16).any(|number| photo(number) == **bytes)).collect();
        assert!(wrong.is_empty(), "{name}: bytes arrived that were never taken");
    }
}

#[test]
fn a_file_that_unpacks_to_gigabytes_ends_the_file_and_not_the_program() {
    let mut bomb = Zip::new();
    let zeros = vec![0; 192 << 20];
    bomb.deflate(format!("{YEAR}/bomb.jpg.json"), &zeros, Sizes::InFront);
    let mut bytes = bomb.build();
    // It says that it is small, in both places.
    for sign in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let at = bytes.windows(4).position(|four| four == sign).unwrap() + if sign[2] == 3 { 22 } else { 24 };
        bytes[at..at + 4].copy_from_slice(&200_u32.to_le_bytes());
    }
    let mut tar = Tgz::new();
    tar.add(format!("{YEAR}/bomb2.jpg.json"), &zeros[..64 << 20], TarName::Posix);

    let (stand, said) = with_archives(&[("bomb.zip", bytes), ("bomb.tgz", tar.build())]);

    let said = said.ended_with(3);
    assert_adds_up(&said);
    assert!(
        !about(&said.objects(), "bomb.jpg.json").is_empty() || said.stdout.contains("bomb.zip"),
        "{}",
        said.stdout
    );
    assert_eq!(stand.arrived().len(), 6);
}

#[test]
fn json_of_an_export_that_is_wrong_is_named_and_its_photo_arrives() {
    let mut spoiled = Zip::new();
    let bad: [(&str, &[u8]); 6] = [
        ("a.jpg", b"<html>no json</html>"),
        ("b.jpg", br#"{"title":"b.jpg","photoTakenTime":{"timestamp":{"deep":[1]}},"geoData":[1,2],"description":5}"#),
        ("c.jpg", b"\xff\xfe{\0"),
        ("d.jpg", br#"["title","d.jpg"]"#),
        ("f.jpg", br#"{"title":"f.jpg","photoTakenTime":"1561000000"}"#),
        ("e.jpg", br#"{"title":"e.jpg","photoTakenTime":{"timestamp":"99999999999999999999"},"geoData":{"latitude":1e300,"longitude":null}}"#),
    ];
    for (seed, (name, json)) in (20..).zip(bad) {
        spoiled.store(format!("{YEAR}/{name}"), &photo(seed), Sizes::InFront);
        spoiled.store(format!("{YEAR}/{name}.json"), json, Sizes::InFront);
    }

    let (stand, said) = with_archives(&[("spoiled.zip", spoiled.build())]);

    let said = said.ended_with(3);
    assert_adds_up(&said);
    assert_eq!(stand.arrived().len(), 6 + bad.len(), "{}", said.stdout);
    for name in ["a.jpg.json", "b.jpg.json", "c.jpg.json", "d.jpg.json", "e.jpg.json", "f.jpg.json"] {
        assert!(
            about(&said.objects(), name).iter().any(|object| object["trouble"] == true),
            "{name}: {}",
            said.stdout
        );
    }
    assert_eq!(stand.sandbox.albums(), [], "nothing of it is taken for an album");
}
