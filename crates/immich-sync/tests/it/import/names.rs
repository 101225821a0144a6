//! Five thousand names that have broken other programs, from a folder to the server.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::stand::Stand;
use crate::place::Said;

/// Names of folders, and the titles of their albums. Two that differ only in how an accent is written share one title and stay
/// two albums.
const FOLDERS: [(&[u8], &str); 24] = [
    (b"a [2020]", "a [2020]"),
    (b"b (x)", "b (x)"),
    (b"c {1,2}", "c {1,2}"),
    (b"+(g)", "+(g)"),
    (b"f*star", "f*star"),
    (b"h?", "h?"),
    (b"it's", "it's"),
    (b"\"quoted\"", "\"quoted\""),
    (b"back\\slash", "back\\slash"),
    ("Zoe\u{308}".as_bytes(), "odd / Zoë"),
    ("Zoë".as_bytes(), "odd / Zoë"),
    (b"latin-\xe9", "latin-é"),
    (b"bytes-\x80\xfe", "bytes-_þ"),
    (b"new\nline", "new_line"),
    (b" blanks ", " blanks "),
    (b"-dash", "-dash"),
    (b"--delete", "--delete"),
    (b"ends...", "ends..."),
    (b"100%", "100%"),
    (b"%41", "%41"),
    ("🏔️ 家族".as_bytes(), "🏔️ 家族"),
    (b"$(id)", "$(id)"),
    (b"tab\there", "tab_here"),
    (b"<b>&amp;", "<b>&amp;"),
];

/// What stands in the middle of names of files.
const MIDDLES: [&[u8]; 30] = [
    b"",
    b"[1]",
    b"(2)",
    b"{a,b}",
    b"*",
    b"?",
    b"'",
    b"\"",
    b"\\",
    b" ",
    b"\xff",
    b"\xe9",
    b"e\xcc\x88",
    b"\xc3\xab",
    b".",
    b"..",
    b"\n",
    b"\r",
    b"\t",
    b"%20",
    b"-edited",
    b"~1",
    b"_BURST1",
    b";",
    b"|",
    b"&",
    "🌲".as_bytes(),
    "京都".as_bytes(),
    b"\x1b[2J",
    b"\x7f",
];

const STARTS: [&[u8]; 6] = [b"n", b"-", b"--", b" ", b"#", b"@"];

/// The name of a file: odd, different from all others of its folder, and one that the server takes.
fn name(number: usize) -> Vec<u8> {
    let (start, middle) = (STARTS[number % STARTS.len()], MIDDLES[number / STARTS.len() % MIDDLES.len()]);
    let end: &[u8] = if number.is_multiple_of(2) { b".jpg" } else { b".JPG" };
    let mut name = [start, middle, number.to_string().as_bytes(), middle, end].concat();
    if number.is_multiple_of(11) {
        // As long as a file system lets a name be.
        let fill = 255 - name.len();
        name.splice(0..0, std::iter::repeat_n(b'l', fill));
    }
    name
}

/// So many files with different bytes in odd folders; where each is, by its bytes.
fn tree(root: &Path, files: usize) -> BTreeMap<Vec<u8>, usize> {
    let mut all = BTreeMap::new();
    for number in 0..files {
        let at = number % FOLDERS.len();
        let folder = root.join(OsStr::from_bytes(FOLDERS[at].0));
        fs::create_dir_all(&folder).unwrap();
        let bytes = format!("picture {number}").into_bytes();
        fs::write(folder.join(OsStr::from_bytes(&name(number))), &bytes).unwrap();
        all.insert(bytes, at);
    }
    all
}

#[test]
fn five_thousand_odd_names_arrive_with_their_bytes_in_the_albums_of_their_folders() {
    let stand = Stand::with(1);
    let root = stand.folder.path().join("odd");
    let files = tree(&root, 5000);
    let import =
        || Said::by(&mut stand.folder(&root, &["--folder-as-album", "folder", "--json"])).ended_with(0);

    let first = import().last();

    assert_eq!((&first["seen"], &first["uploaded"]), (&5000.into(), &5000.into()), "{first}");
    let arrived = stand.arrived();
    assert_eq!(arrived.len(), files.len());
    for (bytes, folder) in &files {
        let view = &arrived[bytes];
        assert_eq!(view.albums, [FOLDERS[*folder].1], "{view:?}");
        assert!(!view.file_name.contains(char::is_control), "{view:?}");
        assert!(view.file_name.to_lowercase().ends_with(".jpg"), "{view:?}");
    }
    assert_eq!(stand.sandbox.albums().len(), FOLDERS.len());
    assert!(stand.sandbox.stacks().is_empty());
    stand.sandbox.clear_requests();
    let again = import().last();
    assert_eq!((&again["done"], &again["bytes_read"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(stand.sandbox.writes(), []);
}

#[test]
fn a_name_that_people_can_type_is_the_name_on_the_server() {
    let stand = Stand::with(1);
    let names = [
        "a [1].jpg",
        "b (2).jpg",
        "c {3}.jpg",
        "+.jpg",
        "it's.jpg",
        "\"q\".jpg",
        "Zoë.jpg",
        "🌲.jpg",
        "a%20b.jpg",
        "a;b=c.jpg",
    ];
    for name in names {
        stand.file(&format!("plain/{name}"), name.as_bytes());
    }

    Said::by(&mut stand.folder(&stand.folder.path().join("plain"), &[])).ended_with(0);

    for (bytes, view) in stand.arrived() {
        assert_eq!(view.file_name.as_bytes(), bytes);
    }
    assert_eq!(stand.there().len(), names.len());
    // The server takes what is in front of a backslash for a folder, and would drop it.
    let path = stand.file("slashed/a\\.jpg", b"slashed");
    Said::by(&mut stand.folder(path.parent().unwrap(), &[])).ended_with(0);
    assert_eq!(stand.arrived()[&b"slashed"[..]].file_name, "a_.jpg");
}

#[test]
fn any_folder_can_be_named_on_the_command_line() {
    let stand = Stand::with(1);
    for (number, (folder, _)) in FOLDERS.iter().enumerate() {
        let root = stand.folder.path().join("odd").join(OsStr::from_bytes(folder));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("a.jpg"), format!("picture {number}")).unwrap();

        let mut command = stand.bare(&["import", "folder", "--json"]);
        // As a person types it who stands beside it.
        command.current_dir(stand.folder.path().join("odd")).arg("--").arg(OsStr::from_bytes(folder));
        let said = Said::by(&mut command).ended_with(0);

        assert_eq!(said.last()["uploaded"], 1, "{}", folder.escape_ascii());
    }
    assert_eq!(stand.arrived().len(), FOLDERS.len());
    let history = Said::by(&mut stand.bare(&["history"])).ended_with(0);
    assert!(
        !history.stdout.contains("new\nline") && !history.stdout.contains('\u{1b}'),
        "{}",
        history.stdout
    );
}
