//! Metadata in text chunks: XMP as it is, EXIF and IPTC as lines of hexadecimal digits, the way of ImageMagick.
//!
//! Such a profile is `Raw profile type exif`, a title, a length and digits. What is in it goes by the first bytes and
//! not by the name: IPTC may be Photoshop's resources or the bare block, and `APP1` is EXIF or XMP. ExifTool, when it
//! writes EXIF into such a file, changes the profile and makes a second block beside it; here the profile stays the
//! only one.

use std::io::Read as _;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};

use super::super::fault::Fault;

/// Longer metadata than these are not read natively.
pub(super) const LONGEST: u64 = 4 << 20;

/// The keyword of an XMP packet.
pub(super) const XMP: &[u8] = b"XML:com.adobe.xmp";

const XMP_IN_APP1: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXIF_IN_APP1: &[u8] = b"Exif\0\0";
/// An image resource with the IPTC block, its empty name included; the length follows.
const IPTC_RESOURCE: &[u8] = b"8BIM\x04\x04\0\0";

/// Digits of 36 bytes, as ImageMagick and ExifTool write them.
const BYTES_A_LINE: usize = 36;

/// What a text chunk says, without what frames it.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) compressed: bool,
}

impl Text {
    /// Takes the content of a `tEXt`, `zTXt` or `iTXt` chunk apart.
    pub(super) fn parse(kind: [u8; 4], content: &[u8]) -> Result<Self, Fault> {
        let odd = || Fault::beyond("a text with metadata is built in an odd way");
        let end = content.iter().position(|byte| *byte == 0).ok_or_else(odd)?;
        let rest = &content[end + 1..];
        match &kind {
            b"tEXt" => Ok(Self { bytes: rest.to_vec(), compressed: false }),
            b"zTXt" => match rest.split_first() {
                Some((0, deflated)) => Ok(Self { bytes: inflate(deflated)?, compressed: true }),
                _ => Err(odd()),
            },
            // Flag, method, and two empty texts: a language and a translated keyword.
            _ => match rest {
                [0, _, 0, 0, text @ ..] => Ok(Self { bytes: text.to_vec(), compressed: false }),
                [1, 0, 0, 0, deflated @ ..] => Ok(Self { bytes: inflate(deflated)?, compressed: true }),
                _ => Err(odd()),
            },
        }
    }
}

/// The content of an uncompressed `iTXt` chunk with a packet.
pub(super) fn international(packet: &[u8]) -> Vec<u8> {
    [XMP, b"\0\0\0\0\0", packet].concat()
}

/// How much longer that is than the packet.
pub(super) const INTERNATIONAL_FRAME: usize = XMP.len() + 5;

fn inflate(deflated: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let mut decoder = ZlibDecoder::new(deflated).take(LONGEST + 1);
    decoder.read_to_end(&mut bytes).map_err(|_| Fault::beyond("a compressed text in it is broken"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Fault::beyond("its metadata are larger than is read natively"));
    }
    Ok(bytes)
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut deflated = Vec::new();
    ZlibEncoder::new(bytes, Compression::default()).read_to_end(&mut deflated)?;
    Ok(deflated)
}

/// What a profile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Exif,
    Xmp,
    /// Photoshop's resources.
    Resources,
    /// The bare IPTC block.
    Iptc,
}

/// The form of a profile, apart from what it holds.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) held: Held,
    keyword: Vec<u8>,
    title: Vec<u8>,
    /// What stands in front of the block.
    prefix: &'static [u8],
    compressed: bool,
}

/// Whether a keyword is one under which readers look for metadata.
pub(super) fn is_profile(keyword: &[u8]) -> bool {
    keyword
        .strip_prefix(b"Raw profile type ")
        .is_some_and(|name| matches!(name, b"exif" | b"APP1" | b"iptc" | b"xmp" | b"8bim"))
}

/// A profile and its block; `None` when it holds nothing that is known.
pub(super) fn profile(keyword: &[u8], text: &Text) -> Result<Option<(Profile, Vec<u8>)>, Fault> {
    let odd = || Fault::beyond("a profile in one of its texts is built in an odd way");
    let rest = text.bytes.strip_prefix(b"\n").ok_or_else(odd)?;
    let (title, rest) = line(rest).ok_or_else(odd)?;
    let (length, digits) = line(rest).ok_or_else(odd)?;
    let length = std::str::from_utf8(length).ok().and_then(|text| text.trim().parse::<usize>().ok());
    let bytes = from_digits(digits).filter(|bytes| Some(bytes.len()) == length).ok_or_else(odd)?;
    let by_name = keyword.strip_prefix(b"Raw profile type ").unwrap_or_default();
    let (held, prefix): (_, &'static [u8]) = match by_name {
        b"exif" | b"APP1" if bytes.starts_with(EXIF_IN_APP1) => (Held::Exif, EXIF_IN_APP1),
        b"exif" | b"APP1" if bytes.starts_with(XMP_IN_APP1) => (Held::Xmp, XMP_IN_APP1),
        b"exif" | b"APP1" if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => (Held::Exif, b""),
        b"exif" | b"APP1" => return Ok(None),
        b"xmp" => (Held::Xmp, b""),
        b"iptc" if bytes.starts_with(b"\x1c") => (Held::Iptc, b""),
        _ => (Held::Resources, b""),
    };
    let block = match held {
        Held::Iptc => as_resource(&bytes)?,
        _ => bytes[prefix.len()..].to_vec(),
    };
    let (keyword, title) = (keyword.to_vec(), title.to_vec());
    Ok(Some((Profile { held, keyword, title, prefix, compressed: text.compressed }, block)))
}

