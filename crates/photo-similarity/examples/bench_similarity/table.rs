//! Tables as plain text or as JSON.

use std::fmt;

use serde_json::{Map, Value};

/// A table with a title, and what has to be said about it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// The first column holds names, the others numbers.
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Self { title: title.into(), columns, ..Self::default() }
    }

    /// One more column.
    pub(crate) fn column(&mut self, name: impl Into<String>) {
        self.columns.push(name.into());
    }

    /// One more row; as many cells as there are columns.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// A line below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Title, rows as objects by the names of columns, notes.
    pub(crate) fn to_json(&self) -> Value {
        let cell = |text: &String| text.parse::<f64>().map_or_else(|_| text.as_str().into(), Value::from);
        let row = |cells: &Vec<String>| -> Value {
            let named = self.columns.iter().cloned().zip(cells.iter().map(cell));
            Value::Object(named.collect::<Map<String, Value>>())
        };
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        serde_json::json!({ "title": self.title, "rows": rows, "notes": self.notes })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.columns).chain(&self.rows);
        let width = |column: usize| {
            all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        writeln!(f, "\n{}", self.title)?;
        for row in all() {
            for (number, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if number == 0 {
                    write!(f, "  {cell:width$}")?;
                } else {
                    write!(f, "  {cell:>width$}")?;
                }
            }
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}
