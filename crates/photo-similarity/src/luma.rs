//! A picture as brightness alone, upright.

use crate::error::SimilarityError;

/// BT.601 luma (Y of a JPEG), one byte a pixel, rows from top to bottom, upright.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Luma {
    width: u32,
    height: u32,
    samples: Vec<u8>,
}

impl Luma {
    /// A picture of `width` by `height` pixels, both at least 1; `samples` are its rows, without gaps.
    pub fn new(width: u32, height: u32, samples: Vec<u8>) -> Result<Self, SimilarityError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels != samples.len() as u64 {
            return Err(SimilarityError::Damaged(format!(
                "{} samples are no picture of {width} by {height}",
                samples.len()
            )));
        }
        Ok(Self { width, height, samples })
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The rows, from top to bottom.
    pub fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// The rows alone.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        self.samples
    }
}

/// BT.601: what a JPEG calls Y. Every path from colours to brightness goes through here, since BT.709 moves
/// hashes by up to 14 of 256 bits.
pub(crate) fn bt601(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    u8::try_from((sum + 0x8000) >> 16).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_stays_what_it_is_and_green_is_brightest() {
        assert!((0..=255).all(|grey| bt601(grey, grey, grey) == grey));
        assert_eq!([bt601(255, 0, 0), bt601(0, 255, 0), bt601(0, 0, 255)], [76, 150, 29]);
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        assert!(Luma::new(2, 2, vec![0; 3]).is_err() && Luma::new(0, 2, vec![]).is_err());
    }
}
