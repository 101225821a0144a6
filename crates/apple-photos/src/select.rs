//! Statements over columns that may not be there: what a database lacks reads as NULL.

use crate::schema::Schema;

/// The columns of a statement, in the order in which they are read.
pub(crate) struct Select<'s> {
    schema: &'s Schema,
    columns: Vec<String>,
}

impl<'s> Select<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        Self { schema, columns: Vec::new() }
    }

    /// Adds the first of these columns that the table has.
    pub(crate) fn first(&mut self, alias: &str, table: &str, names: &[&str]) -> &mut Self {
        let column = self.schema.first(table, names);
        self.columns.push(column.map_or_else(|| "NULL".to_owned(), |column| format!("{alias}.{column}")));
        self
    }

    /// Adds these columns of one table.
    pub(crate) fn all(&mut self, alias: &str, table: &str, names: &[&str]) -> &mut Self {
        for name in names {
            self.first(alias, table, &[name]);
        }
        self
    }

    /// The statement, with what comes after its columns.
    pub(crate) fn from(&self, rest: &str) -> String {
        format!("SELECT {} FROM {rest}", self.columns.join(", "))
    }
}
