//! JPEG XL in its box container: a signature, a type, EXIF and XMP boxes, a code stream.
//!
//! The code stream is the two-byte mark and a size header, enough for a tool that asks how large
//! the picture is, and noise behind it.

use crate::bmff::boxed;
use crate::bytes::noise;
use crate::{Picture, PictureError};

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let mut out = boxed(*b"JXL ", &[b"\r\n\x87\n"]);
    out.extend(boxed(*b"ftyp", &[b"jxl \0\0\0\0jxl "]));
    if let Some(block) = picture.exif_block()? {
        out.extend(boxed(*b"Exif", &[&[0; 4], &block]));
    }
    if let Some(packet) = picture.xmp_packet() {
        out.extend(boxed(*b"xml ", &[&packet]));
    }
    out.extend(boxed(*b"jxlc", &[&size_header(picture), &noise(600, picture.seed)]));
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

/// Bits from the least significant on: not small, height in 13 bits, no fixed ratio, width in 13 bits.
fn size_header(picture: &Picture) -> Vec<u8> {
    const THIRTEEN_BITS: u64 = 1;
    let height = u64::from(picture.height - 1);
    let width = u64::from(picture.width - 1);
    let bits = THIRTEEN_BITS << 1 | height << 3 | THIRTEEN_BITS << 19 | width << 21;
    [&[0xff, 0x0a], &bits.to_le_bytes()[..5]].concat()
}
