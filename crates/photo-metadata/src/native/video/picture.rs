//! The stored picture of a video: its size and how it is turned, from the track headers.
//!
//! Sizes are numbers with 16 bits behind the point. Pentax writes whole numbers instead; ExifTool takes small numbers for
//! those, and so do we, since both have to mean the same picture.

use super::movie::{Movie, Track};
use crate::native::blocks::Turn;
use crate::regions::Orientation;

/// Width and height in pixels, and the turn of the first track with a picture.
pub(super) fn of(movie: &Movie) -> (Option<(u32, u32)>, Turn) {
    let first =
        |side: fn(&Track) -> u32| movie.tracks.iter().map(|track| pixels(side(track))).find(|side| *side > 0);
    let size = first(|track| track.width).zip(first(|track| track.height));
    let picture = movie.tracks.iter().find(|track| pixels(track.width) > 0);
    let turn = picture
        .and_then(|track| Orientation::from_matrix(track.matrix.map(|part| f64::from(part) / 65_536.0)));
    (size, turn.map_or(Turn::Odd, Turn::Rules))
}

fn pixels(fixed: u32) -> u32 {
    if fixed & 0xfff0_0000 == 0 { fixed } else { fixed >> 16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_whole_pixels_however_it_is_written() {
        assert_eq!(
            (pixels(1920 << 16), pixels((1920 << 16) + 0x8000), pixels(640), pixels(0)),
            (1920, 1920, 640, 0)
        );
    }
}
