//! What a file is by its content, and what its metadata say. Names are not believed: half of all archives hold a JPEG
//! that is called PNG.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use photo_metadata::structure::{Container, expected_containers, sniff};
use photo_metadata::{FileTags, Tag, glance};

use photo_similarity::{RawPreview, raw_preview};

use crate::organize::scan::{About, FileFacts, NotRead, SHORT_SIDE, camera_name, read_rest};

/// Bytes that tell what a file is.
const HEAD: u64 = 4096;

/// Bytes of a raw file in which camera and time stand.
const RAW_HEAD: u64 = 1 << 20;

/// What is in a file.
pub(in crate::organize) enum Content {
    /// A picture, as a whole.
    Picture(Vec<u8>),
    /// The beginning of a raw file, and the picture that it carries of itself.
    Raw(Vec<u8>, Option<RawPreview>),
    Video,
    /// Nothing that is known, under a name that promises a picture or a video.
    Broken,
    /// Neither picture nor video, and its name does not say so either.
    Other,
}

/// Reads as much of a file as is needed; all of a picture that has no more than `most` bytes.
pub(in crate::organize) fn read(
    file: &mut fs::File,
    facts: &FileFacts,
    path: &Path,
    most: u64,
) -> Result<Content, NotRead> {
    let mut head = Vec::new();
    std::io::Read::by_ref(file).take(HEAD).read_to_end(&mut head).map_err(NotRead::Failed)?;
    let Some(container) = sniff(&head) else { return Ok(by_name(path)) };
    match container {
        _ if container.is_video() => Ok(Content::Video),
        Container::Xmp => Ok(by_name(path)),
        _ if container.is_raw() || (container == Container::Tiff && is_raw_by_name(path)) => {
            std::io::Read::by_ref(file)
                .take(RAW_HEAD - HEAD)
                .read_to_end(&mut head)
                .map_err(NotRead::Failed)?;
            let mut read = |offset: u64, buffer: &mut [u8]| file.read_exact_at(buffer, offset);
            let preview = raw_preview(facts.size, SHORT_SIDE, most, &mut read).map_err(NotRead::Failed)?;
            Ok(Content::Raw(head, preview))
        }
        _ => read_rest(file, facts, head, most).map(Content::Picture),
    }
}

/// What a file without known content is: a photo that is lost must not be passed over.
fn by_name(path: &Path) -> Content {
    match promised(path) {
        None | Some(Container::Xmp) => Content::Other,
        Some(_) => Content::Broken,
    }
}

/// Most raw formats are TIFF at the start, and differ by their name only.
fn is_raw_by_name(path: &Path) -> bool {
    promised(path).is_some_and(Container::is_raw)
}

/// What a file is by its name.
fn promised(path: &Path) -> Option<Container> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    expected_containers(extension).first().copied()
}

/// Notes what the metadata of a picture say.
pub(in crate::organize) fn note_metadata(bytes: &[u8], about: &mut About) {
    let seen = glance(bytes);
    about.camera = camera_name(seen.make.as_deref(), seen.model.as_deref());
    about.shot = seen.taken.and_then(|taken| {
        let utc = taken.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(utc.timestamp().as_millisecond())
    });
    let Some(tags) = seen.tags else { return };
    let text = |tag: Tag| tags.get(tag).map(|value| value.as_text().trim().to_owned());
    let says = |tag: Tag| text(tag).filter(|text| !text.is_empty());
    about.description = says(Tag::Description).or_else(|| says(Tag::ImageDescription));
    let stars = |tag| tags.get(tag).and_then(|value| value.as_text().trim().parse().ok());
    about.rating =
        stars(Tag::Rating).or_else(|| stars(Tag::ExifRating)).filter(|stars| (-1..=5).contains(stars));
    about.position = position(&tags);
    let count = |tag| tags.get(tag).map_or(0, |value| value.items().len());
    about.tags = u32::try_from(count(Tag::Subject).max(count(Tag::TagsList))).unwrap_or(u32::MAX);
    let people =
        tags.get(Tag::PersonInImage).map(|value| value.items().iter().map(ToString::to_string).collect());
    about.people = people.unwrap_or_default();
}

/// Degrees north and east of EXIF, or of XMP.
fn position(tags: &FileTags) -> Option<(f64, f64)> {
    let number = |tag: Tag| tags.get(tag).and_then(photo_metadata::Value::as_number);
    let sign = |tag: Tag, negative: &str| {
        let text = tags.get(tag).map(|value| value.as_text().trim().to_ascii_uppercase());
        if text.is_some_and(|text| text.starts_with(negative)) { -1.0 } else { 1.0 }
    };
    let exif = number(Tag::GpsLatitude).zip(number(Tag::GpsLongitude)).map(|(latitude, longitude)| {
        (latitude * sign(Tag::GpsLatitudeRef, "S"), longitude * sign(Tag::GpsLongitudeRef, "W"))
    });
    let found = exif.or_else(|| number(Tag::XmpLatitude).zip(number(Tag::XmpLongitude)))?;
    (found.0.abs() <= 90.0 && found.1.abs() <= 180.0).then_some(found)
}
