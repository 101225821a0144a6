//! Tells raw photos from TIFF pictures: both start with the same bytes.
//!
//! Taking a raw for a TIFF would be worse than not reading it: the first directory of most of them holds a picture of 160
//! by 120 pixels, and its size would be taken for that of the photo.

const NEW_SUBFILE_TYPE: u16 = 0x00fe;
const PHOTOMETRIC: u16 = 0x0106;
const SUB_DIRECTORIES: u16 = 0x014a;
const DNG_VERSION: u16 = 0xc612;
/// A sensor with colour filters, and the same with its mosaic taken apart.
const SENSOR_COLOURS: [u32; 2] = [32_803, 34_892];
/// Longer directories are no photo's.
const MAX_ENTRIES: usize = 4096;

/// Whether the first directory is that of a raw photo: a small copy of a picture that stands elsewhere, a sensor's colours,
/// or a DNG.
pub(super) fn is_raw(bytes: &[u8]) -> bool {
    let entries = first_directory(bytes).unwrap_or_default();
    let value = |tag| entries.iter().find(|entry| entry.0 == tag).map(|entry| entry.1);
    let is_small_copy = value(NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 1 == 1);
    value(DNG_VERSION).is_some()
        || value(PHOTOMETRIC).is_some_and(|colours| SENSOR_COLOURS.contains(&colours))
        || (is_small_copy && value(SUB_DIRECTORIES).is_some())
}

/// Tags with their values, as far as these fit into the entry.
fn first_directory(bytes: &[u8]) -> Option<Vec<(u16, u32)>> {
    let big_endian = bytes.starts_with(b"MM");
    let short = |at: usize| {
        let pair = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let long = |at: usize| {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    if short(2)? != 42 {
        return None;
    }
    let start = usize::try_from(long(4)?).ok()?;
    let count = usize::from(short(start)?).min(MAX_ENTRIES);
    let mut entries = Vec::with_capacity(count);
    for number in 0..count {
        let at = start.checked_add(2 + number * 12)?;
        let is_short = short(at.checked_add(2)?)? == 3;
        let value = if is_short { u32::from(short(at + 8)?) } else { long(at + 8)? };
        entries.push((short(at)?, value));
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
        bytes.extend(u16::try_from(entries.len()).unwrap().to_be_bytes());
        for (tag, kind, value) in entries {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(1_u32.to_be_bytes());
            bytes.extend(if *kind == 3 { (value << 16).to_be_bytes() } else { value.to_be_bytes() });
        }
        bytes
    }

    #[test]
    fn a_small_copy_with_the_picture_elsewhere_is_a_raw() {
        assert!(is_raw(&file(&[(NEW_SUBFILE_TYPE, 4, 1), (SUB_DIRECTORIES, 4, 500)])));
        assert!(is_raw(&file(&[(PHOTOMETRIC, 3, 32_803)])));
        assert!(is_raw(&file(&[(DNG_VERSION, 1, 0x0104_0000)])));
    }

    #[test]
    fn a_scan_is_no_raw() {
        assert!(!is_raw(&file(&[(NEW_SUBFILE_TYPE, 4, 0), (PHOTOMETRIC, 3, 2)])));
        assert!(!is_raw(b"II*\0\xff\xff\xff\xff") && !is_raw(b"II*\0"));
    }
}
