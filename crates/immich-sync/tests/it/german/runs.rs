//! Runs in German, from the plan to what they say at the end, and the same for machines.

use std::path::Path;
use std::process::Command;

use sample_pictures::{Kind, Picture};
use serde_json::Value;

use super::{assert_german, german};
use crate::export::Stand as Library;
use crate::import::stand::Stand;
use crate::organize::shelf::Shelf;
use crate::place::{Place, Said, exiftool};
use crate::terminal::converse;

/// What runs count and do, in English.
const ENGLISH: [&str; 10] =
    ["photo", "photos", "file", "files", "change", "changes", "groups", "changed", "failed", "sent"];

/// Runs it in German to its end; fails the test where there is English on it.
#[track_caller]
fn said(command: &mut Command, code: i32) -> Said {
    let said = Said::by(german(command)).ended_with(code);
    assert_german(&said, &[]);
    for line in said.stdout.lines().chain(said.stderr.lines()) {
        let names_aside = line.split('`').step_by(2).flat_map(str::split_whitespace);
        let english: Vec<&str> = names_aside
            .map(|word| word.trim_matches([',', ':', ';', '.']))
            .filter(|word| ENGLISH.contains(word))
            .collect();
        assert!(english.is_empty(), "{english:?} in: {line}");
    }
    said
}

/// Fails the test unless all of it was said.
#[track_caller]
fn assert_says(said: &Said, sentences: &[&str]) {
    for sentence in sentences {
        let found = said.stdout.contains(sentence) || said.stderr.contains(sentence);
        assert!(found, "{sentence}\nstdout:\n{}\nstderr:\n{}", said.stdout, said.stderr);
    }
}

/// What a machine gets, in an order of its own: photos are looked at side by side.
fn objects(command: &mut Command, code: i32) -> Vec<Value> {
    let mut objects = Said::by(command).ended_with(code).objects();
    objects.iter_mut().for_each(forget_what_varies);
    objects.sort_by_key(Value::to_string);
    objects
}

/// Times, and what went over the network: how many files are asked for at once depends on the time, too.
fn forget_what_varies(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for time in ["seconds", "age_seconds", "requests", "bytes_received"] {
                fields.remove(time);
            }
            fields.values_mut().for_each(forget_what_varies);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_what_varies),
        _ => {}
    }
}

/// Fails the test unless a machine gets the same, whatever the language.
#[track_caller]
fn assert_same_for_machines(make: impl Fn() -> Command, code: i32) {
    let english = objects(make().arg("--json"), code);

    assert!(!english.is_empty());
    assert_eq!(objects(german(make().arg("--json")), code), english);
}

fn undo(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.bare(&["undo"]);
    command.arg("--exiftool").arg(exiftool()).args(arguments);
    command
}

/// A library with a photo that is not there, and one that is damaged.
fn library() -> Place {
    let place = Place::with(6);
    std::fs::remove_file(&place.files[0]).unwrap();
    std::fs::write(&place.files[1], "no picture").unwrap();
    place
}

#[test]
fn writing_is_told_in_german() {
    let place = library();

    let plan = said(&mut place.write(&["--caption", "--dry-run"]), 3);
    let run = said(&mut place.write(&["--caption", "--log-level", "info"]), 3);
    let again = said(&mut place.write(&["--caption"]), 3);

    assert_says(&plan, &["Probelauf über 6 Fotos; nichts wurde geändert", "zu ändern"]);
    assert_says(&plan, &["Starte dasselbe ohne --dry-run, um es zu tun.", "Übergangen `"]);
    assert_says(&run, &["` geschrieben: ", "Fertig mit 6 Fotos", "geändert", "Anfragen, "]);
    assert_says(&run, &["im Bibliotheksordner nicht gefunden"]);
    assert_says(&again, &["seit dem letzten Lauf nicht geändert"]);
}

