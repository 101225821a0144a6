//! What a file is by its first bytes.
//!
//! Boxes (`ftyp`) carry a main brand and a list of further ones. The main brand alone is not enough: AVIF
//! files say `mif1` with `avif` in the list, and so do some HEIC files with `heic` there.

use super::Container;
use super::source::{be32, le32};

/// Tells by the first bytes what a file is; 4096 bytes are enough. Never looks at a name.
///
/// The raw formats that are plain TIFF at the start are [`Container::Tiff`] here; [`super::examine`] knows better.
pub fn sniff(head: &[u8]) -> Option<Container> {
    images(head).or_else(|| tiffs(head)).or_else(|| boxes(head)).or_else(|| others(head))
}

fn images(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"\xff\xd8\xff") {
        Some(Container::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Container::Png)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some(Container::Gif)
    } else if head.starts_with(b"RIFF") {
        match head.get(8..12)? {
            b"WEBP" => Some(Container::WebP),
            b"AVI " => Some(Container::Avi),
            _ => None,
        }
    } else if head.starts_with(b"\xff\x0a") {
        Some(Container::JxlCodestream)
    } else if head.starts_with(b"BM") && le32(head, 6) == Some(0) {
        Some(Container::Bmp)
    } else {
        None
    }
}

fn tiffs(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"FUJIFILMCCD-RAW") {
        return Some(Container::Raf);
    }
    match head.get(..4)? {
        b"II*\0" | b"MM\0*" => {
            let is_cr2 = head.get(8..10) == Some(b"CR");
            Some(if is_cr2 { Container::Cr2 } else { Container::Tiff })
        }
        b"II+\0" | b"MM\0+" => Some(Container::Tiff),
        b"IIU\0" => Some(Container::Rw2),
        b"IIRO" | b"IIRS" | b"MMOR" => Some(Container::Orf),
        _ => None,
    }
}

fn boxes(head: &[u8]) -> Option<Container> {
    let kind = head.get(4..8)?;
    match kind {
        b"JXL " => Some(Container::Jxl),
        b"jP  " | b"jP\x1a\x1a" => Some(Container::Jp2),
        b"ftyp" => brands(head),
        // QuickTime from before there were brands.
        b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" => Some(Container::Mov),
        _ => None,
    }
}

fn brands(head: &[u8]) -> Option<Container> {
    let size = usize::try_from(be32(head, 0)?).unwrap_or(usize::MAX);
    let main = head.get(8..12)?;
    let list = head.get(16..size.min(head.len())).unwrap_or_default();
    let mut all = std::iter::once(main).chain(list.chunks_exact(4));
    let has = |wanted: &[&[u8]]| all.clone().any(|brand| wanted.contains(&brand));
    if main == b"qt  " {
        return Some(Container::Mov);
    }
    if main == b"crx " {
        return Some(Container::Cr3);
    }
    if main == b"avif" || main == b"avis" {
        return Some(Container::Avif);
    }
    if matches!(main, b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis") {
        return Some(Container::Heic);
    }
    if matches!(main, b"mif1" | b"msf1" | b"mif2" | b"pred" | b"MiHB" | b"MiHE" | b"MiHM") {
        return Some(if has(&[b"avif", b"avis"]) { Container::Avif } else { Container::Heic });
    }
    // Anything else with a brand is of the MP4 family: isom, mp42, avc1, M4V, 3gp4, MSNV, XAVC, ...
    all.next().map(|_| Container::Mp4)
}

fn others(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        return Some(Container::Matroska);
    }
    let sync = |at: usize| head.get(at) == Some(&0x47);
    if (sync(0) && sync(188) && sync(376)) || (sync(4) && sync(196) && sync(388)) {
        return Some(Container::MpegTs);
    }
    is_xmp(head).then_some(Container::Xmp)
}

fn is_xmp(head: &[u8]) -> bool {
    let start = head.get(..head.len().min(1024)).unwrap_or_default();
    // UTF-16 packets are text with a zero byte beside each letter.
    let text: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let text = text.strip_prefix(b"\xff\xfe").or_else(|| text.strip_prefix(b"\xfe\xff")).unwrap_or(text);
    let text = text.trim_ascii_start();
    let holds = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    text.starts_with(b"<") && (holds(b"<x:xmpmeta") || holds(b"<?xpacket") || holds(b"<rdf:RDF"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_behind_the_main_one_decide_between_heic_and_avif() {
        let mut file = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic".to_vec();
        assert_eq!(sniff(&file), Some(Container::Heic));

        file.truncate(20);
        file.extend_from_slice(b"avif");
        assert_eq!(sniff(&file), Some(Container::Avif));
    }

    #[test]
    fn raw_formats_with_a_magic_of_their_own_are_told_apart() {
        assert_eq!(sniff(b"II*\0\x10\0\0\0CR\x02\0"), Some(Container::Cr2));
        assert_eq!(sniff(b"IIU\0\x08\0\0\0"), Some(Container::Rw2));
        assert_eq!(sniff(b"IIRO\x08\0\0\0"), Some(Container::Orf));
        assert_eq!(sniff(b"MM\0*\0\0\0\x08"), Some(Container::Tiff));
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        for head in [&b""[..], b"a", b"RIFF", b"RIFF\0\0\0\0WAVE", b"hello, world, this is text", &[0; 64]] {
            assert_eq!(sniff(head), None, "{head:?}");
        }
    }
}
