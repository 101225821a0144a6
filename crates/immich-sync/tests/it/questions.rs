//! Questions, asked at a terminal that is one and answered by somebody who types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::place::{Place, Said, exiftool};

/// Longer than a run of a few files takes on a machine that does ten things at once.
const PATIENCE: Duration = Duration::from_mins(2);

/// A terminal: the end of the person, and the end of the program.
fn terminal() -> (File, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let program = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (person.into(), program)
}

/// Everything that is shown, as it comes.
fn shown(mut person: File) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // Once the program is gone, reading its terminal is an error.
        while let Ok(number @ 1..) = person.read(&mut bytes) {
            if sender.send(String::from_utf8_lossy(&bytes[..number]).into_owned()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Runs it at a terminal, types `answer` when `question` is shown, and waits for the end.
fn at_a_terminal(command: &mut Command, question: &str, answer: &str) -> (Option<i32>, String) {
    let (mut person, program) = terminal();
    let stdin = program.try_clone().unwrap();
    command.env("TERM", "dumb").stdin(stdin).stderr(program).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The command holds the program's end open, and the reader would wait for ever.
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let (receiver, begin, mut text) = (shown(person.try_clone().unwrap()), Instant::now(), String::new());
    while !text.contains(question) {
        let more = receiver.recv_timeout(PATIENCE.saturating_sub(begin.elapsed()));
        text.push_str(&more.unwrap_or_else(|_| panic!("`{question}` was not asked: {text}")));
    }
    writeln!(person, "{answer}").unwrap();
    let status = child.wait().unwrap();
    text.extend(receiver.try_iter());
    (status.code(), text)
}

#[test]
fn managed_files_are_asked_about_once_and_the_answer_is_kept() {
    let place = Place::managed(4);

    let (code, text) = at_a_terminal(&mut place.write(&["--caption"]), "Your choice", "o");

    assert_eq!(code, Some(0), "{text}");
    let again = Said::by(&mut place.write(&["--caption", "--json", "--recheck"])).ended_with(0).last();
    assert_eq!((&again["seen"], &again["failed"]), (&4.into(), &0.into()), "nobody was there to be asked");
}

#[test]
fn no_answer_about_managed_files_is_no_permission() {
    let place = Place::managed(4);
    let before = place.contents();

    let (code, text) = at_a_terminal(&mut place.write(&["--caption"]), "Your choice", "");

    assert_eq!(code, Some(2), "{text}");
    assert_eq!(place.contents(), before);
}

#[test]
fn an_undo_asks_first_and_only_yes_is_yes() {
    let place = Place::with(2);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let written = place.contents();
    let undo = || {
        let mut command = place.bare(&["undo", "1"]);
        command.arg("--exiftool").arg(exiftool());
        command
    };

    let (no, _) = at_a_terminal(&mut undo(), "Take back 2 changes of run 1?", "n");
    let unchanged = place.contents() == written;
    let (yes, text) = at_a_terminal(&mut undo(), "Take back 2 changes of run 1?", "y");

    assert!(unchanged, "an undo did not wait for its yes");
    assert_eq!((no, yes), (Some(2), Some(0)), "{text}");
    assert_ne!(place.contents(), written);
}

#[test]
fn the_brake_is_four_unless_somebody_says_yes() {
    let place = Place::with(12);
    Said::by(&mut place.write(&["--caption", "--after", "nothing"])).ended_with(0);
    let before = place.contents();
    let rewrite = |text: &str| {
        for asset in &place.assets {
            place.sandbox.edit(*asset, |asset| asset.description = Some(text.to_owned())).unwrap();
        }
    };
    let write = |more: &[&str]| place.write(&[&["--caption", "--after", "nothing"], more].concat());

    rewrite("Another");
    let alone = Said::by(&mut write(&[])).ended_with(4);
    let (no, _) = at_a_terminal(&mut write(&[]), "Go on? [y/N]", "");
    let untouched = place.contents() == before;
    let (yes, text) = at_a_terminal(&mut write(&[]), "Go on? [y/N]", "y");
    rewrite("A third");
    let told = Said::by(&mut write(&["--yes", "--json"])).ended_with(0).last();

    assert!(alone.stderr.contains("12 of 12 photos"), "{}", alone.stderr);
    assert!(untouched, "it was written before somebody said yes");
    assert_eq!((no, yes), (Some(4), Some(0)), "{text}");
    assert_eq!(told["done"], 12);
}
