//! The cells of a row, one after the other.
//!
//! SQLite gives what was stored, not what the column promises: dates come as integers and as reals, and a damaged row
//! has anything anywhere. A cell of the wrong kind reads as none.

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// Reads a row from its first column on.
pub(crate) struct Cells<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> Cells<'r, 's> {
    pub(crate) fn new(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    fn value(&mut self) -> ValueRef<'r> {
        let at = self.next;
        self.next += 1;
        self.row.get_ref(at).unwrap_or(ValueRef::Null)
    }

    pub(crate) fn integer(&mut self) -> Option<i64> {
        match self.value() {
            ValueRef::Integer(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            ValueRef::Real(number) if number.abs() < 9e15 => Some(number as i64),
            _ => None,
        }
    }

    /// A number that cannot be negative and fits.
    pub(crate) fn natural<N: TryFrom<i64>>(&mut self) -> Option<N> {
        self.integer().and_then(|number| N::try_from(number).ok())
    }

    pub(crate) fn real(&mut self) -> Option<f64> {
        match self.value() {
            #[expect(clippy::cast_precision_loss, reason = "seconds and degrees are far from 2^53")]
            ValueRef::Integer(number) => Some(number as f64),
            ValueRef::Real(number) => Some(number).filter(|number| number.is_finite()),
            _ => None,
        }
    }

    /// Whether it is a number other than 0.
    pub(crate) fn is_set(&mut self) -> bool {
        self.integer().is_some_and(|number| number != 0)
    }

    /// Whether it is anything but NULL.
    pub(crate) fn is_some(&mut self) -> bool {
        !matches!(self.value(), ValueRef::Null)
    }

    /// A text that is not empty; what is no UTF-8 in it becomes U+FFFD.
    pub(crate) fn text(&mut self) -> Option<String> {
        match self.value() {
            ValueRef::Text(bytes) if !bytes.is_empty() => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    pub(crate) fn blob(&mut self) -> Option<&'r [u8]> {
        match self.value() {
            ValueRef::Blob(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }
}
