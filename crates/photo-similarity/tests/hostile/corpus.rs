//! Files from many cameras and programs, and such as broke other programs.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use photo_similarity::{Limits, SimilarityError, decode};

use crate::memory::{growth, turn};

/// Where collected files are, if they are.
pub(crate) fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let shared =
        std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from);
    shared.join("corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn collected_files_are_decoded_or_refused_in_words() {
    let folder = folder();
    if !folder.is_dir() {
        let test = "collected_files_are_decoded_or_refused_in_words";
        let line = format!(
            "SKIPPED {test}: no corpus at {}; name its parent in IMMICH_SYNC_SHARED\n",
            folder.display()
        );
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let _turn = turn();
    let limits = Limits { memory: 400 << 20, ..Limits::default() };
    let (mut decoded, mut failed) = (0, Vec::new());
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        let bytes = std::fs::read(&file).unwrap();
        let (outcome, grown) = growth(|| decode(&bytes, 128, &limits));
        let is_expected = match &outcome {
            Ok(_) => true,
            Err(SimilarityError::Unsupported(_)) => {
                !["jpg/", "png/", "webp/", "gif/"].iter().any(|kind| name.starts_with(kind))
            }
            Err(_) => {
                // What an old libheif cannot read is in `heif/` too.
                let may_be_damaged = ["broken/", "synthetic/dev_trunc", "synthetic/dev_empty", "heif/"];
                may_be_damaged.iter().any(|kind| name.starts_with(kind))
            }
        };
        decoded += usize::from(outcome.is_ok());
        if !is_expected || grown.is_some_and(|grown| grown > limits.memory) {
            failed.push(format!("{name}: {grown:?} bytes, {:?}", outcome.map(|_| ())));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(decoded >= 90, "only {decoded} files were decoded");
}
