//! Damage of the kinds that are found in real libraries: cut copies, failed disks, flipped bits.
//!
//! The rest needs no function: an empty file is an empty vector, and a JPEG under another
//! extension is [`crate::Picture::write_to`] with such a name.

/// The first part of the bytes: half of them for 0.5.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "where exactly the cut is does not matter, and `truncate` accepts any number"
)]
pub fn truncated(mut bytes: Vec<u8>, fraction: f64) -> Vec<u8> {
    bytes.truncate((bytes.len() as f64 * fraction.clamp(0.0, 1.0)) as usize);
    bytes
}

/// A JPEG without its last end-of-image marker and all that follows it.
pub fn without_end_of_image(mut jpeg: Vec<u8>) -> Vec<u8> {
    if let Some(end) = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]) {
        jpeg.truncate(end);
    }
    jpeg
}

/// The same length, but zeros from this share on: what an interrupted copy leaves on some file systems.
pub fn with_zeros_at_the_end(mut bytes: Vec<u8>, from_fraction: f64) -> Vec<u8> {
    let length = bytes.len();
    bytes = truncated(bytes, from_fraction);
    bytes.resize(length, 0);
    bytes
}

/// One bit flipped at this place; a place behind the end changes nothing.
pub fn damaged(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_file_keeps_its_start() {
        assert_eq!(truncated(vec![1, 2, 3, 4], 0.5), [1, 2]);
    }

    #[test]
    fn a_file_with_zeros_keeps_its_length() {
        assert_eq!(with_zeros_at_the_end(vec![1, 2, 3, 4], 0.75), [1, 2, 3, 0]);
    }

    #[test]
    fn the_marker_goes_with_what_follows_it() {
        assert_eq!(without_end_of_image(vec![0xff, 0xd8, 7, 0xff, 0xd9, 9]), [0xff, 0xd8, 7]);
    }
}
