//! Questions, asked at a terminal that is one and answered by somebody who types.

use std::process::Command;

use crate::place::{Place, Said, exiftool};
use crate::terminal::converse;

/// Runs it at a terminal, types `answer` when `question` is shown, and waits for the end.
fn at_a_terminal(command: &mut Command, question: &str, answer: &str) -> (Option<i32>, String) {
    converse(command, &[(question, answer)])
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
