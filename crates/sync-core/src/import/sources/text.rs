//! Names of files as text that a server can show.
//!
//! A file system keeps bytes. macOS takes accents apart (NFD), old cameras and archives write Latin-1, and a name may hold
//! a line feed. What identifies a file are its bytes; this is only what people read.

use icu_normalizer::ComposingNormalizerBorrowed;

/// A name as composed text (NFC). Bytes that are no UTF-8 are read as Latin-1, and what cannot be shown becomes `_`.
pub(super) fn name_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| if *byte >= 0xa0 { char::from(*byte) } else { '_' }));
    }
    if text.contains(char::is_control) {
        text = text.replace(char::is_control, "_");
    }
    if text.is_ascii() { text } else { ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_people_would_write_them() {
        assert_eq!(name_text("Zoe\u{308}.jpg".as_bytes()), "Zoë.jpg");
        assert_eq!(name_text(b"caf\xe9.jpg"), "café.jpg");
        assert_eq!(name_text(b"a\x80\xff\n.jpg"), "a_ÿ_.jpg");
        assert_eq!(name_text(b"a [2020] {1,2} +(g).jpg"), "a [2020] {1,2} +(g).jpg");
    }
}
