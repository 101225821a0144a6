//! The Multi-Picture Format index: how a JPEG says that another JPEG follows behind its end.
//!
//! Offsets count from the TIFF header inside the index, sizes of the first image from the start
//! of the file. So whoever changes the length of the header must correct both numbers.

use crate::tiff::{self, ByteOrder, Directory, Value};

/// Marks the first image: representative, JPEG, baseline primary.
const PRIMARY: u32 = 0x2003_0000;

/// What stands in the APP2 segment behind the segment's length.
pub(crate) fn index(order: ByteOrder, first_size: u32, second_size: u32, second_offset: u32) -> Vec<u8> {
    let mut entries = Vec::new();
    for (attribute, size, offset) in [(PRIMARY, first_size, 0), (0, second_size, second_offset)] {
        for number in [attribute, size, offset] {
            entries.extend_from_slice(&order.u32(number));
        }
        entries.extend_from_slice(&[0; 4]);
    }
    let mut directory = Directory::default();
    directory.set(0xb000, Value::Undefined(b"0100".to_vec()));
    directory.set(0xb001, Value::Long(vec![2]));
    directory.set(0xb002, Value::Undefined(entries));
    [b"MPF\0", tiff::write(order, &[directory]).as_slice()].concat()
}
