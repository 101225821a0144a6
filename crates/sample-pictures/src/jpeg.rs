//! JPEG: segments in the order in which cameras write them, and what may stand behind the end.
//!
//! Order: JFIF, EXIF, XMP, extended XMP, Photoshop, any others, MPF, JUMBF, the image. Behind the
//! end-of-image marker: the second image, the video of a motion photo, any trailer.

use crate::bytes::{int16, int32, len32};
use crate::{Picture, PictureError, XmpPacket, extended_xmp_guid, jumbf, mpf, scene};

/// The most that a segment holds behind its length field.
const SEGMENT_LIMIT: usize = 65_533;
const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENSION_NAME: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// How much of an extended XMP stands in one segment, as Adobe cuts it.
const EXTENSION_PART: usize = 65_400;

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let image = scene::jpeg(picture.width, picture.height, picture.seed, picture.orientation)?;
    let (jfif, image) = split_behind_jfif(&image);
    let mut out = jfif.to_vec();
    put_exif(&mut out, picture)?;
    put_xmp(&mut out, picture)?;
    if let Some(iptc) = &picture.iptc {
        put_segment(&mut out, 0xed, &[b"Photoshop 3.0\0", &iptc.resources()], "IPTC")?;
    }
    for (marker, content) in &picture.segments {
        put_segment(&mut out, *marker, &[content], "a segment")?;
    }
    let index = out.len();
    if let Some(second) = &picture.second_image {
        put_segment(&mut out, 0xe2, &[&mpf::index(picture.byte_order(), 0, len32(second), 0)], "MPF")?;
    }
    if picture.content_credentials {
        put_segment(&mut out, 0xeb, &[&jumbf::segment()], "JUMBF")?;
    }
    out.extend_from_slice(image);
    if let Some(second) = &picture.second_image {
        link_second_image(&mut out, index, picture, second);
    }
    out.extend_from_slice(&picture.motion_video);
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

/// Splits behind the start marker and the JFIF segment that the encoder writes first.
fn split_behind_jfif(image: &[u8]) -> (&[u8], &[u8]) {
    match image {
        [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => {
            image.split_at((4 + usize::from(u16::from_be_bytes([*high, *low]))).min(image.len()))
        }
        _ => image.split_at(2.min(image.len())),
    }
}

fn put_exif(out: &mut Vec<u8>, picture: &Picture) -> Result<(), PictureError> {
    match picture.exif_block()? {
        Some(block) => put_segment(out, 0xe1, &[b"Exif\0\0", &block], "EXIF"),
        None => Ok(()),
    }
}

fn put_xmp(out: &mut Vec<u8>, picture: &Picture) -> Result<(), PictureError> {
    let Some(packet) = main_packet(picture) else { return Ok(()) };
    put_segment(out, 0xe1, &[XMP_NAME, &packet], "XMP")?;
    let Some(extended) = &picture.extended_xmp else { return Ok(()) };
    let guid = extended_xmp_guid(extended);
    let total = int32(extended.len()).to_be_bytes();
    for (index, part) in extended.as_bytes().chunks(EXTENSION_PART).enumerate() {
        let offset = int32(index * EXTENSION_PART).to_be_bytes();
        put_segment(out, 0xe1, &[EXTENSION_NAME, guid.as_bytes(), &total, &offset, part], "extended XMP")?;
    }
    Ok(())
}

/// The main packet, which announces a video and extended XMP unless the caller wrote it to the letter.
fn main_packet(picture: &Picture) -> Option<Vec<u8>> {
    let announces = !picture.motion_video.is_empty() || picture.extended_xmp.is_some();
    let mut fields = match &picture.xmp {
        Some(XmpPacket::Exactly(bytes)) => return Some(bytes.clone()),
        Some(XmpPacket::Made(fields)) => *fields.clone(),
        None if announces => crate::Xmp::new(),
        None => return None,
    };
    if !picture.motion_video.is_empty() {
        fields.announce_video(picture.motion_video.len() + picture.trailer.len());
    }
    if let Some(extended) = &picture.extended_xmp {
        fields.announce_extension(&extended_xmp_guid(extended));
    }
    Some(fields.packet().into_bytes())
}

/// Appends the second image and writes sizes and offset into the index made before.
fn link_second_image(out: &mut Vec<u8>, index: usize, picture: &Picture, second: &[u8]) {
    const BEFORE_TIFF: usize = 8;
    let offset = int32(out.len() - index - BEFORE_TIFF);
    let content = mpf::index(picture.byte_order(), len32(out), len32(second), offset);
    out[index + 4..index + 4 + content.len()].copy_from_slice(&content);
    out.extend_from_slice(second);
}

fn put_segment(
    out: &mut Vec<u8>,
    marker: u8,
    parts: &[&[u8]],
    what: &'static str,
) -> Result<(), PictureError> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length > SEGMENT_LIMIT {
        return Err(PictureError::TooLong { what, bytes: length });
    }
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&int16(length + 2).to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(())
}
