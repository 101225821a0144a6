//! Parsing an answer without letting it fill the memory.
//!
//! A body of 64 MiB can hold thirty million values, which as a tree take many gigabytes: an object with a
//! single member costs over 600 bytes. The largest honest answers (a thousand assets with all their faces,
//! ten thousand albums) stay below four hundred thousand values. So they are counted before anything is
//! built.

use serde_json::Value;

use crate::error::BodyProblem;

/// More values than any answer of Immich holds.
const MOST_VALUES: usize = 500_000;

/// Parses a body, or says in what way it is no answer of Immich.
pub(crate) fn parse(body: &[u8]) -> Result<Value, BodyProblem> {
    if count_values(body) > MOST_VALUES {
        return Err(BodyProblem::TooManyValues);
    }
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() && !body.is_empty() {
            BodyProblem::Truncated
        } else if error.to_string().starts_with("recursion limit") {
            BodyProblem::TooDeep
        } else {
            BodyProblem::NotJson
        }
    })
}

/// An upper bound of the values in a text of JSON: one per bracket and comma outside of strings.
fn count_values(body: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1, false, false);
    for &byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' | b',' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_json_or_has_a_problem() {
        assert_eq!(parse(b"{\"a\":[1,2]}").unwrap()["a"][1], 2);
        assert_eq!(parse(b"{\"a\":[1,2"), Err(BodyProblem::Truncated));
        assert_eq!(parse(b"<html>502</html>"), Err(BodyProblem::NotJson));
        assert_eq!(parse(b""), Err(BodyProblem::NotJson));
        assert_eq!(parse(&b"[".repeat(100_000)), Err(BodyProblem::TooDeep));
    }

    #[test]
    fn a_small_body_of_many_values_is_refused_before_it_is_built() {
        let body = format!("[{}0]", "0,".repeat(MOST_VALUES));

        assert_eq!(parse(body.as_bytes()), Err(BodyProblem::TooManyValues));
    }

    #[test]
    fn commas_and_brackets_in_strings_are_no_values() {
        let body = format!(r#"{{"a":"{}\"[,"}}"#, "[,{".repeat(MOST_VALUES));

        assert!(parse(body.as_bytes()).is_ok());
        assert_eq!(count_values(br#"["a,b",{"c":"\\"},1]"#), 5);
    }
}
