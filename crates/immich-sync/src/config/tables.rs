//! TOML, the form of our own config file.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::{Document, Problem, Raw, Value};

/// Reads the text.
pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        // Not the error's own text: it repeats the line.
        Problem::at(line, error.message().lines().next().unwrap_or_default())
    })?;
    Ok(Document { entries: entries(table.get_ref(), text), is_ours: true })
}

fn entries(table: &DeTable<'_>, text: &str) -> Vec<Raw> {
    let mut entries: Vec<Raw> = table.iter().map(|(key, value)| entry(key, value.get_ref(), text)).collect();
    // A table has no order of its own.
    entries.sort_by_key(|entry| entry.line);
    entries
}

fn entry(key: &Spanned<DeString<'_>>, value: &DeValue<'_>, text: &str) -> Raw {
    let line = Some(line_of(text, key.span().start));
    Raw { key: key.get_ref().to_string(), line, value: self::value(value, text) }
}

fn value(value: &DeValue<'_>, text: &str) -> Value {
    match value {
        DeValue::String(value) => Value::Text(value.to_string()),
        DeValue::Integer(value) => Value::Text(value.to_string()),
        DeValue::Float(value) => Value::Text(value.to_string()),
        DeValue::Boolean(value) => Value::Flag(*value),
        DeValue::Datetime(value) => Value::Text(value.to_string()),
        DeValue::Array(values) => {
            Value::List(values.iter().map(|value| self::value(value.get_ref(), text)).collect())
        }
        DeValue::Table(table) => Value::Table(entries(table, text)),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
