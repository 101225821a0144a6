//! What a command that is told for later has to say so that it finds the state of this run.
//!
//! Commands that ask no server take the only state there is, and a state of folders alone gives way to that of a
//! server: `undo 1` after a scan of folders could take back the first run over the server. So what is told names the
//! state wherever it would not be found by itself.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::states;

/// Options for later commands, each with a blank before it, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SameState {
    /// For `organize list`, `show` and `decide`.
    pub(crate) groups: String,
    /// For `undo` and `history`.
    pub(crate) runs: String,
}

impl SameState {
    /// Of a run whose state is in `folder`: where it was `given` by name, or one of folders of this machine alone.
    pub(crate) fn of(folder: &Path, given: bool, is_local: bool, states: Option<&Path>) -> Self {
        let named = format!(" --state-dir {}", quoted(folder));
        if given {
            return Self { groups: named.clone(), runs: named };
        }
        let is_found = states::of_server(states, None).is_ok_and(|found| found == folder);
        let runs = if is_found { String::new() } else { named };
        // A state of a server may come later; then this one would not be found any more.
        let groups = if is_local { " --source local".to_owned() } else { runs.clone() };
        Self { groups, runs }
    }
}

/// A path as one word of one line for a shell, from wherever it is typed.
fn quoted(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    match path.to_str() {
        Some(text) if text.chars().all(|sign| sign.is_ascii_alphanumeric() || "/._-".contains(sign)) => {
            text.to_owned()
        }
        Some(text) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => escaped(path.as_os_str().as_bytes()),
    }
}

/// Signs that a terminal or a page could show as something else are written as numbers: bash, zsh and newer POSIX
/// shells read them.
fn escaped(bytes: &[u8]) -> String {
    let mut word = String::from("$'");
    for &byte in bytes {
        match byte {
            b'\'' | b'\\' => word.extend(['\\', char::from(byte)]),
            b' '..=b'~' => word.push(char::from(byte)),
            // Three digits: with fewer, a digit that follows would be read as one of them.
            _ => _ = write!(word, "\\{byte:03o}"),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::process::Command;

    use sync_core::state::SqliteStore;

    use super::*;

    fn made(states: &Path, name: &str) -> PathBuf {
        SqliteStore::open(&states.join(name)).unwrap().close().unwrap();
        states.join(name)
    }

    #[test]
    fn a_shell_reads_a_path_as_it_is() {
        let all: Vec<u8> = (1..=255).filter(|&byte| byte != b'/').collect();
        for name in [
            &b"plain-1.2_x"[..],
            b"with blank",
            b"it's $(id) `x` \"y\" \\n",
            "שלום\u{202e}9".as_bytes(),
            &all,
        ] {
            let path = Path::new("/a").join(OsStr::from_bytes(name));
            let word = quoted(&path);

            let heard =
                Command::new("bash").args(["-c", &format!("printf %s {word}")]).output().unwrap().stdout;

            assert_eq!(heard, path.as_os_str().as_bytes(), "{word}");
            assert!(word.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{word}");
        }
        assert!(quoted(Path::new("here")).starts_with('/'));
    }

    #[test]
    fn a_state_that_was_given_is_named() {
        let same = SameState::of(Path::new("/my state"), true, true, None);

        assert_eq!(same.groups, " --state-dir '/my state'");
        assert_eq!(same.runs, same.groups);
    }

    #[test]
    fn a_state_of_folders_is_named_beside_that_of_a_server() {
        let states = tempfile::tempdir().unwrap();
        let local = made(states.path(), "local");
        let alone = SameState::of(&local, false, true, Some(states.path()));
        assert_eq!((alone.groups.as_str(), alone.runs.as_str()), (" --source local", ""));

        let server = made(states.path(), "user");

        let beside = SameState::of(&local, false, true, Some(states.path()));
        assert_eq!(beside.groups, " --source local");
        assert_eq!(beside.runs, format!(" --state-dir {}", local.display()));
        assert_eq!(SameState::of(&server, false, false, Some(states.path())), SameState::default());
        made(states.path(), "other");
        let one_of_two = SameState::of(&server, false, false, Some(states.path()));
        assert_eq!(one_of_two.groups, format!(" --state-dir {}", server.display()));
    }
}