#[test]
fn the_past_is_told_and_taken_back_in_german() {
    let place = Place::with(3);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);

    let runs = said(&mut place.bare(&["history"]), 0);
    let changes = said(&mut place.bare(&["history", "1"]), 0);
    let plan = said(&mut undo(&place, &["1", "--dry-run"]), 0);
    let unanswered = said(&mut undo(&place, &["1"]), 2);
    let nothing = said(&mut undo(&place, &["7", "--yes"]), 2);
    let (code, asked) =
        converse(german(&mut undo(&place, &["1"])), &[("3 Änderungen von Lauf 1 zurücknehmen? [j/N]", "j")]);
    let after = said(&mut place.bare(&["history"]), 0);

    assert_says(&runs, &["(eben)  write --caption: 3 Änderungen, ", " für undo aufbewahrt"]);
    assert_says(&changes, &["(Lauf 1, ", "undo geht auf das Byte genau"]);
    assert_says(&plan, &["Probelauf über 3 Fotos; nichts wurde geändert"]);
    assert_says(&unanswered, &["Fehler: zurückzunehmen: 3 Änderungen von Lauf 1; sag --yes"]);
    assert_says(&nothing, &["Fehler: nichts ist bekannt von Lauf 7"]);
    assert!(code == Some(0) && asked.contains("Fertig mit 3 Fotos"), "{code:?} {asked}");
    assert_says(&after, &["3 zurückgenommen"]);
}

#[test]
fn the_organizer_speaks_german() {
    let shelf = Shelf::new();
    let page = shelf.folder.path().join("groups.html");

    let scan = said(&mut shelf.organize(&["--report", page.to_str().unwrap()]), 0);
    let list = said(&mut shelf.bare(&["organize", "list"]), 0);
    let show = said(&mut shelf.bare(&["organize", "show", "1"]), 0);
    let plan = said(&mut shelf.organize(&["--tag-only", "--create-albums", "--dry-run"]), 0);
    let tagged = said(&mut shelf.organize(&["--tag-only", "--log-level", "info"]), 0);
    let again = said(&mut shelf.organize(&["--tag-only"]), 0);
    let past = said(&mut shelf.bare(&["history", "1"]), 0);
    let decided = said(&mut shelf.bare(&["organize", "decide", "1", "--ignore"]), 0);
    let rest = said(&mut shelf.bare(&["organize", "list"]), 0);
    let local = said(shelf.bare(&["organize", "--source", "local", "-s"]).arg(shelf.disk()), 0);

    assert_says(&scan, &["10 Fotos verglichen", "2 Gruppen gefunden, ", "zu gewinnen:", "Die Seite `"]);
    assert_says(&scan, &["Nichts wurde geändert. `immich-sync organize show 1` zeigt eine Gruppe"]);
    assert_says(&list, &["Gefunden unter 10 Fotos am ", "` behalten: seine Datei ist die größte"]);
    assert_says(&show, &["Gruppe 1: duplicate, 3 Fotos, ", "Das erste wird behalten: ", "Abstand "]);
    assert_says(&plan, &["Hätte ", "mit dem Tag review-duplicate/keep versehen", "Das Ergebnis wäre:"]);
    assert_says(&tagged, &["Tags setzen: ", "Erledigt:", "` nimmt es zurück."]);
    assert_says(&again, &["Nichts war zu tun:"]);
    assert_says(&past, &["(Lauf 1, "]);
    assert_says(&decided, &["keine Duplikate, nach deiner Entscheidung"]);
    assert_says(&rest, &["1 Gruppe weggelassen, weil du gesagt hast"]);
    assert_says(&local, &["4 Fotos verglichen"]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("<html lang=\"de\">") && page.contains("Das erste behalten: "));
}

/// A folder with a photo, the same again, an empty one, one that is cut off, and something else.
fn inbox(stand: &Stand) -> std::path::PathBuf {
    let root = stand.folder.path().join("inbox");
    std::fs::create_dir_all(&root).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(root.join(name), bytes).unwrap();
    let picture = Picture::new(Kind::Jpeg).build();
    put("a.jpg", &picture);
    put("b.jpg", &picture);
    put("c.jpg", b"");
    put("d.jpg", &picture[..picture.len() / 2]);
    put("notes.txt", b"no picture");
    root
}

