//! The piece behind the end of a block in which our directories and their values stand.
//!
//! ```text
//! ┌────────────────────────────┬──────┬────────┬─────────┬────────┬───┬────────────────────┐
//! │ block as the camera made it│ IFD0 │ values │ ExifIFD │ values │ 0…│ start  crc  mark   │
//! └────────────────────────────┴──────┴────────┴─────────┴────────┴───┴────────────────────┘
//!                              ↑ start                                 ↑ 12 bytes
//! ```
//!
//! Its last bytes say where it starts and what its content is, so that a later edit can tell that the whole piece is
//! what was written here, to the letter, and make it anew in its place. Without that a block would grow with every
//! edit; and nothing but a proof may let bytes be taken for ours: MakerNotes keep data at the end of blocks, too.

use super::tags::Place;
use super::tiff::{ByteOrder, ENTRY};

const MARK: &[u8; 4] = b"ImSy";

/// Start, checksum, mark.
const FOOTER: usize = 12;

/// A directory to be written.
#[derive(Debug, Clone)]
pub(super) struct NewDirectory {
    pub(super) place: Place,
    pub(super) entries: Vec<NewEntry>,
    /// What stands behind the entries.
    pub(super) next: [u8; 4],
}

/// An entry to be written.
#[derive(Debug, Clone)]
pub(super) struct NewEntry {
    pub(super) id: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    pub(super) value: NewValue,
}

/// The value of an entry to be written.
#[derive(Debug, Clone)]
pub(super) enum NewValue {
    /// The last four bytes of the entry as they are: a short value, or where a long one stands.
    Stays([u8; 4]),
    /// These bytes.
    Is(Vec<u8>),
    /// The place of another directory of the area.
    LeadsTo(Place),
}

impl NewEntry {
    /// Bytes that it needs outside of the directory.
    fn outside(&self) -> usize {
        match &self.value {
            NewValue::Is(bytes) if bytes.len() > 4 => bytes.len().next_multiple_of(2),
            _ => 0,
        }
    }
}

/// An area, and where its directories stand in the block.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<(Place, usize)>,
}

impl Area {
    pub(super) fn place(&self, place: Place) -> Option<usize> {
        self.places.iter().find(|(own, _)| *own == place).map(|(_, at)| *at)
    }
}

/// Where the area of a block starts that was written here and not changed since.
pub(super) fn find(block: &[u8]) -> Option<usize> {
    let footer_at = block.len().checked_sub(FOOTER)?;
    let footer = block.get(footer_at..)?;
    if footer.last_chunk() != Some(MARK) {
        return None;
    }
    let start = usize::try_from(ByteOrder::Big.u32(footer, 0)?).ok()?;
    let content = block.get(start..footer_at).filter(|_| start >= 8)?;
    (ByteOrder::Big.u32(footer, 4)? == crc32fast::hash(content)).then_some(start)
}

/// The area that starts at this even position of a block, at least so long.
pub(super) fn lay_out(start: usize, least: usize, order: ByteOrder, directories: &[NewDirectory]) -> Area {
    let mut places = Vec::new();
    let mut at = start;
    for directory in directories {
        places.push((directory.place, at));
        at += 2 + ENTRY * directory.entries.len() + 4;
        at += directory.entries.iter().map(NewEntry::outside).sum::<usize>();
    }
    let mut area = Area { bytes: Vec::with_capacity(at - start + FOOTER), places };
    for directory in directories {
        write(directory, start, order, &mut area);
    }
    let content = area.bytes.len().max(least.saturating_sub(FOOTER));
    area.bytes.resize(content, 0);
    let checksum = crc32fast::hash(&area.bytes);
    area.bytes.extend(ByteOrder::Big.of_position(start));
    area.bytes.extend(ByteOrder::Big.of_u32(checksum));
    area.bytes.extend(MARK);
    area
}

fn write(directory: &NewDirectory, start: usize, order: ByteOrder, area: &mut Area) {
    let count = u16::try_from(directory.entries.len()).unwrap_or(u16::MAX);
    let mut table = order.of_u16(count).to_vec();
    let mut values = Vec::new();
    let values_at = start + area.bytes.len() + 2 + ENTRY * directory.entries.len() + 4;
    for entry in &directory.entries {
        table.extend(order.of_u16(entry.id));
        table.extend(order.of_u16(entry.kind));
        table.extend(order.of_u32(entry.count));
        table.extend(match &entry.value {
            NewValue::Stays(field) => *field,
            NewValue::LeadsTo(place) => order.of_position(area.place(*place).unwrap_or_default()),
            NewValue::Is(bytes) if bytes.len() <= 4 => {
                let mut field = [0; 4];
                field[..bytes.len()].copy_from_slice(bytes);
                field
            }
            NewValue::Is(bytes) => {
                let field = order.of_position(values_at + values.len());
                values.extend(bytes);
                values.resize(values.len().next_multiple_of(2), 0);
                field
            }
        });
    }
    table.extend(directory.next);
    area.bytes.extend(table);
    area.bytes.extend(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_found_only_while_it_is_as_it_was_written() {
        let mut block = b"MM\0*\0\0\0\x08more".to_vec();
        let value = NewValue::Is(b"hello\0".to_vec());
        let entries = vec![NewEntry { id: 0x10e, kind: 2, count: 6, value }];
        let directory = NewDirectory { place: Place::Ifd0, entries, next: [0; 4] };
        block.extend(lay_out(12, 0, ByteOrder::Big, &[directory]).bytes);

        assert_eq!(find(&block), Some(12));
        for index in 12..block.len() {
            let mut changed = block.clone();
            changed[index] ^= 1;
            assert_eq!(find(&changed), None, "{index}");
        }
        assert_eq!((find(&block[..block.len() - 1]), find(b"ImSy"), find(&[])), (None, None, None));
    }
}
