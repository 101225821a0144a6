//! What the HTTP library calls its failures, and what they mean for the user.
//!
//! The library wraps its own errors into input and output errors and back, and hands a refused
//! certificate over as "invalid data"; both are unwrapped here and nowhere else.

use std::io;

use crate::address::Origin;
use crate::error::{ApiError, BodyProblem};

/// A request that got no answer.
pub(crate) fn before_an_answer(endpoint: &'static str, origin: &Origin, error: ureq::Error) -> ApiError {
    let url = origin.to_string();
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => {
            ApiError::Tls { url, source: Box::new(error) }
        }
        ureq::Error::Io(ref cause) if origin.is_https() && cause.kind() == io::ErrorKind::InvalidData => {
            ApiError::Tls { url, source: Box::new(error) }
        }
        ureq::Error::LargeResponseHeader(_, limit) => ApiError::TooLarge { endpoint, limit: limit as u64 },
        ureq::Error::Protocol(_) => ApiError::Unexpected {
            endpoint,
            problem: BodyProblem::NotJson,
            excerpt: "the answer is no HTTP".to_owned(),
        },
        other => ApiError::Unreachable { url, source: Box::new(other) },
    }
}

/// An answer whose body could not be read to its end.
pub(crate) fn inside_an_answer(endpoint: &'static str, error: io::Error) -> ApiError {
    match ureq::Error::from(error) {
        ureq::Error::BodyExceedsLimit(limit) => ApiError::TooLarge { endpoint, limit },
        other => ApiError::Interrupted { endpoint, source: Box::new(other) },
    }
}
