//! Ways to spoil a file: most of them aim at lengths, offsets and names, where parsers believe what they read.

use fastrand::Rng;

/// Names next to which lengths and offsets stand.
const NAMES: [&[u8]; 34] = [
    b"ftyp",
    b"meta",
    b"iloc",
    b"iinf",
    b"infe",
    b"iref",
    b"pitm",
    b"iprp",
    b"idat",
    b"mdat",
    b"moov",
    b"mvhd",
    b"tkhd",
    b"mdhd",
    b"keys",
    b"ilst",
    b"udta",
    b"uuid",
    b"free",
    b"IHDR",
    b"iTXt",
    b"eXIf",
    b"VP8X",
    b"EXIF",
    b"XMP ",
    b"Exif\0\0",
    b"MPF\0",
    b"8BIM",
    b"\xff\xe1",
    b"\xff\xed",
    b"II*\0",
    b"MM\0*",
    b"rdf:",
    b"xmlns",
];

const NUMBERS: [u64; 14] =
    [0, 1, 2, 7, 8, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 40, u64::MAX];

const TEXTS: [&str; 16] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "</rdf:li>",
    "<rdf:li>",
    "<rdf:Bag>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?xpacket",
    "&#x0;",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    " rdf:parseType='Resource'",
    "xmlns:a=''",
];

/// A spoiled version of `bytes`; `other` lends pieces.
pub(crate) fn mutated(bytes: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut new = bytes.to_vec();
    // Few changes at once: a file that is spoiled all over is refused at the first look.
    for _ in 0..=random.usize(..3).min(random.usize(..4)) {
        mutate(&mut new, other, random);
    }
    new
}

fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Rng) {
    if bytes.is_empty() {
        bytes.push(random.u8(..));
    }
    let at = place(bytes, random);
    match random.u8(..12) {
        0 | 1 => bytes[at] ^= 1 << random.u8(..8),
        2 => bytes[at] = random.u8(..),
        3..6 => put_number(bytes, at, random),
        6 => bytes.truncate(at),
        7 => remove(bytes, at, random),
        8 => repeat(bytes, at, random),
        9 => {
            let text = TEXTS[random.usize(..TEXTS.len())];
            let times = if random.u8(..20) == 0 { 2000 } else { random.usize(1..4) };
            insert(bytes, at, text.repeat(times).as_bytes());
        }
        10 => {
            let piece = piece_of(other, random).to_vec();
            insert(bytes, at, &piece);
        }
        _ => {
            bytes.truncate(at);
            let tail = if other.is_empty() { 0 } else { random.usize(..other.len()) };
            bytes.extend_from_slice(&other[tail..]);
        }
    }
}

/// Near a name, near the front, or anywhere.
fn place(bytes: &[u8], random: &mut Rng) -> usize {
    let last = bytes.len() - 1;
    match random.u8(..4) {
        0 | 1 => {
            let name = NAMES[random.usize(..NAMES.len())];
            let from = random.usize(..bytes.len().min(1 << 16));
            let found = bytes[from..].windows(name.len()).take(1 << 15).position(|window| window == name);
            let near = found.map_or(from, |found| from + found + random.usize(..24));
            near.saturating_sub(random.usize(..12)).min(last)
        }
        2 => random.usize(..bytes.len().min(4096)),
        _ => random.usize(..bytes.len()),
    }
}

fn put_number(bytes: &mut [u8], at: usize, random: &mut Rng) {
    let mut number = NUMBERS[random.usize(..NUMBERS.len())];
    match random.u8(..4) {
        0 => number = bytes.len() as u64,
        1 => number = (bytes.len() - at) as u64,
        _ => {}
    }
    let number = number.wrapping_add_signed(random.i64(-4..=4));
    let size = [1, 2, 4, 8][random.usize(..4)];
    let value = if random.bool() {
        number.to_be_bytes()[8 - size..].to_vec()
    } else {
        number.to_le_bytes()[..size].to_vec()
    };
    for (byte, new) in bytes[at..].iter_mut().zip(value) {
        *byte = new;
    }
}

fn remove(bytes: &mut Vec<u8>, at: usize, random: &mut Rng) {
    let end = (at + random.usize(1..64)).min(bytes.len());
    bytes.drain(at..end);
}

fn repeat(bytes: &mut Vec<u8>, at: usize, random: &mut Rng) {
    let end = (at + random.usize(1..2000)).min(bytes.len());
    let piece = bytes[at..end].to_vec();
    insert(bytes, at, &piece);
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

fn piece_of<'a>(bytes: &'a [u8], random: &mut Rng) -> &'a [u8] {
    if bytes.is_empty() {
        return bytes;
    }
    let start = random.usize(..bytes.len());
    let end = (start + random.usize(1..4096)).min(bytes.len());
    &bytes[start..end]
}
