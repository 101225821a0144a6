//! One request as the routes see it, and what they answer.

use axum::http::HeaderMap;
use serde_json::Value;

use crate::{
    AssetId, KeyId, UserId, Version,
    incoming::Part,
    problem::{Issue, Problem},
    thumbnail::{Encoded, Thumbnails},
};

/// A request whose sender is known.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) version: Version,
    pub(crate) user: UserId,
    /// The key, unless it is a session that asks.
    pub(crate) key: Option<KeyId>,
    /// The place of the session in the world's list.
    pub(crate) session: Option<usize>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The JSON body; null when there was none.
    pub(crate) json: Value,
    pub(crate) parts: Vec<Part>,
}

impl Call {
    /// The last value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An id from the path or the query, which 3.x and 2.x refuse in their own words.
    pub(crate) fn id<T>(name: &str, text: &str, parse: fn(&str) -> Option<T>) -> Result<T, Problem> {
        parse(text).ok_or_else(|| Problem::invalid(vec![Issue::uuid(name, None)]))
    }

    /// A list of ids in the body.
    pub(crate) fn ids<T>(&self, field: &str, parse: fn(&str) -> Option<T>) -> Result<Vec<T>, Problem> {
        let Some(list) = self.json.get(field).and_then(Value::as_array) else {
            return Err(Problem::invalid(vec![Issue::wrong_type(field, "array", self.json.get(field))]));
        };
        let ids = list.iter().enumerate().map(|(index, item)| {
            item.as_str().and_then(parse).ok_or_else(|| Issue::uuid(field, Some(index)))
        });
        collect(ids)
    }

    /// A list of ids that may be left out.
    pub(crate) fn optional_ids<T>(
        &self,
        field: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Problem> {
        match self.json.get(field) {
            None => Ok(Vec::new()),
            Some(_) => self.ids(field, parse),
        }
    }

    /// The assets named in the body.
    pub(crate) fn asset_ids(&self, field: &str) -> Result<Vec<AssetId>, Problem> {
        self.ids(field, AssetId::parse)
    }

    /// A text in the body that must be there.
    pub(crate) fn text(&self, field: &str) -> Result<&str, Problem> {
        let value = self.json.get(field);
        value
            .and_then(Value::as_str)
            .ok_or_else(|| Problem::invalid(vec![Issue::wrong_type(field, "string", value)]))
    }

    /// A whole number in the body that must be there.
    pub(crate) fn integer(&self, field: &str) -> Result<i64, Problem> {
        let value = self.json.get(field);
        value
            .and_then(Value::as_i64)
            .ok_or_else(|| Problem::invalid(vec![Issue::wrong_type(field, "number", value)]))
    }

    /// A switch in the body.
    pub(crate) fn flag(&self, field: &str) -> Result<Option<bool>, Problem> {
        match self.json.get(field) {
            None => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            other => Err(Problem::invalid(vec![Issue::wrong_type(field, "boolean", other)])),
        }
    }

    /// One id in the body that must be there.
    pub(crate) fn body_id<T>(&self, field: &str, parse: fn(&str) -> Option<T>) -> Result<T, Problem> {
        Self::id(field, self.json.get(field).and_then(Value::as_str).unwrap_or_default(), parse)
    }
}

fn collect<T>(items: impl Iterator<Item = Result<T, Issue>>) -> Result<Vec<T>, Problem> {
    let (mut good, mut issues) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Ok(value) => good.push(value),
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() { Ok(good) } else { Err(Problem::invalid(issues)) }
}

/// Work that takes longer than the others should wait: done without the world, its result is the body.
pub(crate) struct Later(pub(crate) Box<Make>);

/// Makes a picture, with those made before at hand.
pub(crate) type Make = dyn FnOnce(&Thumbnails) -> Result<Encoded, Problem> + Send;

impl std::fmt::Debug for Later {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Later")
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Assets whose files are read again before the answer leaves.
    pub(crate) refresh: Vec<AssetId>,
    /// What is still to be made of it.
    pub(crate) later: Option<Later>,
    /// Settled after the answer was made: what the server's background jobs would do.
    pub(crate) settle: Vec<AssetId>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes(), ..Self::empty(status) }
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn created(body: &Value) -> Self {
        Self::json(201, body)
    }

    pub(crate) const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            refresh: Vec::new(),
            later: None,
            settle: Vec::new(),
        }
    }

    pub(crate) fn bytes(content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { headers, body, ..Self::empty(200) }
    }
}
