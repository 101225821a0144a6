//! Statements over columns that may not be there: what a database lacks reads as NULL.

use crate::schema::Schema;

/// The columns of a statement, in the order in which they are read.
pub(crate) struct Select<'s> {
    schema: &'s Schema,
    columns: Vec<String>,
    joins: String,
    /// Aliases of tables that cannot be joined.
    absent: Vec<&'static str>,
}

impl<'s> Select<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        Self { schema, columns: Vec::new(), joins: String::new(), absent: Vec::new() }
    }

    /// Joins a table, on what the columns of these two tables say: `[table, alias, column]` each. Comes before the columns.
    /// If either is missing, all columns of the table read as NULL.
    pub(crate) fn join(
        &mut self,
        [table, alias, column]: [&'static str; 3],
        other: [&'static str; 3],
    ) -> &mut Self {
        let [other_table, other_alias, other_column] = other;
        let is_there = self.schema.has_column(table, column)
            && self.schema.has_column(other_table, other_column)
            && !self.absent.contains(&other_alias);
        if is_there {
            let on = format!(" LEFT JOIN {table} {alias} ON {alias}.{column} = {other_alias}.{other_column}");
            self.joins.push_str(&on);
        } else {
            self.absent.push(alias);
        }
        self
    }

    /// Adds the first of these columns that the table has.
    pub(crate) fn first(&mut self, alias: &str, table: &str, names: &[&str]) -> &mut Self {
        let column = self.schema.first(table, names).filter(|_| !self.absent.contains(&alias));
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

    /// The statement, with its first table and what comes after the joins.
    pub(crate) fn from(&self, table: &str, rest: &str) -> String {
        format!("SELECT {} FROM {table}{} {rest}", self.columns.join(", "), self.joins)
    }
}
