//! Blocks of this kind: read, changed, and read again.

#![no_main]

use photo_metadata::fuzzing::{Codec, block};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let seed = bytes.len() as u64;
    block(bytes, Codec::Photoshop, seed).expect("no contradiction");
});
