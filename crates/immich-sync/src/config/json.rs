//! JSON, as the older write-back tool takes it: one object of keys, or one in its key `immich`.

use serde_json::Value as Json;

use super::document::{Document, Problem, Raw, Value, flatten};

/// Reads the text.
pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    let json: Json = serde_json::from_str(text).map_err(|error| {
        // The parser's own words can repeat a value.
        let line = (error.line() > 0).then(|| error.line());
        Problem::at(line, "this is not valid JSON")
    })?;
    match value(json) {
        Value::Table(entries) => Ok(Document { entries: flatten(entries), is_ours: false }),
        _ => Err(Problem::at(None, "it holds no JSON object")),
    }
}

fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::Nothing,
        Json::Bool(flag) => Value::Flag(flag),
        Json::Number(number) => Value::Text(number.to_string()),
        Json::String(text) => Value::Text(text),
        Json::Array(values) => Value::List(values.into_iter().map(value).collect()),
        Json::Object(fields) => {
            let fields = fields.into_iter();
            Value::Table(fields.map(|(key, json)| Raw { key, line: None, value: value(json) }).collect())
        }
    }
}
