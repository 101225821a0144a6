//! A figure beside its bound.

use std::fmt;

/// A figure with its bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    /// What is counted.
    pub(crate) what: &'static str,
    /// What it came to.
    pub(crate) is: f64,
    /// The most that it may be.
    pub(crate) at_most: f64,
    /// Whether it is a count, which comes out the same each time, and not a measure.
    pub(crate) is_count: bool,
}

impl Goal {
    /// Of something that is counted.
    pub(crate) fn count(what: &'static str, is: u64, at_most: u64) -> Self {
        Self { what, is: float(is), at_most: float(at_most), is_count: true }
    }

    /// Of something that is measured.
    pub(crate) const fn measure(what: &'static str, is: f64, at_most: f64) -> Self {
        Self { what, is, at_most, is_count: false }
    }

    /// Whether it is reached.
    pub(crate) fn is_met(&self) -> bool {
        self.is <= self.at_most
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        let places = usize::from(!self.is_count) * 2;
        write!(f, "{:>10.places$}  {:<28} at most {:>8}  {verdict}", self.is, self.what, self.at_most)
    }
}

/// Bytes as megabytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    float(bytes) / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "nothing here counts to 2^52")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}
