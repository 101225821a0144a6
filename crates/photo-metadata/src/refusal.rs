//! Which files are not written, and why: better a named refusal than a damaged photo.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::structure::{Container, MotionPhoto, Problem, Structure, expected_containers};

/// What a user may allow beyond the careful default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct Allowances {
    /// Write into files with a signed manifest (C2PA); the signature does not fit any more afterwards.
    pub signed: bool,
    /// Write into the raw files of cameras.
    pub raw: bool,
}

/// Why a file is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Refusal {
    /// The name says one thing, the content another.
    #[error("its name ends in .{extension}, but it is a {content} file; rename it first")]
    WrongExtension {
        /// As in the name.
        extension: String,
        /// What it is.
        content: String,
    },
    /// Truncated, or not built as the format asks for.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// The format has no place for it.
    #[error("{0}")]
    CannotHold(String),
    /// A change would break the signature.
    #[error("it is signed (C2PA), and a change would break the signature; allow it with --write-signed")]
    Signed,
    /// The raw file of a camera.
    #[error("{0} is a raw format, and raw files are left as the camera made them; allow it with --write-raw")]
    Raw(String),
    /// A motion photo whose directory would point to the wrong place afterwards.
    #[error("it is a Samsung motion photo in HEIC, and its video could not be found any more after a change")]
    SamsungMotionPhoto,
    /// No format that is known here.
    #[error("it is no kind of photo or video that is known")]
    UnknownFormat,
    /// The file has further names, which would keep the old content.
    #[error("it has {0} hard links, and only this one would change; allow it with --hard-links break")]
    HardLinked(u64),
    /// The file or its folder must not be changed here.
    #[error("{0}")]
    Place(String),
    /// The writer would not write it.
    #[error("{0}")]
    Writer(String),
    /// The native code does not do it, and there is no ExifTool that may: why, and what to do about it.
    #[error("it waits for ExifTool: {0}")]
    NeedsExifTool(String),
    /// What the writer made did not pass the proof. That can be a fault of the machine, so it is tried again.
    #[error("the written copy was not right and was thrown away: {0}")]
    Unproven(String),
    /// The writer at hand cannot be trusted with this format.
    #[error("{0}")]
    Blocked(String),
}

/// Whether a file must be left alone, from its name and its structure.
pub fn refuse(path: &Path, structure: &Structure, allowed: Allowances) -> Option<Refusal> {
    let container = structure.container;
    if let Some(extension) = wrong_extension(path, container) {
        return Some(Refusal::WrongExtension { extension, content: container.label().to_owned() });
    }
    if let Some(problem) = structure.problems.iter().find(|problem| problem.is_damage()) {
        return Some(Refusal::Damaged(in_words(problem)));
    }
    if let Some(reason) = container.refusal() {
        return Some(Refusal::CannotHold(reason.to_owned()));
    }
    if structure.motion_photo == Some(MotionPhoto::SamsungHeic) {
        return Some(Refusal::SamsungMotionPhoto);
    }
    if structure.signed && !allowed.signed {
        return Some(Refusal::Signed);
    }
    // DNG is made to hold metadata: its makers' own programs write into it.
    let is_raw = container.is_raw() && container != Container::Dng;
    (is_raw && !allowed.raw).then(|| Refusal::Raw(container.label().to_owned()))
}

/// Whether a sidecar must be left alone, from its structure.
pub fn refuse_sidecar(structure: &Structure) -> Option<Refusal> {
    if structure.container != Container::Xmp {
        let text = format!("it should be an XMP sidecar and is a {} file", structure.container.label());
        return Some(Refusal::CannotHold(text));
    }
    let problem = structure.problems.iter().find(|problem| problem.is_damage())?;
    Some(Refusal::Damaged(in_words(problem)))
}

pub(crate) fn wrong_extension(path: &Path, container: Container) -> Option<String> {
    let extension = path.extension()?.to_str()?;
    let expected = expected_containers(extension);
    (!expected.is_empty() && !expected.contains(&container)).then(|| extension.to_owned())
}

fn in_words(problem: &Problem) -> String {
    match problem {
        Problem::Empty => "it is empty".to_owned(),
        Problem::Truncated { part, missing } => format!("{part} lacks {missing} bytes at its end"),
        Problem::NoEndOfImage => "the picture has no end".to_owned(),
        Problem::Malformed { part, offset } => format!("{part} is not right at byte {offset}"),
        Problem::TooComplex => "it has more parts than a sound file".to_owned(),
        Problem::TrailingUnknown { offset, length } => format!("{length} unknown bytes at byte {offset}"),
    }
}
