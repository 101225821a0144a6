//! Boxes of the ISO base media file format: a length, four letters, content.

use crate::bytes::int32;

/// A box with this content.
pub(crate) fn boxed(name: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(8 + length);
    out.extend_from_slice(&int32(8 + length).to_be_bytes());
    out.extend_from_slice(&name);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A box that starts with a version and flags.
pub(crate) fn full_box(name: [u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let [_, high, middle, low] = flags.to_be_bytes();
    let head = [version, high, middle, low];
    let all: Vec<&[u8]> = std::iter::once(head.as_slice()).chain(parts.iter().copied()).collect();
    boxed(name, &all)
}

/// The box by which Adobe's and other tools keep XMP in a video.
pub(crate) fn xmp_uuid(packet: &[u8]) -> Vec<u8> {
    const XMP: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
    boxed(*b"uuid", &[&XMP, packet])
}

/// Numbers, most significant byte first.
pub(crate) fn numbers(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}
