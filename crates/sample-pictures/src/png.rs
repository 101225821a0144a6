//! PNG: chunks with checksums; EXIF and XMP stand before the image data, as the standard wants `eXIf`.

use image::ImageEncoder;
use image::codecs::png::PngEncoder;

use crate::bytes::len32;
use crate::{Picture, PictureError, scene};

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let image = encoded(picture)?;
    let mut out = image[..SIGNATURE].to_vec();
    let mut rest = &image[SIGNATURE..];
    let mut waiting = metadata(picture)?;
    while let Some((chunk, behind)) = split_chunk(rest) {
        if chunk[4..8] == *b"IDAT" {
            out.append(&mut waiting);
        }
        out.extend_from_slice(chunk);
        rest = behind;
    }
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

const SIGNATURE: usize = 8;

fn encoded(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let pixels = scene::stored(picture.width, picture.height, picture.seed, picture.orientation);
    let mut out = Vec::new();
    PngEncoder::new(&mut out).write_image(
        pixels.as_raw(),
        pixels.width(),
        pixels.height(),
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

fn metadata(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut out = Vec::new();
    if let Some(block) = picture.exif_block()? {
        put_chunk(&mut out, *b"eXIf", &block);
    }
    if let Some(packet) = picture.xmp_packet() {
        put_chunk(&mut out, *b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_slice()].concat());
    }
    Ok(out)
}

fn split_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_be_bytes([*bytes.first()?, *bytes.get(1)?, *bytes.get(2)?, *bytes.get(3)?]);
    bytes.split_at_checked(12 + usize::try_from(length).ok()?)
}

fn put_chunk(out: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    out.extend_from_slice(&len32(content).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(&name);
    out.extend_from_slice(content);
    let sum = checksum(&out[start..]);
    out.extend_from_slice(&sum.to_be_bytes());
}

/// CRC-32 as PNG uses it.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_end_chunk_has_its_well_known_checksum() {
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
    }
}
