//! Small files that ask for much: deep, endless, or the same megabyte a thousand times. Chance does not find these.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use photo_metadata::Container;
use photo_metadata::fuzzing::Codec;

use crate::run::Target;

/// A name, a parser, and what it gets.
pub(crate) type Bomb = (&'static str, Target, Vec<u8>);

/// All of them.
pub(crate) fn bombs() -> Vec<Bomb> {
    let mut bombs = Vec::new();
    bombs.extend(pngs().map(|(name, bytes)| (name, Target::Files(&[Container::Png]), bytes)));
    bombs.extend(webps().map(|(name, bytes)| (name, Target::Files(&[Container::WebP]), bytes)));
    bombs.extend(jpegs().map(|(name, bytes)| (name, Target::Files(&[Container::Jpeg]), bytes)));
    bombs.extend(heifs().map(|(name, bytes)| (name, Target::Files(&[Container::Heic]), bytes)));
    bombs.extend(movies().map(|(name, bytes)| (name, Target::Files(&[Container::Mov]), bytes)));
    bombs.extend(packets().map(|(name, bytes)| (name, Target::Blocks(Codec::Xmp), bytes)));
    bombs.extend(packets().map(|(name, bytes)| (name, Target::Files(&[Container::Xmp]), bytes)));
    bombs.extend(tiffs().map(|(name, bytes)| (name, Target::Blocks(Codec::Exif), bytes)));
    bombs.extend(resources().map(|(name, bytes)| (name, Target::Blocks(Codec::Photoshop), bytes)));
    bombs
}

type Named = (&'static str, Vec<u8>);

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short chunk");
    let sum = crc32fast::hash(&[&kind, content].concat());
    [&length.to_be_bytes()[..], &kind, content, &sum.to_be_bytes()].concat()
}

fn png(middle: &[u8]) -> Vec<u8> {
    let header = chunk(*b"IHDR", b"\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0");
    let (data, end) = (chunk(*b"IDAT", b"x"), chunk(*b"IEND", b""));
    [&b"\x89PNG\r\n\x1a\n"[..], &header, middle, &data, &end].concat()
}

fn pngs() -> impl Iterator<Item = Named> {
    let mut zeros = ZlibEncoder::new(Vec::new(), Compression::fast());
    zeros.write_all(&vec![b' '; 30 << 20]).expect("memory");
    let zeros = zeros.finish().expect("memory");
    let text = [&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &zeros].concat();
    let profile = [&b"Raw profile type exif\0\0"[..], &zeros].concat();
    [
        ("a text of 30 MiB", png(&chunk(*b"iTXt", &text))),
        ("a profile of 30 MiB", png(&chunk(*b"zTXt", &profile))),
        ("a million texts", png(&chunk(*b"tEXt", b"a\0b").repeat(1_000_000))),
        ("a million pieces", png(&chunk(*b"IDAT", b"").repeat(1_000_000))),
        ("thousands of packets", png(&chunk(*b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>").repeat(30_000))),
    ]
    .into_iter()
}

fn riff(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 4).expect("a short list");
    [&b"RIFF"[..], &length.to_le_bytes(), b"WEBP", content].concat()
}

fn webps() -> impl Iterator<Item = Named> {
    let head = b"VP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x07\0\0";
    let many = |chunk: &[u8], count: usize| riff(&[&head[..], &chunk.repeat(count)].concat());
    [
        ("a million chunks", many(b"abcd\0\0\0\0", 1_000_000)),
        ("a million packets", many(b"XMP \x04\0\0\0<x/>", 1_000_000)),
        ("chunks behind the list", [riff(head), b"abcd\0\0\0\0".repeat(1_000_000)].concat()),
    ]
    .into_iter()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a short segment");
    [&[0xff, marker][..], &length.to_be_bytes(), content].concat()
}

fn jpegs() -> impl Iterator<Item = Named> {
    let end = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x1f\xff\xd9";
    let of = |middle: Vec<u8>| [&b"\xff\xd8"[..], &middle, end].concat();
    let guid = b"http://ns.adobe.com/xmp/extension/\0ABCDEF0123456789ABCDEF0123456789";
    let main = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
        xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
        xmlns:xmpNote='http://ns.adobe.com/xmp/note/' \
        xmpNote:HasExtendedXMP='ABCDEF0123456789ABCDEF0123456789'/></rdf:RDF></x:xmpmeta>";
    let part = [&guid[..], &u32::MAX.to_be_bytes(), &[0xff, 0xff, 0, 0], b"x"].concat();
    let resource = [&b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\xea\x60"[..], &vec![0x1c; 60_000]].concat();
    [
        ("a million segments", of(segment(0xe5, b"").repeat(1_000_000))),
        ("thousands of packets", of(segment(0xe1, main).repeat(30_000))),
        (
            "thousands of EXIF blocks",
            of(segment(0xe1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0").repeat(100_000)),
        ),
        ("far parts of a packet", of([segment(0xe1, main), segment(0xe1, &part).repeat(100_000)].concat())),
        ("hundreds of resources", of(segment(0xed, &resource).repeat(300))),
        ("fill bytes", of(vec![0xff; 8 << 20])),
    ]
    .into_iter()
}

fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).expect("a short box");
    [&length.to_be_bytes()[..], &kind, content].concat()
}

fn nested(kind: [u8; 4], depth: usize) -> Vec<u8> {
    let size = |at: usize| u32::try_from((depth - at) * 8).expect("a small file");
    (0..depth).flat_map(|at| [&size(at).to_be_bytes()[..], &kind].concat()).collect()
}

fn heifs() -> impl Iterator<Item = Named> {
    let ftyp = boxed(*b"ftyp", b"heic\0\0\0\0mif1heic");
    let of =
        |meta: &[u8]| [&ftyp[..], &boxed(*b"meta", &[&[0; 4], meta].concat()), &vec![7; 1 << 20]].concat();
    let hdlr = boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let pitm = boxed(*b"pitm", b"\0\0\0\0\0\x01");
    let infe = |id: u16| boxed(*b"infe", &[&[2, 0, 0, 0][..], &id.to_be_bytes(), b"\0\0Exif\0"].concat());
    let infes: Vec<u8> = (1..=20_000).flat_map(infe).collect();
    let iinf = boxed(*b"iinf", &[&[0, 0, 0, 0, 0x4e, 0x20][..], &infes].concat());
    // Every item is the same megabyte, in pieces.
    let item = |id: u16, pieces: u16| {
        let piece = [&0_u32.to_be_bytes()[..], &(1_u32 << 20).to_be_bytes()].concat();
        [&id.to_be_bytes()[..], &[0, 0], &pieces.to_be_bytes(), &piece.repeat(usize::from(pieces))].concat()
    };
    let iloc = |items: Vec<u8>, count: u16| {
        boxed(*b"iloc", &[&[0, 0, 0, 0, 0x44, 0][..], &count.to_be_bytes(), &items].concat())
    };
    let many = iloc((1..=20_000).flat_map(|id| item(id, 1)).collect(), 20_000);
    let pieces = iloc(item(1, u16::MAX), 1);
    let refs =
        boxed(*b"iref", &[&[0; 4][..], &boxed(*b"cdsc", b"\0\x02\0\x01\0\x01").repeat(100_000)].concat());
    [
        ("nested boxes", [ftyp.clone(), nested(*b"meta", 200_000)].concat()),
        ("a million boxes", of(&boxed(*b"free", b"").repeat(1_000_000))),
        ("the same megabyte in 20,000 items", of(&[&hdlr[..], &pitm, &iinf, &many].concat())),
        ("the same megabyte 65,535 times", of(&[&hdlr[..], &pitm, &iinf, &pieces].concat())),
        ("a hundred thousand references", of(&[&hdlr[..], &pitm, &iinf, &many, &refs].concat())),
    ]
    .into_iter()
}

fn movies() -> impl Iterator<Item = Named> {
    let ftyp = boxed(*b"ftyp", b"qt  \0\0\0\0qt  ");
    let of = |moov: &[u8]| [&ftyp[..], &boxed(*b"moov", moov)].concat();
    let xyz = boxed(*b"\xa9xyz", b"\0\x0f\x15\xc7+52.5+013.4/");
    let key = boxed(*b"mdta", b"com.apple.quicktime.creationdate");
    let count = 100_000_u32;
    let keys = boxed(*b"keys", &[&[0; 4][..], &count.to_be_bytes(), &key.repeat(100_000)].concat());
    let value = boxed(*b"data", b"\0\0\0\x01\0\0\0\0x");
    let items: Vec<u8> = (1..=count).flat_map(|at| boxed(at.to_be_bytes(), &value)).collect();
    let hdlr = boxed(*b"hdlr", b"\0\0\0\0\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let meta = boxed(*b"meta", &[&hdlr[..], &keys, &boxed(*b"ilst", &items)].concat());
    let xmp = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac<x/>";
    [
        ("nested boxes", [ftyp.clone(), nested(*b"moov", 200_000)].concat()),
        ("nested tracks", of(&nested(*b"trak", 200_000))),
        ("a hundred thousand places", of(&boxed(*b"udta", &xyz.repeat(100_000)))),
        ("a hundred thousand keys", of(&meta)),
        ("a million tracks", of(&boxed(*b"trak", b"").repeat(1_000_000))),
        ("thousands of packets", [of(b""), boxed(*b"uuid", xmp).repeat(50_000)].concat()),
    ]
    .into_iter()
}

fn packets() -> impl Iterator<Item = Named> {
    let of = |inner: String| {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
             xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
             xmlns:dc='http://purl.org/dc/elements/1.1/'>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
        )
        .into_bytes()
    };
    let numbered = |make: fn(u32) -> String, count: u32| (0..count).map(make).collect::<String>();
    let declared = numbered(|at| format!(" xmlns:n{at}='http://n{at}/'"), 20_000);
    let attributes = numbered(|at| format!(" dc:a{at}='b'"), 100_000);
    let scopes = numbered(|at| format!("<dc:a xmlns:n{at}='http://n{at}/'>"), 20_000);
    [
        ("deep elements", of("<dc:a>".repeat(500_000))),
        ("deep and closed", of(["<dc:a>".repeat(100_000), "</dc:a>".repeat(100_000)].concat())),
        (
            "a million items",
            of(["<dc:subject><rdf:Bag>", &"<rdf:li>a</rdf:li>".repeat(300_000), "</rdf:Bag></dc:subject>"]
                .concat()),
        ),
        ("many namespaces", of(format!("<dc:a{declared}>b</dc:a>"))),
        ("many attributes", of(format!("<dc:a{attributes}/>"))),
        ("a namespace at each depth", of(scopes)),
        (
            "many descriptions",
            of("</rdf:Description><rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'>"
                .repeat(50_000)),
        ),
        ("entities", of("&lt;".repeat(1_000_000))),
        ("comments", of("<!--a-->".repeat(500_000))),
        ("a long text", of(format!("<dc:title>{}</dc:title>", "a".repeat(8 << 20)))),
    ]
    .into_iter()
}

/// A directory of entries with 12 bytes each, which starts behind the header.
fn tiff(entries: &[u8], next: u32, behind: &[u8]) -> Vec<u8> {
    let count = u16::try_from(entries.len() / 12).expect("a directory");
    [&b"II*\0\x08\0\0\0"[..], &count.to_le_bytes(), entries, &next.to_le_bytes(), behind].concat()
}

fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    let fields = [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()];
    fields.concat()
}

fn tiffs() -> impl Iterator<Item = Named> {
    let pointers: Vec<u8> = (0..u16::MAX).flat_map(|_| entry(0x8769, 4, 1, 8)).collect();
    let long = 1_u32 << 20;
    let same: Vec<u8> = (0..u16::MAX).flat_map(|tag| entry(tag, 7, long, 8)).collect();
    let huge = entry(0x010e, 2, u32::MAX, 8).repeat(1000);
    // Directories that follow each other to the end of a megabyte.
    let mut chain = b"II*\0\x08\0\0\0".to_vec();
    while chain.len() < 1 << 20 {
        let next = u32::try_from(chain.len() + 6).expect("a small block");
        chain.extend([&[0, 0][..], &next.to_le_bytes()].concat());
    }
    [
        ("a directory that points at itself", tiff(&entry(0x8769, 4, 1, 8), 8, b"")),
        ("65,535 ways to the same directory", tiff(&pointers, 8, b"")),
        ("the same megabyte 65,535 times", tiff(&same, 0, &vec![b'a'; 1 << 20])),
        ("values longer than the block", tiff(&huge, 0, b"")),
        ("an endless chain", chain),
        (
            "a list of directories",
            tiff(&entry(0x014a, 4, 250_000, 8), 0, &8_u32.to_le_bytes().repeat(250_000)),
        ),
    ]
    .into_iter()
}

fn resources() -> impl Iterator<Item = Named> {
    let iptc = |content: &[u8]| {
        let length = u32::try_from(content.len()).expect("a short block");
        [&b"8BIM\x04\x04\0\0"[..], &length.to_be_bytes(), content].concat()
    };
    [
        ("a million resources", b"8BIM\x04\x09\0\0\0\0\0\0".repeat(1_000_000)),
        ("a million blocks", iptc(b"").repeat(500_000)),
        ("a million keywords", iptc(&b"\x1c\x02\x19\0\x01a".repeat(1_000_000))),
        ("extended lengths", iptc(&b"\x1c\x02\x19\x80\x04\xff\xff\xff\xff".repeat(100_000))),
    ]
    .into_iter()
}
