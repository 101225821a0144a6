//! GIF: XMP stands in an application extension, as raw text with a tail that leads old decoders out of it.
//!
//! It stands before the image: ExifTool does not find one behind it when it writes, and adds a second.

use image::codecs::gif::GifEncoder;
use image::{Delay, DynamicImage, Frame};

use crate::{Picture, PictureError, scene};

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let pixels = scene::stored(picture.width, picture.height, picture.seed, None);
    let mut image = Vec::new();
    let frame = Frame::from_parts(
        DynamicImage::ImageRgb8(pixels).into_rgba8(),
        0,
        0,
        Delay::from_numer_denom_ms(0, 1),
    );
    GifEncoder::new_with_speed(&mut image, 10).encode_frame(frame)?;
    let (head, rest) = image.split_at(head_length(&image).min(image.len()));
    let mut out = head.to_vec();
    if let Some(packet) = picture.xmp_packet() {
        put_xmp(&mut out, &packet);
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

/// Signature, screen descriptor, and the global colour table if the flags announce one.
fn head_length(image: &[u8]) -> usize {
    const FLAGS: usize = 10;
    match image.get(FLAGS) {
        Some(flags) if flags & 0x80 != 0 => 13 + 3 * (2 << (flags & 7)),
        _ => 13,
    }
}

/// A decoder reads the text as sub-blocks of random lengths; wherever it lands in the tail, each byte
/// says how far it is to the end.
fn put_xmp(out: &mut Vec<u8>, packet: &[u8]) {
    out.extend_from_slice(b"\x21\xff\x0bXMP DataXMP");
    out.extend_from_slice(packet);
    out.push(1);
    out.extend((0..=u8::MAX).rev());
    out.push(0);
}
