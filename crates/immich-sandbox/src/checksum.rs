//! SHA-1 as the server uses it: of the content when it manages the file, of the path when it does not.

use std::{fs::File, io::Read, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

use crate::{AssetId, ids::mix};

/// SHA-1 of some bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

/// What the server has for a file of an external library: SHA-1 of `path:<path>`.
pub(crate) fn of_path(original_path: &str) -> [u8; 20] {
    of_bytes(format!("path:{original_path}").as_bytes())
}

/// SHA-1 of a file, in pieces.
pub(crate) fn of_file(path: &Path) -> std::io::Result<[u8; 20]> {
    let mut file = File::open(path)?;
    let mut hasher = Sha1::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// A stand-in for assets that have no file, the same for the same id.
pub(crate) fn of_id(id: AssetId) -> [u8; 20] {
    let (high, low) = id.halves();
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&mix(high).to_be_bytes());
    bytes[8..16].copy_from_slice(&mix(low).to_be_bytes());
    bytes[16..].copy_from_slice(&mix(high ^ low).to_be_bytes()[..4]);
    bytes
}

/// As the server sends it.
pub(crate) fn encode(checksum: &[u8]) -> String {
    STANDARD.encode(checksum)
}

/// Reads a checksum as the server does: 28 characters are base64, anything else is hex.
pub(crate) fn parse(text: &str) -> Option<[u8; 20]> {
    let bytes = if text.len() == 28 { STANDARD.decode(text).ok()? } else { decode_hex(text)? };
    bytes.try_into().ok()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_name_the_same_checksum() {
        let checksum = of_bytes(b"abc");

        assert_eq!(parse("a9993e364706816aba3e25717850c26c9cd0d89d"), Some(checksum));
        assert_eq!(parse(&encode(&checksum)), Some(checksum));
        assert_eq!(parse("a9993"), None);
    }

    #[test]
    fn an_external_file_is_known_by_its_path() {
        let checksum = of_path("/mnt/photos/a.jpg");

        assert_eq!(encode(&checksum), "fxXiDZ1lfGEMlN/BiYMq/C/vR74=");
    }
}
