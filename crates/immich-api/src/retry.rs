//! How long to wait before a request is sent again.
//!
//! Exponential, with full jitter: clients that were turned away together do not come back together. A
//! `Retry-After` is a lower bound that the server asks for, in seconds or as a date. A date is compared
//! with the `Date` of the same answer, so no clock has to be right.

use std::time::{Duration, SystemTime};

use crate::error::ApiError;

/// Bound of the first wait; each further one doubles it.
const FIRST: Duration = Duration::from_millis(500);
/// Bound of every wait.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest `Retry-After` that is obeyed; who asks for an hour gets the run ended instead.
const LONGEST_ASKED: Duration = Duration::from_mins(2);

/// The wait before repeat number `repeat` (from 0); `chance` is in `0.0..1.0`.
pub(crate) fn wait(repeat: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let bound = FIRST.saturating_mul(2_u32.saturating_pow(repeat)).min(LONGEST);
    let jitter = bound.mul_f64(chance.clamp(0.0, 1.0));
    match asked {
        // The jitter on top keeps clients apart that were told the same moment.
        Some(asked) => asked.min(LONGEST_ASKED) + jitter.min(FIRST),
        None => jitter,
    }
}

/// What a failure means for an order that must not be given twice.
///
/// It stays as it is when the server certainly did not act: it was never heard, or it said that it would
/// not. After everything else nobody knows.
pub(crate) fn once(endpoint: &'static str, error: ApiError) -> ApiError {
    let is_unsure = match &error {
        ApiError::Unreachable { source, .. } => !was_never_sent(source.as_ref()),
        ApiError::Interrupted { .. } | ApiError::Unexpected { .. } | ApiError::TooLarge { .. } => true,
        ApiError::Status { status, .. } => *status >= 500 && *status != 503,
        _ => false,
    };
    if is_unsure { ApiError::Unanswered { endpoint, source: Box::new(error) } } else { error }
}

fn was_never_sent(source: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    match source.downcast_ref::<ureq::Error>() {
        Some(ureq::Error::HostNotFound | ureq::Error::ConnectionFailed) => true,
        Some(ureq::Error::Timeout(at)) => matches!(at, ureq::Timeout::Resolve | ureq::Timeout::Connect),
        Some(ureq::Error::Io(error)) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        Some(_) | None => false,
    }
}

/// Reads `Retry-After`; a date needs the `Date` of the same answer.
pub(crate) fn retry_after(header: Option<&str>, date: Option<SystemTime>) -> Option<Duration> {
    let header = header?.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(header).ok()?;
    Some(moment.duration_since(date?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let longest: Vec<u128> = (0..9).map(|repeat| wait(repeat, None, 1.0).as_millis()).collect();

        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(wait(u32::MAX, None, 1.0), LONGEST);
    }

    #[test]
    fn the_jitter_is_full() {
        assert_eq!(wait(3, None, 0.0), Duration::ZERO);
        assert_eq!(wait(3, None, 0.5), Duration::from_secs(2));
    }

    #[test]
    fn what_the_server_asks_for_is_a_lower_bound_with_a_cap() {
        assert_eq!(wait(0, Some(Duration::from_secs(7)), 0.0), Duration::from_secs(7));
        assert_eq!(wait(4, Some(Duration::from_secs(7)), 1.0), Duration::from_millis(7500));
        assert_eq!(wait(0, Some(Duration::from_hours(24)), 0.0), LONGEST_ASKED);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let date = httpdate::parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT").ok();

        assert_eq!(retry_after(Some(" 3 "), None), Some(Duration::from_secs(3)));
        let later = Some("Wed, 21 Oct 2026 07:28:30 GMT");
        assert_eq!(retry_after(later, date), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(Some("Wed, 21 Oct 2026 07:27:00 GMT"), date), Some(Duration::ZERO));
        assert_eq!(retry_after(later, None), None);
        for nonsense in ["", "-1", "soon", "1e9", "99999999999999999999999"] {
            assert_eq!(retry_after(Some(nonsense), date), None, "{nonsense:?}");
        }
    }
}
