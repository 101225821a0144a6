//! Refusals, in the words of each release.
//!
//! 2.x answers `message` (a string, or a list of strings from validation) with `error`, `statusCode` and
//! `correlationId`. 3.x answers only `message`, and from validation an `errors` list as zod makes it; the
//! correlation id moved to a header. The texts were recorded from real servers.

use serde_json::{Value, json};

use crate::Version;

/// The pattern that a 3.x server names when it refuses an id.
const UUID_PATTERN: &str =
    "/^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$/";

/// A refusal: a status and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) reason: Reason,
}

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reason {
    /// One sentence.
    Text(String),
    /// What validation found.
    Issues(Vec<Issue>),
}

/// One finding of validation, in the words of both releases.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Issue {
    /// 2.x: a sentence.
    pub(crate) sentence: String,
    /// 3.x: an object.
    pub(crate) detail: Value,
}

impl Problem {
    pub(crate) fn text(status: u16, text: impl Into<String>) -> Self {
        Self { status, reason: Reason::Text(text.into()) }
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::text(400, text)
    }

    /// What the server says of an id that does not exist, or that belongs to somebody else.
    pub(crate) fn no_access(permission: &str) -> Self {
        Self::bad_request(format!("Not found or no {permission} access"))
    }

    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        Self::text(404, format!("Cannot {method} {path}"))
    }

    pub(crate) fn invalid(issues: Vec<Issue>) -> Self {
        Self { status: 400, reason: Reason::Issues(issues) }
    }

    /// The body in the form of this release.
    pub(crate) fn body(&self, version: Version, correlation: &str) -> Value {
        match (version, &self.reason) {
            (Version::V3_0_3, Reason::Text(text)) => json!({ "message": text }),
            (Version::V3_0_3, Reason::Issues(issues)) => {
                let errors: Vec<&Value> = issues.iter().map(|issue| &issue.detail).collect();
                json!({ "message": "Validation failed", "errors": errors })
            }
            (Version::V2_7_5, reason) => {
                let message = match reason {
                    Reason::Text(text) => json!(text),
                    Reason::Issues(issues) => issues.iter().map(|issue| issue.sentence.as_str()).collect(),
                };
                let mut body = json!({
                    "message": message,
                    "statusCode": self.status,
                    "correlationId": correlation,
                });
                if self.status != 500 {
                    body["error"] = json!(phrase(self.status));
                }
                body
            }
        }
    }
}

impl Issue {
    pub(crate) fn uuid(field: &str, index: Option<usize>) -> Self {
        let (path, sentence) = match index {
            Some(index) => (json!([field, index]), format!("each value in {field} must be a UUID")),
            None => (json!([field]), format!("{field} must be a UUID")),
        };
        let detail = json!({
            "origin": "string", "code": "invalid_format", "format": "uuid", "pattern": UUID_PATTERN,
            "path": path, "message": "Invalid UUID",
        });
        Self { sentence, detail }
    }

    pub(crate) fn too_big(field: &str, maximum: i64) -> Self {
        let sentence = format!("{field} must not be greater than {maximum}");
        let detail = json!({
            "origin": "number", "code": "too_big", "maximum": maximum, "inclusive": true, "path": [field],
            "message": format!("Too big: expected number to be <={maximum}"),
        });
        Self { sentence, detail }
    }

    pub(crate) fn too_small(field: &str, minimum: i64) -> Self {
        let sentence = format!("{field} must not be less than {minimum}");
        let detail = json!({
            "origin": "number", "code": "too_small", "minimum": minimum, "inclusive": true, "path": [field],
            "message": format!("Too small: expected number to be >={minimum}"),
        });
        Self { sentence, detail }
    }

    /// A value of the wrong type, or none where one is needed. `expected` is zod's word for it.
    pub(crate) fn wrong_type(field: &str, expected: &str, got: Option<&Value>) -> Self {
        let demand = match expected {
            "boolean" => "must be a boolean value",
            "number" | "int" => "must be a number conforming to the specified constraints",
            "array" => "must be an array",
            _ if got.is_none() => "should not be empty",
            _ => "must be a string",
        };
        let path = if field.is_empty() { json!([]) } else { json!([field]) };
        let detail = json!({
            "expected": expected.split(' ').next_back().unwrap_or(expected), "code": "invalid_type", "path": path,
            "message": format!("Invalid input: expected {expected}, received {}", type_name(got)),
        });
        Self { sentence: format!("{field} {demand}"), detail }
    }

    /// A word that is none of those allowed.
    pub(crate) fn unknown_word(field: &str, allowed: &[&str]) -> Self {
        let sentence = format!("{field} must be one of the following values: {}", allowed.join(", "));
        let quoted: Vec<String> = allowed.iter().map(|word| format!("\"{word}\"")).collect();
        let detail = json!({
            "code": "invalid_value", "values": allowed, "path": [field],
            "message": format!("Invalid option: expected one of {}", quoted.join("|")),
        });
        Self { sentence, detail }
    }
}

fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Error",
    }
}
