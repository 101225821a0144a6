//! What has to hold, and whether it does.

use crate::table::Table;

/// The bars that were measured, in their order.
#[derive(Debug, Default)]
pub(crate) struct Bars(Vec<Bar>);

#[derive(Debug)]
struct Bar {
    what: String,
    wanted: String,
    measured: String,
    is_held: bool,
    /// Of accuracy and memory, which are the same on every machine.
    is_exact: bool,
}

impl Bars {
    /// At least `wanted`; the same on every machine.
    pub(crate) fn at_least(&mut self, what: &str, wanted: f64, measured: f64) {
        self.push(what, format!(">= {wanted}"), measured, measured >= wanted, true);
    }

    /// At most `wanted`; the same on every machine.
    pub(crate) fn at_most(&mut self, what: &str, wanted: f64, measured: f64) {
        self.push(what, format!("<= {wanted}"), measured, measured <= wanted, true);
    }

    /// At least `wanted`, as this machine has it.
    pub(crate) fn speed_at_least(&mut self, what: &str, wanted: f64, measured: f64) {
        self.push(what, format!(">= {wanted}"), measured, measured >= wanted, false);
    }

    /// At most `wanted`, as this machine has it.
    pub(crate) fn speed_at_most(&mut self, what: &str, wanted: f64, measured: f64) {
        self.push(what, format!("<= {wanted}"), measured, measured <= wanted, false);
    }

    fn push(&mut self, what: &str, wanted: String, measured: f64, is_held: bool, is_exact: bool) {
        let measured = if measured >= 100.0 { format!("{measured:.0}") } else { format!("{measured:.4}") };
        self.0.push(Bar { what: what.to_owned(), wanted, measured, is_held, is_exact });
    }

    /// Whether none is missed that is the same on every machine.
    pub(crate) fn are_accurate(&self) -> bool {
        self.0.iter().all(|bar| bar.is_held || !bar.is_exact)
    }

    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new("What has to hold", &["", "wanted", "measured", ""]);
        for bar in &self.0 {
            let verdict = if bar.is_held { "held" } else { "MISSED" };
            table.row([bar.what.as_str(), &bar.wanted, &bar.measured, verdict]);
        }
        table
    }
}
