//! Files of this kind: read, changed, and proved.

#![no_main]

use photo_metadata::Container;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let seed = bytes.len() as u64;
    photo_metadata::fuzzing::file(bytes, Container::Heic, seed).expect("no contradiction");
});