impl Profile {
    /// The name and the content of a chunk with a new block in the same form.
    pub(super) fn with(&self, block: &[u8]) -> Result<([u8; 4], Vec<u8>), Fault> {
        let block = match self.held {
            Held::Iptc => only_iptc(block)?,
            _ => block,
        };
        let bytes = [self.prefix, block].concat();
        let mut text = [b"\n", self.title.as_slice(), format!("\n{:8}\n", bytes.len()).as_bytes()].concat();
        for line in bytes.chunks(BYTES_A_LINE) {
            text.extend(line.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
            text.push(b'\n');
        }
        let keyword = self.keyword.as_slice();
        Ok(if self.compressed {
            (*b"zTXt", [keyword, b"\0\0", &deflate(&text)?].concat())
        } else {
            (*b"tEXt", [keyword, b"\0", &text].concat())
        })
    }
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// Bytes of digits with any blanks between them; `None` for anything else.
fn from_digits(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut half = None;
    for letter in text.iter().filter(|letter| !letter.is_ascii_whitespace()) {
        let value = u8::try_from(char::from(*letter).to_digit(16)?).ok()?;
        half = match half {
            None => Some(value),
            Some(first) => {
                bytes.push(first << 4 | value);
                None
            }
        };
    }
    half.is_none().then_some(bytes)
}

/// A bare IPTC block as the only image resource, which is how blocks are read here.
fn as_resource(iptc: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = u32::try_from(iptc.len()).map_err(|_| Fault::beyond("its IPTC block is too long"))?;
    let padding: &[u8] = if iptc.len() % 2 == 1 { b"\0" } else { b"" };
    Ok([IPTC_RESOURCE, &length.to_be_bytes(), iptc, padding].concat())
}

/// The IPTC block alone, where it stands first; a digest behind it has no place in the bare form.
fn only_iptc(resources: &[u8]) -> Result<&[u8], Fault> {
    let rest = resources.strip_prefix(IPTC_RESOURCE).and_then(<[u8]>::split_first_chunk);
    let block =
        rest.and_then(|(length, rest)| rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?));
    block.ok_or_else(|| Fault::beyond("its IPTC block would become something else"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, length: usize, digits: &str) -> Text {
        Text { bytes: format!("\n{title}\n{length:8}\n{digits}").into_bytes(), compressed: false }
    }

    fn digits(bytes: &[u8]) -> String {
        let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15), b'\n']);
        String::from_utf8(digits.collect()).unwrap()
    }

    #[test]
    fn a_profile_goes_by_what_is_in_it() {
        let held = |name: &str, bytes: &[u8]| {
            let digits = digits(bytes);
            let keyword = format!("Raw profile type {name}").into_bytes();
            let found = profile(&keyword, &text("x", bytes.len(), &digits)).unwrap();
            found.map(|(profile, block)| (profile.held, block))
        };

        assert_eq!(held("APP1", b"Exif\0\0II*\0abcd"), Some((Held::Exif, b"II*\0abcd".to_vec())));
        assert_eq!(held("exif", b"MM\0*abcd"), Some((Held::Exif, b"MM\0*abcd".to_vec())));
        assert_eq!(held("exif", b"something"), None);
        let packet = [XMP_IN_APP1, b"<x/>"].concat();
        assert_eq!(held("APP1", &packet), Some((Held::Xmp, b"<x/>".to_vec())));
        assert_eq!(held("iptc", b"8BIMrest"), Some((Held::Resources, b"8BIMrest".to_vec())));
        let wrapped = b"8BIM\x04\x04\0\0\0\0\0\x03\x1c\x02\x05\0".to_vec();
        assert_eq!(held("iptc", b"\x1c\x02\x05"), Some((Held::Iptc, wrapped)));
    }

    #[test]
    fn a_profile_with_odd_digits_or_another_length_is_left_to_others() {
        let odd = |length, digits| profile(b"Raw profile type iptc", &text("iptc", length, digits)).is_err();

        assert!(odd(2, "38zz"));
        assert!(odd(2, "384"));
        assert!(odd(3, "3842"));
        assert!(!odd(2, "3842"));
        assert!(
            profile(b"Raw profile type iptc", &Text { bytes: b"iptc".to_vec(), compressed: false }).is_err()
        );
    }

    #[test]
    fn a_profile_is_written_in_its_own_form() {
        for compressed in [false, true] {
            for bytes in [b"8BIM and the rest of it, more than a line of it".as_slice(), b"\x1c\x02\x05"] {
                let digits = digits(bytes);
                let keyword = b"Raw profile type iptc";
                let text = Text { compressed, ..text("iptc", bytes.len(), &digits) };
                let (old, block) = profile(keyword, &text).unwrap().unwrap();

                let (kind, content) = old.with(&block).unwrap();

                assert_eq!(kind, if compressed { *b"zTXt" } else { *b"tEXt" });
                let again = Text::parse(kind, &content).unwrap();
                assert_eq!(profile(keyword, &again).unwrap().unwrap().1, block);
            }
        }
    }

    #[test]
    fn a_digest_beside_a_bare_block_is_dropped_and_anything_in_front_of_it_is_not() {
        let resources = [&as_resource(b"\x1c\x02\x05").unwrap()[..], b"8BIM\x04\x25\0\0\0\0\0\x10"].concat();

        assert_eq!(only_iptc(&resources).unwrap(), b"\x1c\x02\x05");
        assert!(only_iptc(b"8BIM\x04\x25\0\0\0\0\0\0").is_err());
        assert!(only_iptc(b"8BIM\x04\x04\0\0\0\0\0\x09short").is_err());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = deflate(&vec![0; 40 << 20]).unwrap();

        assert!(inflate(&bomb).is_err());
    }
}
