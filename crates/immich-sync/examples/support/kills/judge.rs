//! Whether a file is a complete new version of an original.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use photo_metadata::structure::examine;

use super::super::reading::{NAMED, Reading, read};
use super::super::wishes::{unmet, wishes};
use super::stage::{Photo, Stage};

/// What is wrong with each of these photos as they stand in the library; nothing, for a complete new version.
pub(super) fn findings(
    stage: &Stage,
    exiftool: &Path,
    chosen: &[usize],
) -> anyhow::Result<BTreeMap<usize, Vec<String>>> {
    let paths: Vec<PathBuf> =
        chosen.iter().map(|index| stage.root().join(&stage.photos[*index].file)).collect();
    let readings = read(exiftool, &paths, &NAMED)?;
    let findings = chosen.iter().zip(&paths);
    Ok(findings
        .map(|(index, path)| (*index, of_file(&stage.photos[*index], path, &readings[path])))
        .collect())
}

/// The same for a version that stood in the library for a while only.
pub(super) fn findings_of_bytes(
    stage: &Stage,
    exiftool: &Path,
    photo: &Photo,
    bytes: &[u8],
) -> anyhow::Result<Vec<String>> {
    let name = photo.file.file_name().context("a photo has a name")?;
    let path = stage.aside().join(name);
    fs::write(&path, bytes)?;
    let reading = read(exiftool, std::slice::from_ref(&path), &NAMED)?.remove(&path).unwrap_or_default();
    let findings = of_file(photo, &path, &reading);
    fs::remove_file(&path)?;
    Ok(findings)
}

fn of_file(photo: &Photo, path: &Path, reading: &Reading) -> Vec<String> {
    let mut findings = Vec::new();
    match &photo.told {
        Some(told) => findings.extend(unmet(&wishes(told, reading), reading)),
        None => findings.push("nobody said anything of it".to_owned()),
    }
    if reading.text("File:ImageDataHash") != photo.hash {
        findings.push("ExifTool's hash of the image data differs".to_owned());
    }
    match examine(path) {
        Ok(structure) => {
            findings.extend(structure.problems.iter().map(|problem| format!("{problem:?}")));
            if structure.payload != photo.payload {
                findings.push("bytes that are not metadata differ".to_owned());
            }
        }
        Err(error) => findings.push(error.to_string()),
    }
    findings
}
