//! PNG: chunks with a length in front and a checksum behind.
//!
//! Protected is every chunk with its checksum, and all that stands behind `IEND`. Texts have an order of their
//! own, since ExifTool moves those that stand behind the image to the front of it. Not protected
//! are the chunks that hold metadata: `eXIf` (and its old name `zxIf`), the text chunk `XML:com.adobe.xmp`,
//! and text chunks called `Raw profile type exif|APP1|xmp|iptc`, the way of ImageMagick, which ExifTool
//! replaces by `eXIf`. Plain texts such as `Software` or `Description` are protected.

use std::io;

use super::Problem;
use super::examination::Examination;
use super::source::{read_array, read_up_to};

/// More texts than any sound file has, which has some ten.
const MOST_TEXTS: usize = 1 << 16;

pub(super) fn walk(x: &mut Examination<'_>) -> io::Result<()> {
    let mut at = 8;
    let mut texts = Vec::new();
    loop {
        let Some(header) = read_array::<8>(x.source, at)? else {
            x.problem(Problem::NoEndOfImage);
            return Ok(());
        };
        let [l0, l1, l2, l3, kind @ ..] = header;
        let length = u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
        if length > u64::from(u32::MAX >> 1) || !kind.iter().all(u8::is_ascii_alphabetic) {
            x.malformed("chunk header", at);
            x.problem(Problem::NoEndOfImage);
            return Ok(());
        }
        let end = at + 12 + length;
        let name = String::from_utf8_lossy(&kind).into_owned();
        if end > x.len() {
            x.truncated(format!("chunk {name}"), end - x.len());
            x.problem(Problem::NoEndOfImage);
            return Ok(());
        }
        if is_metadata(x, kind, at + 8, length)? {
        } else if matches!(&kind, b"tEXt" | b"zTXt" | b"iTXt") {
            texts.push((at, 12 + length));
            if texts.len() > MOST_TEXTS {
                x.too_complex();
                return Ok(());
            }
        } else {
            x.signed |= &kind == b"caBX";
            x.digest_range(&format!("chunk {name}"), at, 12 + length)?;
        }
        at = end;
        if &kind == b"IEND" {
            break;
        }
    }
    for (start, length) in texts {
        x.digest_range("text", start, length)?;
    }
    if at < x.len() {
        x.problem(Problem::TrailingUnknown { offset: at, length: x.len() - at });
        x.digest_range("behind the end", at, u64::MAX)?;
    }
    Ok(())
}

fn is_metadata(x: &mut Examination<'_>, kind: [u8; 4], start: u64, length: u64) -> io::Result<bool> {
    match &kind {
        b"eXIf" | b"zxIf" => Ok(true),
        b"tEXt" | b"zTXt" | b"iTXt" => {
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(80);
            let text = read_up_to(x.source, start, length)?;
            let keyword = text.split(|byte| *byte == 0).next().unwrap_or_default();
            x.has_iptc |= keyword == b"Raw profile type iptc";
            Ok(matches!(
                keyword,
                b"XML:com.adobe.xmp"
                    | b"Raw profile type exif"
                    | b"Raw profile type APP1"
                    | b"Raw profile type xmp"
                    | b"Raw profile type iptc"
            ))
        }
        _ => Ok(false),
    }
}
