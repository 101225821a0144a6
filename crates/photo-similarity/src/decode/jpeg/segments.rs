//! What stands before the pixels of a JPEG and matters for looking at them: how the camera was held, and whose CMYK it is.

use image::metadata::Orientation;

/// Found in front of the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segments {
    /// How to turn the picture, where it says so.
    pub(super) turn: Option<Orientation>,
    /// Written in the way of Adobe, whose CMYK is upside down: 255 is no ink.
    pub(super) adobe: bool,
    /// Packed by an arithmetic coder.
    pub(super) arithmetic: bool,
}

impl Segments {
    /// Reads up to the pixels. Rubbish between segments is stepped over, as decoders do.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut found = Self { turn: None, adobe: false, arithmetic: false };
        let mut turned = false;
        let mut at = 2;
        while let Some((marker, body)) = next(bytes, &mut at) {
            match marker {
                0xda | 0xd9 => break,
                0xe1 if !turned && body.starts_with(b"Exif\0\0") => {
                    turned = true;
                    found.turn = Orientation::from_exif_chunk(&body[6..]);
                }
                0xc9 | 0xca => found.arithmetic = true,
                0xee if body.starts_with(b"Adobe") => found.adobe = true,
                _ => {}
            }
        }
        found
    }
}

/// The next segment at or after `at`: its marker and what it holds.
fn next<'a>(bytes: &'a [u8], at: &mut usize) -> Option<(u8, &'a [u8])> {
    loop {
        let rest = bytes.get(*at..)?;
        let start = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))?;
        let marker = rest[start + 1];
        *at += start + 2;
        // These have no body.
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(*at)?, *bytes.get(*at + 1)?]));
        let body = bytes.get(*at + 2..(*at + length).min(bytes.len())).unwrap_or_default();
        *at += length.max(2);
        return Some((marker, body));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_exif_counts_and_rubbish_is_stepped_over() {
        let exif = |orientation: u8| {
            let tiff = [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0]]
                .concat();
            let body = [b"Exif\0\0".as_slice(), &tiff].concat();
            [&[0xff, 0xe1, 0, u8::try_from(body.len() + 2).unwrap()], body.as_slice()].concat()
        };
        let adobe = b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\x02";
        let file = [b"\xff\xd8rubbish".as_slice(), &exif(6), &exif(3), adobe, b"\xff\xda\0\x02"].concat();

        assert_eq!(
            Segments::of(&file),
            Segments { turn: Some(Orientation::Rotate90), adobe: true, arithmetic: false }
        );
    }

    #[test]
    fn a_segment_that_claims_more_than_there_is_ends_the_search() {
        for file in [
            b"\xff\xd8\xff\xe1\xff\xff".as_slice(),
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe1\0",
            b"\xff\xd8\xff\xe1\0\0",
        ] {
            assert_eq!(Segments::of(file).turn, None);
        }
    }
}
