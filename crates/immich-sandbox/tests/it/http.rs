//! A small client: status, headers and body of one request, and no opinion on any of them.

use std::{sync::LazyLock, time::Duration};

use immich_sandbox::Sandbox;
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One for all tests, since it reads the certificates of the system when it is made. It keeps no
/// connection, so that a test that cuts one does not disturb another.
static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_mins(1)))
        .build();
    config.into()
});

/// One request on a connection of its own; `Err` when no whole answer came.
pub(crate) fn request(
    sandbox: &Sandbox,
    key: Option<&str>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, ureq::Error> {
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", sandbox.url()));
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = if body.is_empty() {
        let request = AGENT.configure_request(request.body(())?).allow_non_standard_methods(true).build();
        AGENT.run(request)
    } else {
        AGENT.run(request.body(body)?)
    };
    let mut response = response?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
    Ok(Answer { status, headers, body })
}

/// A JSON request with the admin's key.
pub(crate) fn call(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Answer {
    call_as(sandbox, &sandbox.api_key(), method, path, body)
}

/// A JSON request with this key.
pub(crate) fn call_as(sandbox: &Sandbox, key: &str, method: &str, path: &str, body: &Value) -> Answer {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("content-type", "application/json")];
    request(sandbox, Some(key), method, path, &headers, text.as_bytes())
        .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

/// GET with the admin's key; the body as JSON.
pub(crate) fn get(sandbox: &Sandbox, path: &str) -> Value {
    let answer = call(sandbox, "GET", path, &Value::Null);
    assert_eq!(answer.status, 200, "GET {path}: {}", answer.json());
    answer.json()
}

/// POST with the admin's key; the body as JSON.
pub(crate) fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    let answer = call(sandbox, "POST", path, body);
    assert!((200..300).contains(&answer.status), "POST {path}: {} {}", answer.status, answer.json());
    answer.json()
}

/// The ids of a page of a search.
pub(crate) fn search(sandbox: &Sandbox, body: &Value) -> Vec<String> {
    let answer = post(sandbox, "/api/search/metadata", body);
    let items = answer["assets"]["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["id"].as_str().unwrap_or_default().to_owned()).collect()
}
