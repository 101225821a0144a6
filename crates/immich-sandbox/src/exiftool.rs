//! Runs ExifTool as the server does. For reading: MWG on, structures kept, numbers for position, rating and orientation.
//!
//! File names are arguments of the process, not lines of a file, so a name may hold anything but NUL. A file
//! that ExifTool cannot read still has an entry, with an `Error` in it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Map, Value};

use crate::SandboxError;

/// What a file says of itself, by ExifTool's names.
pub(crate) type Tags = Map<String, Value>;

/// So many files per process, well below the limit of a command line.
const BATCH: usize = 200;

/// Tags that are wanted as numbers.
const NUMERIC: [&str; 9] = [
    "-GPSLatitude#",
    "-GPSLongitude#",
    "-Rating#",
    "-Orientation#",
    "-FocalLength#",
    "-FNumber#",
    "-ISO#",
    "-Duration#",
    "-all",
];

/// Tags to give to a file, as arguments such as `-XMP-xmp:Rating=3`.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) file: PathBuf,
    pub(crate) tags: Vec<String>,
}

/// Writes tags into files; an `.xmp` that is not there is made. Answers what became of each.
pub(crate) fn write(program: &Path, all: &[Assignment]) -> Vec<Result<(), SandboxError>> {
    let each = |batch: &[Assignment]| -> Vec<Result<(), SandboxError>> {
        if assign(program, batch).is_ok() {
            return batch.iter().map(|_| Ok(())).collect();
        }
        // One that fails must not cost the others; writing the same again does no harm.
        batch.iter().map(|one| assign(program, std::slice::from_ref(one))).collect()
    };
    all.chunks(BATCH / 2).flat_map(each).collect()
}

fn assign(program: &Path, batch: &[Assignment]) -> Result<(), SandboxError> {
    let mut command = Command::new(program);
    for (number, one) in batch.iter().enumerate() {
        if number > 0 {
            command.arg("-execute");
        }
        command.args(&one.tags).arg(&one.file);
    }
    let output = command
        .args(["-common_args", "-q", "-m", "-overwrite_original", "-charset", "filename=utf8"])
        .output()
        .map_err(|source| SandboxError::ExifTool { path: program.to_owned(), source })?;
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    // A folder of that name is walked through, which is a success to ExifTool.
    if output.status.success() && batch.iter().all(|one| one.file.is_file()) {
        return Ok(());
    }
    Err(SandboxError::ExifToolAnswer { message: format!("cannot write a sidecar: {complaint}") })
}

/// The tags of each file, in the order of the files, which must exist.
pub(crate) fn read(program: &Path, files: &[PathBuf]) -> Result<Vec<Tags>, SandboxError> {
    let mut all = Vec::with_capacity(files.len());
    for batch in files.chunks(BATCH) {
        all.extend(run(program, batch)?);
    }
    Ok(all)
}

fn run(program: &Path, files: &[PathBuf]) -> Result<Vec<Tags>, SandboxError> {
    let output = Command::new(program)
        .args(["-json", "-struct", "-use", "MWG", "-m", "-charset", "filename=utf8"])
        .args(["-api", "largefilesupport=1"])
        .args(NUMERIC)
        .arg("--")
        .args(files)
        .output()
        .map_err(|source| SandboxError::ExifTool { path: program.to_owned(), source })?;
    let nonsense = |what: &str| SandboxError::ExifToolAnswer {
        message: format!("{what}; it said: {}", String::from_utf8_lossy(&output.stderr).trim()),
    };
    // Bytes that are no UTF-8 in some tag must not cost the other files.
    let text = String::from_utf8_lossy(&output.stdout);
    let entries: Vec<Tags> = serde_json::from_str(&text).map_err(|error| nonsense(&error.to_string()))?;
    if entries.len() != files.len() {
        return Err(nonsense(&format!("{} entries for {} files", entries.len(), files.len())));
    }
    Ok(entries)
}
