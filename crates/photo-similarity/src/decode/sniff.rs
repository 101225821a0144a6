//! What a file is, by its content: names lie often enough, and a raw photo looks like a TIFF until one looks closer.

use crate::decode::{Format, tiff_raw};
use crate::error::SimilarityError;

/// The format of a file that can be decoded, or in words what it is instead.
pub(super) fn format(bytes: &[u8]) -> Result<Format, SimilarityError> {
    if bytes.is_empty() {
        return Err(SimilarityError::Damaged("it is empty".to_owned()));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Ok(Format::Gif);
    }
    let other = match bytes.get(8..12) {
        Some(b"WEBP") if bytes.starts_with(b"RIFF") => return Ok(Format::WebP),
        Some(b"AVI " | b"AVIX") if bytes.starts_with(b"RIFF") => "A video",
        _ if bytes.get(4..8) == Some(b"ftyp") => return bmff(bytes),
        _ if is_tiff(bytes) && bytes.get(8..10) != Some(b"CR") && !tiff_raw::is_raw(bytes) => {
            return Ok(Format::Tiff);
        }
        _ => other(bytes),
    };
    Err(SimilarityError::Unsupported(other.to_owned()))
}

fn is_tiff(bytes: &[u8]) -> bool {
    [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].into_iter().any(|magic| bytes.starts_with(magic))
}

/// Files of boxes: HEIF and most videos; the brands tell which.
fn bmff(bytes: &[u8]) -> Result<Format, SimilarityError> {
    let length =
        bytes.get(..4).map_or(0, |size| size.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
    let end = length.clamp(12, 4096).min(bytes.len());
    let brands = || {
        bytes[8..end].chunks_exact(4).enumerate().filter(|(number, _)| *number != 1).map(|(_, brand)| brand)
    };
    let has = |names: &[&[u8; 4]]| brands().any(|brand| names.iter().any(|name| brand == *name));
    if has(&[b"crx "]) {
        return Err(SimilarityError::Unsupported("A raw photo".to_owned()));
    }
    if has(&[b"avif", b"avis"]) {
        return Ok(Format::Avif);
    }
    if has(&[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2",
    ]) {
        return Ok(Format::Heic);
    }
    Err(SimilarityError::Unsupported("A video".to_owned()))
}

/// Words for what is known but not decoded.
fn other(bytes: &[u8]) -> &'static str {
    const MAGICS: &[(&[u8], &str)] = &[
        (b"II*\0", "A raw photo"),
        (b"MM\0*", "A raw photo"),
        (b"IIU\0", "A raw photo"),
        (b"IIRO", "A raw photo"),
        (b"IIRS", "A raw photo"),
        (b"MMOR", "A raw photo"),
        (b"FUJIFILMCCD-RAW", "A raw photo"),
        (b"FOVb", "A raw photo"),
        (b"\0MRM", "A raw photo"),
        (b"\xff\x0a", "A picture in JPEG XL"),
        (b"\0\0\0\x0cJXL ", "A picture in JPEG XL"),
        (b"\0\0\0\x0cjP  ", "A picture in JPEG 2000"),
        (b"BM", "A picture in BMP"),
        (b"8BPS", "A Photoshop document"),
        (b"<svg", "A drawing in SVG"),
        (b"<?xml", "A text in XML"),
        (b"<x:xmpmeta", "A sidecar"),
        (b"%PDF", "A PDF"),
        (b"\x1a\x45\xdf\xa3", "A video"),
        (b"\0\0\x01\xba", "A video"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "A video"),
        (b"FLV\x01", "A video"),
    ];
    let old_quicktime = matches!(bytes.get(4..8), Some(b"moov" | b"mdat" | b"wide" | b"free" | b"skip"));
    // A transport stream has its mark every 188 bytes, or every 192 with times between; a lone `G` is a text.
    let has_marks = |start: usize, step: usize| {
        [0, 1, 2].iter().all(|number| bytes.get(start + number * step) == Some(&0x47))
    };
    let is_video = old_quicktime || has_marks(0, 188) || has_marks(4, 192);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let known = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, words)| *words);
    known.unwrap_or(if is_video { "A video" } else { "A file of an unknown kind" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(bytes: &[u8]) -> String {
        format(bytes).map_or_else(|error| error.to_string(), |format| format!("{format:?}"))
    }

    #[test]
    fn brands_tell_photos_from_videos_and_raws() {
        let file = |brands: &[u8]| {
            let size = u8::try_from(brands.len() + 8).unwrap();
            [&[0, 0, 0, size], b"ftyp".as_slice(), brands, b"and more"].concat()
        };
        assert_eq!(words(&file(b"heic\0\0\0\0mif1heic")), "Heic");
        assert_eq!(words(&file(b"mif1\0\0\0\0avifmif1")), "Avif");
        assert_eq!(words(&file(b"mp42\0\0\0\0isommp42")), "A video cannot be compared by its looks");
        assert_eq!(words(&file(b"crx \0\0\0\x01crx isom")), "A raw photo cannot be compared by its looks");
        assert_eq!(words(b"\0\0\0\x08ftyp"), "A video cannot be compared by its looks");
    }

    #[test]
    fn what_is_no_picture_is_named() {
        assert_eq!(words(b""), "it is damaged: it is empty");
        assert_eq!(words(b"hello"), "A file of an unknown kind cannot be compared by its looks");
        assert_eq!(words(b"RIFF\0\0\0\0AVI LIST"), "A video cannot be compared by its looks");
        assert_eq!(words(b"FUJIFILMCCD-RAW 0201"), "A raw photo cannot be compared by its looks");
        assert_eq!(words(b"II*\0\x10\0\0\0CR\x02\0"), "A raw photo cannot be compared by its looks");
    }
}
