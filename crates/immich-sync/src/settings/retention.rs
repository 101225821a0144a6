//! What is kept for an exact undo.

use std::time::Duration;

use anyhow::Result;
use sync_core::undo::Retention;

use super::{Sources, catalogue};

/// The word for no end.
const FOREVER: &str = "forever";

/// The word for no limit.
const UNLIMITED: &str = "unlimited";

/// What of the past is kept.
pub(crate) fn retention(sources: &Sources<'_>) -> Result<Retention> {
    let usual = Retention::default();
    let age = match sources.find(&catalogue::UNDO_KEEP_DAYS)? {
        Some(given) => age(&given.text()?).map_err(|Unclear| given.not("a number of days, or forever"))?,
        None => usual.age,
    };
    let bytes = match sources.find(&catalogue::UNDO_KEEP_SIZE)? {
        Some(given) => size(&given)?,
        None => usual.bytes,
    };
    Ok(Retention { age, bytes })
}

/// A number of bytes; `None` for no limit.
pub(super) fn size(given: &super::Given) -> Result<Option<u64>> {
    bytes(&given.text()?).map_err(|Unclear| given.not("a size such as 500MB or 2GB, or unlimited"))
}

/// A text that says neither how much nor that there is no end.
#[derive(Debug, PartialEq, Eq)]
struct Unclear;

fn age(text: &str) -> Result<Option<Duration>, Unclear> {
    if text.trim().eq_ignore_ascii_case(FOREVER) {
        return Ok(None);
    }
    let days: u32 = text.trim().parse().map_err(|_| Unclear)?;
    Ok(Some(Duration::from_secs(u64::from(days) * 86_400)))
}

/// Thousands, as disks are sold; `KiB` and its like are powers of two.
fn bytes(text: &str) -> Result<Option<u64>, Unclear> {
    let text = text.trim().to_ascii_lowercase();
    if text == UNLIMITED {
        return Ok(None);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(Unclear),
    };
    let number: u64 = number.parse().map_err(|_| Unclear)?;
    number.checked_mul(factor).map(Some).ok_or(Unclear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_bytes_or_has_a_unit() {
        assert_eq!(bytes("2GB"), Ok(Some(2_000_000_000)));
        assert_eq!(bytes(" 500 mb "), Ok(Some(500_000_000)));
        assert_eq!(bytes("1GiB"), Ok(Some(1 << 30)));
        assert_eq!(bytes("0"), Ok(Some(0)));
        assert_eq!(bytes("Unlimited"), Ok(None));
        for wrong in ["", "GB", "-1", "1.5GB", "2 gigabytes", "99999999999999999999", "99999999999TB"] {
            assert_eq!(bytes(wrong), Err(Unclear), "{wrong}");
        }
    }

    #[test]
    fn an_age_is_days_or_forever() {
        assert_eq!(age("30"), Ok(Some(Duration::from_hours(720))));
        assert_eq!(age("0"), Ok(Some(Duration::ZERO)));
        assert_eq!(age("forever"), Ok(None));
        for wrong in ["", "-1", "1d", "never", "99999999999"] {
            assert_eq!(age(wrong), Err(Unclear), "{wrong}");
        }
    }
}
