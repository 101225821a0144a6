//! BMP: a header and rows from the bottom up. It has no place for metadata, which is what it is here for.

use crate::bytes::int32;
use crate::{Picture, scene};

/// Makes the file.
pub(crate) fn build(picture: &Picture) -> Vec<u8> {
    const HEADERS: u32 = 14 + 40;
    let pixels = scene::stored(picture.width, picture.height, picture.seed, None);
    let mut rows = Vec::new();
    for row in pixels.rows().rev() {
        for pixel in row {
            let [red, green, blue] = pixel.0;
            rows.extend_from_slice(&[blue, green, red]);
        }
        rows.resize(rows.len().next_multiple_of(4), 0);
    }
    let mut out = b"BM".to_vec();
    let size = int32(rows.len());
    for number in [HEADERS + size, 0, HEADERS] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for number in [40, picture.width, picture.height, 1 | 24 << 16, 0, size, 2835, 2835, 0, 0] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&rows);
    out.extend_from_slice(&picture.trailer);
    out
}
