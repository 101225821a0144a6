//! Decoded pixels, for the kinds of files whose image data ExifTool cannot hash.

use std::io::Cursor;

use image::AnimationDecoder as _;
use image::codecs::gif::GifDecoder;

/// Whether two versions of a file decode to the same frames; `None` for a kind that is not decoded here, or
/// when the old version does not decode.
pub(crate) fn same(kind: &str, old: &[u8], new: &[u8]) -> Option<bool> {
    match kind {
        "GIF" => {
            let before = gif(old)?;
            Some(gif(new).is_some_and(|after| after == before))
        }
        _ if kind.contains("WEBP") => {
            let before = image::load_from_memory_with_format(old, image::ImageFormat::WebP).ok()?;
            let after = image::load_from_memory_with_format(new, image::ImageFormat::WebP).ok();
            Some(after.is_some_and(|after| after.as_bytes() == before.as_bytes()))
        }
        _ => None,
    }
}

type Frame = (u32, u32, (u32, u32), Vec<u8>);

fn gif(bytes: &[u8]) -> Option<Vec<Frame>> {
    let frames = GifDecoder::new(Cursor::new(bytes)).ok()?.into_frames().collect_frames().ok()?;
    let frame = |frame: image::Frame| {
        let (left, top, delay) = (frame.left(), frame.top(), frame.delay().numer_denom_ms());
        (left, top, delay, frame.into_buffer().into_raw())
    };
    Some(frames.into_iter().map(frame).collect())
}
