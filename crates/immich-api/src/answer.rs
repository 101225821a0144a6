//! From an answer to a value or an error.
//!
//! `message` in an error of Immich is a text or a list of texts, depending on version and error. A page of
//! a proxy is neither, and is not worth repeating in full.

use std::time::{Duration, SystemTime};

use crate::clean::{EXCERPT, clean, excerpt};
use crate::error::{ApiError, BodyProblem};
use crate::json::Json;
use crate::lenient::{member, text};
use crate::permission;

/// What came back for one request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The server's own time, where it says.
    pub(crate) date: Option<SystemTime>,
    /// The wait that the server asks for.
    pub(crate) retry_after: Option<Duration>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// What the body is said to be.
    pub(crate) media_type: Option<String>,
    pub(crate) body: Vec<u8>,
    /// Nothing of the body may be shown.
    pub(crate) is_secret: bool,
}

impl Answer {
    /// The answer itself when it is a success, else the error it stands for.
    pub(crate) fn success(self, endpoint: &'static str) -> Result<Self, ApiError> {
        match self.status {
            200..=299 => Ok(self),
            401 => Err(ApiError::Refused { endpoint }),
            status => {
                let message = self.message();
                Err(match permission::named_in(&message) {
                    Some(permission) if status == 403 => {
                        ApiError::MissingPermission { permission: permission.to_owned(), endpoint }
                    }
                    None if status == 403 && message == "Forbidden" => ApiError::AdminNeeded { endpoint },
                    Some(_) | None => ApiError::Status { endpoint, status, message },
                })
            }
        }
    }

    /// What `read` finds in the JSON of the body; finding nothing is JSON of another shape.
    pub(crate) fn read<T>(
        &self,
        endpoint: &'static str,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let unexpected = |problem| ApiError::Unexpected { endpoint, problem, excerpt: self.excerpt() };
        let json = Json::parse(&self.body).map_err(unexpected)?;
        read(&json).ok_or_else(|| unexpected(BodyProblem::Shape))
    }

    pub(crate) fn excerpt(&self) -> String {
        if self.is_secret { "not shown".to_owned() } else { excerpt(&self.body) }
    }

    /// What an error says of itself, cleaned.
    fn message(&self) -> String {
        let said = Json::parse(&self.body).ok().and_then(|body| message_in(&body));
        match said {
            Some(said) => clean(&said, EXCERPT),
            None if self.location.is_some() => "a redirect that was not followed".to_owned(),
            None if self.body.is_empty() => "no explanation".to_owned(),
            None if self.body.trim_ascii_start().starts_with(b"<") => "a web page, not Immich".to_owned(),
            None => self.excerpt(),
        }
    }
}

fn message_in(body: &Json<'_>) -> Option<String> {
    let message = member(body, "message")?;
    let said = match message.as_list() {
        Some(lines) => lines.iter().filter_map(|line| text(Some(line))).collect::<Vec<_>>().join("; "),
        None => text(Some(message))?,
    };
    let details = member(body, "errors").and_then(Json::as_list).into_iter().flatten();
    let details: Vec<String> = details.filter_map(detail).collect();
    Some(if details.is_empty() { said } else { format!("{said}: {}", details.join("; ")) })
}

/// One entry of `errors`, from 3.0 on: which member, and what is wrong with it.
fn detail(error: &Json<'_>) -> Option<String> {
    let message = text(member(error, "message"))?;
    let path = member(error, "path").and_then(Json::as_list).into_iter().flatten();
    let path: Vec<String> = path.filter_map(|part| text(Some(part))).collect();
    Some(if path.is_empty() { message } else { format!("{} {message}", path.join(".")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> ApiError {
        let body = body.as_bytes().to_vec();
        let answer = Answer {
            status,
            date: None,
            retry_after: None,
            location: None,
            media_type: None,
            body,
            is_secret: false,
        };
        answer.success("POST /x").unwrap_err()
    }

    #[test]
    fn the_message_of_an_error_is_a_text_or_a_list() {
        let one = error(400, r#"{"message":"Not found or no asset.read access"}"#);
        let list = error(400, r#"{"message":["a must be","b must be"],"statusCode":400}"#);
        let nested = error(
            400,
            r#"{"message":"Validation failed","errors":[{"path":["ids",0],"message":"Invalid UUID"}]}"#,
        );

        assert_eq!(one.to_string(), "POST /x answered 400: Not found or no asset.read access");
        assert_eq!(list.to_string(), "POST /x answered 400: a must be; b must be");
        assert_eq!(nested.to_string(), "POST /x answered 400: Validation failed: ids.0 Invalid UUID");
    }

    #[test]
    fn a_missing_permission_is_named_and_told_apart_from_an_admins_route() {
        let missing = error(403, r#"{"message":"Missing required permission: album.create"}"#);

        assert!(
            matches!(missing, ApiError::MissingPermission { permission, .. } if permission == "album.create")
        );
        assert!(matches!(error(403, r#"{"message":"Forbidden"}"#), ApiError::AdminNeeded { .. }));
        let sync = error(403, r#"{"message":"Sync endpoints cannot be used with API keys"}"#);
        assert!(matches!(sync, ApiError::Status { status: 403, .. }));
        assert!(matches!(error(403, "<html>Forbidden</html>"), ApiError::Status { status: 403, .. }));
        assert!(matches!(error(401, "{}"), ApiError::Refused { .. }));
    }

    #[test]
    fn a_page_of_a_proxy_is_not_repeated_and_escapes_are_shown_as_text() {
        let page = error(502, "\n<html><script>alert(1)</script></html>");
        let escape = error(500, "{\"message\":\"\\u001b[31m\\nfake\"}");

        assert_eq!(page.to_string(), "POST /x answered 502: a web page, not Immich");
        assert!(page.is_transient());
        assert!(!escape.to_string().contains(['\u{1b}', '\n']), "{escape}");
    }
}
