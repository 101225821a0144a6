//! The folder with API descriptions and recorded answers that stands beside the project.

use std::{io::Write, path::PathBuf};

use serde_json::Value;

/// The folder, or `None` with a line on stderr where it is absent.
#[expect(clippy::disallowed_methods, reason = "tests are told where the folder is by the environment")]
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var("IMMICH_SYNC_SHARED").unwrap_or_else(|_| beside.to_owned());
    let folder = PathBuf::from(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test harness, which swallows what a passing test prints, and in one piece, so that the lines of
    // tests side by side do not mix.
    let line = format!("SKIPPED {test}: no shared folder at {}\n", folder.display());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// A JSON file below the folder.
pub(crate) fn json(folder: &std::path::Path, name: &str) -> Value {
    let text = std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}