#[test]
fn imports_are_told_in_german() {
    let stand = Stand::with(3);
    let root = inbox(&stand);

    let plan = said(&mut stand.folder(&root, &["--dry-run"]), 3);
    let run = said(&mut stand.folder(&root, &["--log-level", "info"]), 3);
    let again = said(&mut stand.folder(&root, &[]), 3);
    let takeout = said(&mut stand.import(&["--dry-run"]), 0);
    let missing = said(&mut stand.folder(Path::new("/nowhere/inbox"), &[]), 3);

    // Which of two files of the same bytes is sent depends on which was read first.
    assert_says(&plan, &["Würde `", ".jpg` senden", "Probelauf über 5 Dateien; nichts wurde geändert"]);
    assert_says(&run, &[".jpg` gesendet", "Gesendet, aber beschädigt: `", "weder Foto noch Video"]);
    assert_says(&run, &["Übergangen `", "Fertig mit 5 Dateien", "`immich-sync undo 1` nimmt es zurück."]);
    assert_says(&again, &["unverändert seit dem Senden"]);
    assert_says(&takeout, &["Probelauf über "]);
    assert_says(&missing, &["Nicht alles war zu sehen; nichts gilt als an der Quelle weg."]);
}

#[test]
fn exports_are_told_in_german() {
    let library = Library::with(3);

    let plan = said(&mut library.export(&["--dry-run"]), 0);
    let run = said(&mut library.export(&["--log-level", "info"]), 0);
    let again = said(&mut library.export(&[]), 0);
    let past = said(&mut library.command(&["history"]), 0);

    assert_says(&plan, &["Würde `", "IMG_0.JPG` exportieren", "3 Dateien zu exportieren", "etwa 1,2 MB zu"]);
    assert_says(&run, &["IMG_0.JPG` exportiert", "Fertig mit einer Bibliothek mit 3 Fotos"]);
    assert_says(&run, &["3 Dateien exportiert", "`immich-sync undo 1` nimmt es zurück."]);
    assert_says(&again, &["3 unverändert seit dem Export"]);
    assert_says(&past, &["3 Dateien angelegt"]);
    assert_same_for_machines(|| library.export(&["--dry-run"]), 0);
}

#[test]
fn a_question_is_asked_and_answered_in_german() {
    let place = Place::managed(3);

    let (code, text) = converse(
        german(&mut place.write(&["--caption"])),
        &[("  s  Sidecars danebenlegen", "\0"), ("Deine Wahl (Enter: keine):", "o")],
    );

    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("dieser Fotos werden von Immich") && text.contains("Fertig mit 3 Fotos"), "{text}");
}

#[test]
fn machines_read_the_same_in_every_language() {
    let place = library();
    assert_same_for_machines(|| place.write(&["--caption", "--dry-run"]), 3);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(3);
    assert_same_for_machines(|| place.bare(&["history"]), 0);
    assert_same_for_machines(|| place.bare(&["history", "1"]), 0);
    assert_same_for_machines(|| undo(&place, &["1", "--dry-run"]), 0);
    // What goes wrong is an object too.
    assert_same_for_machines(|| undo(&place, &["1"]), 2);

    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);
    assert_same_for_machines(|| shelf.organize(&["--create-albums", "--dry-run"]), 0);
    assert_same_for_machines(|| shelf.bare(&["organize", "list"]), 0);
    assert_same_for_machines(|| shelf.bare(&["organize", "show", "1"]), 0);
    assert_same_for_machines(|| shelf.bare(&["history", "1"]), 0);

    let stand = Stand::with(2);
    let root = inbox(&stand);
    assert_same_for_machines(|| stand.folder(&root, &["--dry-run"]), 3);
}
