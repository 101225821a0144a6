//! ExifTool for the tests: it writes what the server is to read, and reads what the server wrote.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The ExifTool of the tests.
#[expect(clippy::disallowed_methods, reason = "tests are told where ExifTool is by the environment")]
pub(crate) fn exiftool() -> PathBuf {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/exiftool/bin/exiftool");
    let path = PathBuf::from(std::env::var("IMMICH_SYNC_EXIFTOOL").unwrap_or_else(|_| built.to_owned()));
    assert!(path.is_file(), "no ExifTool at {}; run `cargo xtask test`", path.display());
    path
}

/// Writes tags as ExifTool takes them, `-XMP-xmp:Rating=3`.
pub(crate) fn write(file: &Path, tags: &[&str]) {
    let output = Command::new(exiftool())
        .args(["-q", "-m", "-n", "-overwrite_original", "-sep", ","])
        .args(tags)
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// All tags of a file by group and name, numbers as numbers.
pub(crate) fn tags_of(file: &Path) -> Value {
    let output = Command::new(exiftool()).args(["-json", "-G1", "-n"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all[0].clone()
}
