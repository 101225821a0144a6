//! A terminal that is one, for a program that asks.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Longer than a run of a few files takes on a machine that does ten things at once.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is typed for Ctrl-C.
pub(crate) const CTRL_C: &str = "\u{3}";

/// For what is only waited for.
pub(crate) const NOTHING: &str = "\0";

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

/// Runs it at a terminal, types each answer when its question is shown behind the one before, and waits for the end.
/// Results go elsewhere; what is given back is what a person would see. Ctrl-C is a signal.
pub(crate) fn converse(command: &mut Command, talk: &[(&str, &str)]) -> (Option<i32>, String) {
    let (mut person, program) = terminal();
    let stdin = program.try_clone().unwrap();
    command.env("TERM", "dumb").stdin(stdin).stderr(program).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The command holds the program's end open, and the reader would wait for ever.
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let (receiver, begin, mut text) = (shown(person.try_clone().unwrap()), Instant::now(), String::new());
    let mut answered = 0;
    for (question, answer) in talk {
        while !text[answered..].contains(question) {
            let more = receiver.recv_timeout(PATIENCE.saturating_sub(begin.elapsed()));
            text.push_str(&more.unwrap_or_else(|_| panic!("`{question}` was not asked: {text}")));
        }
        answered += text[answered..].find(question).unwrap() + question.len();
        if *answer == NOTHING {
            continue;
        }
        if *answer == CTRL_C {
            // The terminal is not the one that controls the program, so what it makes of the key is done here.
            let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
            rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
        } else {
            writeln!(person, "{answer}").unwrap();
        }
    }
    let status = child.wait().unwrap();
    // It ends with the program, which was the last to hold the terminal.
    text.extend(receiver.iter());
    (status.code(), text)
}
