//! Extended XMP: what did not fit into the one segment of the main packet, in as many further ones as it takes.
//!
//! Each says which packet it belongs to (a GUID), how long all of it is, and where its part goes. The main packet
//! names the GUID that counts (`xmpNote:HasExtendedXMP`). As for ExifTool, parts of other packets do not count, and a
//! packet of which a part is missing is none. It is read, since properties of ours may stand there, and
//! never written.

use std::collections::BTreeMap;

use super::find::EXTENDED_XMP;
use crate::native::fault::Fault;
use crate::source::be32;

/// Behind the name: 32 letters of the GUID, the length of all, the place of this part.
const HEADER: usize = EXTENDED_XMP.len() + 32 + 4 + 4;

/// Depth maps of phones have some megabytes.
const LONGEST: usize = 16 << 20;

/// The parts, as they are found.
#[derive(Debug, Default)]
pub(super) struct Extended {
    packets: BTreeMap<Vec<u8>, Parts>,
    held: usize,
}

#[derive(Debug, Default)]
struct Parts {
    length: u32,
    by_place: BTreeMap<u32, Vec<u8>>,
}

impl Extended {
    /// Takes the content of one segment. One without any text is passed over.
    pub(super) fn add(&mut self, content: &[u8]) -> Result<(), Fault> {
        let name = EXTENDED_XMP.len();
        let (Some(guid), Some(length), Some(place), Some(text)) = (
            content.get(name..name + 32),
            be32(content, name + 32),
            be32(content, name + 36),
            content.get(HEADER..).filter(|text| !text.is_empty()),
        ) else {
            return Ok(());
        };
        self.held += text.len();
        if self.held > LONGEST {
            return Err(Fault::beyond("its extended XMP is longer than is handled"));
        }
        let parts = self.packets.entry(guid.to_vec()).or_default();
        parts.length = length;
        parts.by_place.insert(place, text.to_vec());
        Ok(())
    }

    /// The packet that the main one names, if all of it is there.
    pub(super) fn join(mut self, main: Option<&[u8]>) -> Result<Option<Vec<u8>>, Fault> {
        if self.packets.is_empty() {
            return Ok(None);
        }
        let Some(main) = main else { return Ok(None) };
        // Text in two or four bytes a letter cannot be searched here.
        if main.contains(&0) {
            return Err(Fault::beyond("its XMP packet is not written in UTF-8 and continues elsewhere"));
        }
        let Some(guid) = named_guid(main) else { return Ok(None) };
        Ok(self.packets.remove(guid).and_then(Parts::join))
    }
}

impl Parts {
    fn join(self) -> Option<Vec<u8>> {
        let mut joined = Vec::new();
        while joined.len() < self.length as usize {
            joined.extend_from_slice(self.by_place.get(&u32::try_from(joined.len()).ok()?)?);
        }
        (joined.len() == self.length as usize).then_some(joined)
    }
}

/// The value of `HasExtendedXMP`, as an attribute or as an element.
fn named_guid(packet: &[u8]) -> Option<&[u8]> {
    let name = b":HasExtendedXMP";
    memchr::memmem::find_iter(packet, name).find_map(|at| {
        let rest = packet.get(at + name.len()..)?.trim_ascii_start();
        let value = match rest.split_first()? {
            (b'=', value) => value.trim_ascii_start().get(1..)?,
            (b'>', value) => value.trim_ascii_start(),
            _ => return None,
        };
        value.get(..32).filter(|guid| guid.iter().all(u8::is_ascii_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "0123456789ABCDEF0123456789ABCDEF";

    fn part(guid: &str, length: u32, place: u32, text: &[u8]) -> Vec<u8> {
        [EXTENDED_XMP, guid.as_bytes(), &length.to_be_bytes(), &place.to_be_bytes(), text].concat()
    }

    fn joined(parts: &[Vec<u8>], main: &str) -> Option<Vec<u8>> {
        let mut extended = Extended::default();
        for part in parts {
            extended.add(part).unwrap();
        }
        extended.join(Some(main.as_bytes())).unwrap()
    }

    #[test]
    fn the_parts_of_the_named_packet_are_joined_by_their_places() {
        let parts = [
            part(GUID, 5, 3, b"de"),
            part("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 1, 0, b"x"),
            part(GUID, 5, 0, b"abc"),
        ];

        let attribute = format!("<rdf:Description xmpNote:HasExtendedXMP = '{GUID}'/>");
        let element = format!("<n:HasExtendedXMP> {GUID} </n:HasExtendedXMP>");

        assert_eq!(joined(&parts, &attribute).as_deref(), Some(&b"abcde"[..]));
        assert_eq!(joined(&parts, &element).as_deref(), Some(&b"abcde"[..]));
        assert_eq!(joined(&parts, "<x/>"), None);
    }

    #[test]
    fn a_packet_with_a_missing_part_is_none() {
        let main = format!("a:HasExtendedXMP=\"{GUID}\"");

        assert_eq!(joined(&[part(GUID, 5, 0, b"abc")], &main), None);
        assert_eq!(joined(&[part(GUID, 2, 0, b"abc")], &main), None);
    }
}
