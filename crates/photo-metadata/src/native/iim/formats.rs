//! What kind of value a dataset holds, which it does not say itself (IIM 4.2, and ExifTool's table for what came later).

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Text in the character set of the block.
    Text,
    /// Text that is ASCII whatever the block's character set is.
    Ascii,
    /// Digits of a date or a number.
    Digits,
    /// A number.
    Number,
    /// Bytes.
    Binary,
}

/// Numbers and bytes among the datasets of record 2 that readers know; all others are text or digits.
const NUMBERS_2: [u8; 3] = [0, 200, 201];
const NUMBERS_3: [u8; 20] =
    [0, 20, 30, 40, 50, 55, 60, 64, 65, 84, 86, 90, 100, 102, 110, 120, 130, 135, 140, 145];
const BINARY_2: [u8; 2] = [125, 202];
const DIGITS_2: [u8; 12] = [8, 10, 30, 37, 42, 47, 50, 55, 62, 151, 152, 153];
const TEXT_2: [u8; 53] = [
    3, 4, 5, 7, 12, 15, 20, 22, 25, 26, 27, 35, 38, 40, 45, 60, 63, 65, 70, 75, 80, 85, 90, 92, 95, 100, 101,
    103, 105, 110, 115, 116, 118, 120, 121, 122, 130, 131, 135, 150, 154, 184, 185, 186, 187, 188, 221, 225,
    228, 230, 231, 232, 255,
];

/// The kind of a dataset; `None` for one that readers do not show.
pub(super) fn format_of(record: u8, number: u8) -> Option<Format> {
    Some(match (record, number) {
        (1, 5 | 30 | 50 | 80 | 90 | 100) => Format::Ascii,
        (1, 40 | 60 | 70) => Format::Digits,
        (2, number) if TEXT_2.contains(&number) => Format::Text,
        (2, number) if DIGITS_2.contains(&number) => Format::Digits,
        (2, number) if NUMBERS_2.contains(&number) => Format::Number,
        (2, number) if BINARY_2.contains(&number) => Format::Binary,
        (3, 10) => Format::Text,
        (3, 66 | 70 | 80 | 85 | 125) | (8, 10) => Format::Binary,
        (1, 0 | 20 | 22 | 120 | 122) | (7, 10 | 20 | 90 | 95) | (9, 10) => Format::Number,
        (3, number) if NUMBERS_3.contains(&number) => Format::Number,
        _ => return None,
    })
}
