//! WebP: RIFF chunks. Only a file with a `VP8X` header may say that it has EXIF or XMP.

use image::ImageEncoder;
use image::codecs::webp::WebPEncoder;

use crate::bytes::len32;
use crate::{Kind, Picture, PictureError, scene};

const EXIF_FLAG: u8 = 0x08;
const XMP_FLAG: u8 = 0x04;
/// Bytes before the first chunk: `RIFF`, a length, `WEBP`.
const HEAD: usize = 12;

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut out = encoded(picture)?;
    if picture.kind == Kind::WebpExtended {
        out = extended(picture, &out[HEAD..])?;
    }
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

fn encoded(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let pixels = scene::stored(picture.width, picture.height, picture.seed, picture.orientation);
    let mut out = Vec::new();
    WebPEncoder::new_lossless(&mut out).write_image(
        pixels.as_raw(),
        pixels.width(),
        pixels.height(),
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

fn extended(picture: &Picture, image_chunk: &[u8]) -> Result<Vec<u8>, PictureError> {
    let exif = picture.exif_block()?;
    let xmp = picture.xmp_packet();
    let mut flags = 0;
    let mut behind = Vec::new();
    if let Some(block) = exif {
        flags |= EXIF_FLAG;
        put_chunk(&mut behind, *b"EXIF", &block);
    }
    if let Some(packet) = xmp {
        flags |= XMP_FLAG;
        put_chunk(&mut behind, *b"XMP ", &packet);
    }
    let mut header = vec![flags, 0, 0, 0];
    for pixels in [picture.width, picture.height] {
        header.extend_from_slice(&(pixels - 1).to_le_bytes()[..3]);
    }
    let mut chunks = b"WEBP".to_vec();
    put_chunk(&mut chunks, *b"VP8X", &header);
    chunks.extend_from_slice(image_chunk);
    chunks.extend_from_slice(&behind);
    Ok([b"RIFF", len32(&chunks).to_le_bytes().as_slice(), &chunks].concat())
}

/// Appends a RIFF chunk, padded to an even length. AVI uses the same chunks.
pub(crate) fn put_chunk(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    out.extend_from_slice(&name);
    out.extend_from_slice(&len32(content).to_le_bytes());
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}
