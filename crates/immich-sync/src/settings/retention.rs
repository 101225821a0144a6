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
        Some(given) => age(&given.text()?).ok_or_else(|| given.not("a number of days, or forever"))?,
        None => usual.age,
    };
    let bytes = match sources.find(&catalogue::UNDO_KEEP_SIZE)? {
        Some(given) => {
            bytes(&given.text()?).ok_or_else(|| given.not("a size such as 500MB or 2GB, or unlimited"))?
        }
        None => usual.bytes,
    };
    Ok(Retention { age, bytes })
}

fn age(text: &str) -> Option<Option<Duration>> {
    if text.trim().eq_ignore_ascii_case(FOREVER) {
        return Some(None);
    }
    let days: u32 = text.trim().parse().ok()?;
    Some(Some(Duration::from_secs(u64::from(days) * 86_400)))
}

/// Thousands, as disks are sold; `KiB` and its like are powers of two.
fn bytes(text: &str) -> Option<Option<u64>> {
    let text = text.trim().to_ascii_lowercase();
    if text == UNLIMITED {
        return Some(None);
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
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_bytes_or_has_a_unit() {
        assert_eq!(bytes("2GB"), Some(Some(2_000_000_000)));
        assert_eq!(bytes(" 500 mb "), Some(Some(500_000_000)));
        assert_eq!(bytes("1GiB"), Some(Some(1 << 30)));
        assert_eq!(bytes("0"), Some(Some(0)));
        assert_eq!(bytes("Unlimited"), Some(None));
        for wrong in ["", "GB", "-1", "1.5GB", "2 gigabytes", "99999999999999999999", "99999999999TB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_age_is_days_or_forever() {
        assert_eq!(age("30"), Some(Some(Duration::from_hours(720))));
        assert_eq!(age("0"), Some(Some(Duration::ZERO)));
        assert_eq!(age("forever"), Some(None));
        for wrong in ["", "-1", "1d", "never", "99999999999"] {
            assert_eq!(age(wrong), None, "{wrong}");
        }
    }
}
