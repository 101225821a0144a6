//! An IPTC block (IIM 4.2): datasets in the order of their records, each with its bytes.
//!
//! ```text
//! 1c  record  number  length(2)  value          length ≥ 8000: so many bytes of length follow
//! ```
//!
//! What nobody asked for keeps its bytes and its place. Only when the text of a block in Latin-1 has to become UTF-8
//! are all its strings converted, since the mark 1:90 is for the whole block.

mod edit;
mod formats;
#[cfg(test)]
mod tests;
mod values;

use super::fault::Fault;

/// The byte that starts a dataset.
const START: u8 = 0x1c;

/// More than any program writes; a hostile block has many more.
const MOST: usize = 20_000;

/// One dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataSet {
    record: u8,
    number: u8,
    /// The bytes in front of the value.
    header: Vec<u8>,
    value: Vec<u8>,
}

impl DataSet {
    fn new(record: u8, number: u8, value: Vec<u8>) -> Self {
        let length = value.len();
        let header = match u16::try_from(length) {
            Ok(length @ ..=0x7fff) => [&[START, record, number][..], &length.to_be_bytes()].concat(),
            _ => {
                let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
                [&[START, record, number, 0x80, 4][..], &length].concat()
            }
        };
        Self { record, number, header, value }
    }

    fn is(&self, record: u8, number: u8) -> bool {
        (self.record, self.number) == (record, number)
    }
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Iim {
    sets: Vec<DataSet>,
    /// NULs behind the last dataset.
    padding: usize,
}

impl Iim {
    /// Reads a block; everything in it must be datasets.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut sets = Vec::new();
        let mut rest = bytes;
        while rest.first() == Some(&START) {
            let (set, behind) = next(rest).ok_or_else(broken)?;
            sets.push(set);
            rest = behind;
            if sets.len() > MOST {
                return Err(broken());
            }
        }
        if rest.iter().any(|byte| *byte != 0) || !sets.is_sorted_by_key(|set| set.record) {
            return Err(broken());
        }
        Ok(Self { sets, padding: rest.len() })
    }

    /// The block as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for set in &self.sets {
            bytes.extend(&set.header);
            bytes.extend(&set.value);
        }
        bytes.resize(bytes.len() + self.padding, 0);
        bytes
    }

    fn all(&self, record: u8, number: u8) -> impl Iterator<Item = &DataSet> {
        self.sets.iter().filter(move |set| set.is(record, number))
    }
}

fn broken() -> Fault {
    Fault::beyond("its IPTC block is broken")
}

fn next(bytes: &[u8]) -> Option<(DataSet, &[u8])> {
    let (&[_, record, number, high, low], rest) = bytes.split_first_chunk::<5>()?;
    let length = u16::from_be_bytes([high, low]);
    let (digits, rest) = match length {
        ..=0x7fff => (&[][..], rest),
        _ => rest.split_at_checked(usize::from(length & 0x7fff)).filter(|(digits, _)| digits.len() <= 8)?,
    };
    let length = match length {
        ..=0x7fff => usize::from(length),
        _ => digits
            .iter()
            .try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add((*digit).into()))?,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    let header = bytes.get(..5 + digits.len())?.to_vec();
    Some((DataSet { record, number, header, value: value.to_vec() }, rest))
}
