//! A JUMBF box as content credentials (C2PA) use it, in the APP11 segment of a JPEG.
//!
//! The manifest is shaped like one and signs nothing: it is here to see that writers keep it, or
//! refuse a file whose signature they would break.

use crate::bmff::boxed;

/// The type of a manifest store: `c2pa` and the fixed tail of all JUMBF types.
const C2PA: [u8; 16] = *b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
/// The type of a JSON box.
const JSON: [u8; 16] = *b"json\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";

/// What stands in the APP11 segment behind the segment's length.
pub(crate) fn segment() -> Vec<u8> {
    let claim = boxed(*b"json", &[br#"{"claim_generator":"sample-pictures"}"#]);
    let inner = boxed(*b"jumb", &[&description(JSON, "claim"), &claim]);
    let store = boxed(*b"jumb", &[&description(C2PA, "c2pa"), &inner]);
    [b"JP\x00\x01\x00\x00\x00\x01", store.as_slice()].concat()
}

fn description(kind: [u8; 16], label: &str) -> Vec<u8> {
    boxed(*b"jumd", &[&kind, &[0x03], label.as_bytes(), &[0]])
}
