//! What a photo or video file is made of: read only, in bounded memory, whatever the bytes are.
//!
//! Three questions are answered here and not by the writer, because a second pair of eyes is the point: what
//! the file is by its content, whether it is whole, and a digest of all that a change of metadata must leave
//! alone. The digest is taken before and after a write, and a difference means that the write is refused.

mod bmff;
mod container;
mod examination;
mod gif;
mod heif;
mod jpeg;
mod png;
mod riff;
mod sniff;
mod tiff;
mod video;
mod xml;
mod xmp;

use std::io;
use std::path::Path;

use crate::source::{self, FileSource, Source, read_up_to};
pub use container::{Container, expected_containers};
use examination::{Depth, Examination};
pub(crate) use jpeg::has_end_of_image;
use rustix::fs::{CWD, Mode, OFlags, fstat, openat};
pub use sniff::sniff;

use crate::error::MetadataError;

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// What the file is by its content.
    pub container: Container,
    /// The digest of everything that a change of metadata must not touch.
    pub payload: PayloadDigest,
    /// What is broken, missing or unexpected, in the order of the file.
    pub problems: Vec<Problem>,
    /// Whether the file carries a signed manifest (C2PA in JUMBF), which any change makes invalid.
    pub signed: bool,
    /// Whether the file has an IPTC record (looked for in JPEG, PNG and TIFF).
    pub has_iptc: bool,
    /// Whether and how a short video is part of the photo.
    pub motion_photo: Option<MotionPhoto>,
    /// Whether the file holds an image sequence with its own timeline (HEIC and AVIF bursts, animations).
    pub image_sequence: bool,
}

/// The digest of all that a change of metadata must not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadDigest {
    /// BLAKE3 over the protected parts.
    Covered([u8; 32]),
    /// Not computed for this kind of file, or not possible for this one: ask ExifTool's ImageDataHash.
    None,
}

impl PayloadDigest {
    /// Whether the two prove equal or different; `None` when one of them covers nothing.
    pub fn same_as(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Covered(a), Self::Covered(b)) => Some(a == b),
            _ => None,
        }
    }
}

/// How a short video is part of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MotionPhoto {
    /// Samsung's HEIC: an `mpvd` box, with offsets in `sefd` that a rewrite makes stale.
    SamsungHeic,
    /// A video behind the end of the image.
    Trailer,
}

/// What is wrong with a file, or unexpected in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file has no bytes.
    Empty,
    /// A part says that it is longer than what is left of the file.
    Truncated {
        /// The part: `segment APP1`, `chunk IDAT`, `box mdat`.
        part: String,
        /// How many bytes are missing.
        missing: u64,
    },
    /// The image data end without the mark that ends them: a cut JPEG, PNG or GIF.
    NoEndOfImage,
    /// The bytes at an offset are not what the format asks for.
    Malformed {
        /// What was expected.
        part: String,
        /// Where, in bytes from the start.
        offset: u64,
    },
    /// More parts than a sound file has; the examination stopped there.
    TooComplex,
    /// Bytes behind the end that belong to no trailer that is known. Harmless, and kept.
    TrailingUnknown {
        /// Where they start.
        offset: u64,
        /// How many there are.
        length: u64,
    },
}

impl Problem {
    /// Whether a file with this problem is broken and must not be written.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::TrailingUnknown { .. })
    }
}

/// Walks through a file, all of it, and says what it is made of.
///
/// The extension of the name only tells raw formats apart that are TIFF by content.
pub fn examine(path: &Path) -> Result<Structure, MetadataError> {
    examine_to(path, Depth::Whole)
}

/// The same findings without a digest, from as little of the file as can be.
///
/// The picture of a JPEG that ends with its end mark is not read. So unknown bytes between the first picture and one
/// that follows it are not found, and a video that ends like a JPEG would not be either.
pub fn examine_header(path: &Path) -> Result<Structure, MetadataError> {
    examine_to(path, Depth::Header)
}

/// What is damaged in a file in memory, from as little of it as can be; nothing for a content that is not known.
pub fn problems(bytes: &[u8]) -> Vec<Problem> {
    let structure = examine_source(&source::Bytes(bytes), "", Depth::Header).ok().flatten();
    let problems = structure.map(|structure| structure.problems).unwrap_or_default();
    problems.into_iter().filter(Problem::is_damage).collect()
}

fn examine_to(path: &Path, depth: Depth) -> Result<Structure, MetadataError> {
    let failed = |source| MetadataError::from_io(path, "read", source);
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(CWD, path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
    let stat = fstat(&file).map_err(|errno| failed(errno.into()))?;
    crate::replace::require_regular(path, &stat)?;
    let source = FileSource::new(file.into()).map_err(failed)?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let structure = examine_source(&source, extension, depth).map_err(failed)?;
    structure.ok_or_else(|| MetadataError::UnknownContainer { path: path.to_path_buf() })
}

/// The digest of a file in memory, if it is of this kind by its content, and whole: what is broken is refused before
/// anything is written, and what points behind its end would point at something afterwards.
#[cfg(feature = "fuzzing")]
pub(crate) fn payload_of(bytes: &Vec<u8>, container: Container) -> Option<PayloadDigest> {
    let structure = examine_source(bytes, "", Depth::Whole).ok().flatten()?;
    let broken = structure.problems.iter().any(Problem::is_damage);
    (structure.container == container && !broken).then_some(structure.payload)
}

/// The same for any source; `None` for a content that is not known. Empty files go by their extension.
fn examine_source(source: &dyn Source, extension: &str, depth: Depth) -> io::Result<Option<Structure>> {
    let head = read_up_to(source, 0, 4096)?;
    let by_name = || expected_containers(extension).first().copied().filter(|_| head.is_empty());
    let Some(container) = sniff(&head).or_else(by_name) else { return Ok(None) };
    let mut x = Examination::new(source, container, depth);
    if head.is_empty() {
        x.problem(Problem::Empty);
        return Ok(Some(x.finish()));
    }
    match container {
        Container::Jpeg => jpeg::walk(&mut x)?,
        Container::Png => png::walk(&mut x)?,
        Container::WebP => riff::walk_webp(&mut x)?,
        Container::Gif => gif::walk(&mut x)?,
        Container::Heic
        | Container::Avif
        | Container::Mp4
        | Container::Mov
        | Container::Insv
        | Container::Cr3
        | Container::Jxl
        | Container::Jp2 => bmff::walk(&mut x)?,
        Container::Tiff
        | Container::Dng
        | Container::Cr2
        | Container::Nef
        | Container::Arw
        | Container::Orf
        | Container::Rw2
        | Container::Pef
        | Container::Srw
        | Container::OtherRaw => tiff::walk(&mut x, extension)?,
        Container::Xmp => xmp::walk(&mut x)?,
        // Nothing is written into these, so there is nothing to protect.
        Container::JxlCodestream
        | Container::Bmp
        | Container::Avi
        | Container::Matroska
        | Container::MpegTs
        | Container::Raf => x.not_covered(),
    }
    Ok(Some(x.finish()))
}

#[cfg(test)]
mod tests;
