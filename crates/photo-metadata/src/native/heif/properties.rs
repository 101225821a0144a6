//! What is said of the picture in properties (`iprp`): its size, and how it is to be turned.
//!
//! A property belongs to the items that `ipma` ties it to. The answers here are those of ExifTool, on which the
//! regions rest that older runs wrote: a size that is tied to no item at all counts as the picture's, and turns are
//! believed only when all items say the same. Mirrors (`imir`) are not looked at, as ExifTool did not show them.

use std::collections::BTreeSet;

use super::fields::Held;
use crate::native::blocks::Turn;
use crate::native::boxes::{BoxAt, boxes};
use crate::native::fault::Fault;
use crate::regions::Orientation;

/// What the properties say of the primary item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Picture {
    /// Width and height as stored.
    pub(super) size: Option<(u32, u32)>,
    /// How it is to be turned.
    pub(super) turn: Turn,
}

impl Picture {
    /// Reads the box `iprp`.
    pub(super) fn parse(held: &Held, iprp: &BoxAt, primary: u32) -> Result<Self, Fault> {
        let children = boxes(held, iprp.content, iprp.end)?;
        let mut containers = children.iter().filter(|child| child.is(b"ipco"));
        let (Some(container), None) = (containers.next(), containers.next()) else {
            return Err(Fault::beyond("its properties are not in one box"));
        };
        let mut ties = Ties { of_any: BTreeSet::new(), of_primary: BTreeSet::new() };
        for child in children.iter().filter(|child| child.is(b"ipma")) {
            ties.read(held, child, primary)?;
        }
        let mut size = None;
        let mut turns = Vec::new();
        for (index, property) in (1..).zip(boxes(held, container.content, container.end)?) {
            let mut fields = held.fields(&property)?;
            if property.is(b"ispe") && fields.take(4)? == 0 {
                let said = (fields.small(4)?, fields.small(4)?);
                if ties.of_primary.contains(&index) || !ties.of_any.contains(&index) {
                    size = Some(said);
                }
            } else if property.is(b"irot") {
                turns.push(fields.take(1)?);
            }
        }
        Ok(Self { size, turn: turn(&turns) })
    }
}

/// Which properties belong to which items.
struct Ties {
    of_any: BTreeSet<u64>,
    of_primary: BTreeSet<u64>,
}

impl Ties {
    fn read(&mut self, held: &Held, ipma: &BoxAt, primary: u32) -> Result<(), Fault> {
        let mut fields = held.fields(ipma)?;
        let head = fields.take(4)?;
        let (id_size, is_wide) = (if head >> 24 == 0 { 2 } else { 4 }, head & 1 == 1);
        for _ in 0..fields.take(4)? {
            let id = fields.small(id_size)?;
            for _ in 0..fields.take(1)? {
                let index = if is_wide { fields.take(2)? & 0x7fff } else { fields.take(1)? & 0x7f };
                self.of_any.insert(index);
                if id == primary {
                    self.of_primary.insert(index);
                }
            }
        }
        Ok(())
    }
}

/// Quarter turns to the left that all items agree on.
fn turn(turns: &[u64]) -> Turn {
    let Some((first, others)) = turns.split_first() else { return Turn::Unsaid };
    if others.iter().any(|other| other != first) {
        return Turn::Unsaid;
    }
    let number = match first {
        0 => 1,
        1 => 8,
        2 => 3,
        3 => 6,
        _ => return Turn::Odd,
    };
    Orientation::new(number).map_or(Turn::Odd, Turn::Says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_believed_when_all_items_say_the_same() {
        let says = |number| Turn::Says(Orientation::new(number).unwrap());

        assert_eq!(
            (turn(&[]), turn(&[0]), turn(&[1]), turn(&[2])),
            (Turn::Unsaid, says(1), says(8), says(3))
        );
        assert_eq!((turn(&[3, 3]), turn(&[0, 3]), turn(&[7])), (says(6), Turn::Unsaid, Turn::Odd));
    }
}
