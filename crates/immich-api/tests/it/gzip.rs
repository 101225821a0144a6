//! A gzip file made by hand: one byte, repeated, at twenty times less than its size.

/// `{` followed by that many thousands of spaces, deflated. Without a valid end, which nobody should reach.
pub(crate) fn bomb(thousands: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.plain(0b011, 3);
    bits.code(0x30 + u16::from(b'{'), 8);
    bits.code(0x30 + u16::from(b' '), 8);
    for _ in 0..thousands * 1000 / 258 {
        // Length 258, distance 1.
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    file.extend(bits.bytes);
    file
}

/// A whole file with the text, stored without compression.
pub(crate) fn stored(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(text);
    file.extend(crc32(text).to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}

fn crc32(text: &[u8]) -> u32 {
    !text.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    })
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, bit: bool) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.used % 8);
        }
        self.used += 1;
    }

    /// Plain numbers stand with their lowest bit first.
    fn plain(&mut self, number: u16, width: u32) {
        (0..width).for_each(|bit| self.push(number >> bit & 1 == 1));
    }

    /// Huffman codes stand with their highest bit first.
    fn code(&mut self, code: u16, width: u32) {
        (0..width).rev().for_each(|bit| self.push(code >> bit & 1 == 1));
    }
}
