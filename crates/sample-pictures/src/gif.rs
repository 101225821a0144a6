//! GIF: XMP stands in an application extension, as raw text with a tail that leads old decoders out of it.

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
    let end = image.len() - usize::from(image.ends_with(&[END]));
    let mut out = image[..end].to_vec();
    if let Some(packet) = picture.xmp_packet() {
        put_xmp(&mut out, &packet);
    }
    out.push(END);
    out.extend_from_slice(&picture.trailer);
    Ok(out)
}

const END: u8 = 0x3b;

/// A decoder reads the text as sub-blocks of random lengths; wherever it lands in the tail, each byte
/// says how far it is to the end.
fn put_xmp(out: &mut Vec<u8>, packet: &[u8]) {
    out.extend_from_slice(b"\x21\xff\x0bXMP DataXMP");
    out.extend_from_slice(packet);
    out.push(1);
    out.extend((0..=u8::MAX).rev());
    out.push(0);
}
