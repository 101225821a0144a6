//! Values of our tags as bytes of an entry.
//!
//! A position is written in degrees, minutes, and ten-millionths of a second (3 µm), so that it reads back as it was;
//! a comment in ASCII where it is ASCII and in UTF-16 otherwise, as ExifTool does. A Unicode comment that readers
//! would take for the other byte order gets a mark of its order.

use super::reading::comment;
use super::tags::Place;
use super::tiff::{ASCII, BYTE, ByteOrder, RATIONAL, SHORT, UNDEFINED};
use crate::native::fault::Fault;
use crate::tag::Tag;
use crate::value::Value;

/// What an entry shall hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Encoded {
    pub(super) kind: u16,
    pub(super) count: u32,
    pub(super) bytes: Vec<u8>,
}

/// A tag's value in the form in which it is written.
pub(super) fn encode(tag: Tag, value: &Value, order: ByteOrder) -> Result<Encoded, Fault> {
    let text = value.as_text();
    match tag {
        Tag::ExifRating | Tag::ExifRatingPercent => {
            let number: u16 = text.trim().parse().map_err(|_| unfit(tag))?;
            Ok(Encoded { kind: SHORT, count: 1, bytes: order.of_u16(number).to_vec() })
        }
        Tag::GpsAltitudeRef => {
            let number: u8 = text.trim().parse().map_err(|_| unfit(tag))?;
            Ok(Encoded { kind: BYTE, count: 1, bytes: vec![number] })
        }
        Tag::GpsLatitude => position(tag, value, 90.0, order),
        Tag::GpsLongitude => position(tag, value, 180.0, order),
        Tag::GpsAltitude => {
            let (numerator, denominator) =
                value.as_number().and_then(fraction_of).ok_or_else(|| unfit(tag))?;
            Ok(rationals(&[(numerator, denominator)], order))
        }
        Tag::UserComment => as_comment(text, order),
        _ => as_text(tag, text),
    }
}

/// A companion that a new directory comes with.
pub(super) fn companions(place: Place, order: ByteOrder) -> Vec<(u16, Encoded)> {
    let encoded = |(id, kind, values): &(u16, u16, &[u16])| {
        let bytes = values.iter().flat_map(|value| match *kind {
            SHORT => order.of_u16(*value).to_vec(),
            _ => vec![value.to_be_bytes()[1]],
        });
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        (*id, Encoded { kind: *kind, count, bytes: bytes.collect() })
    };
    place.companions().iter().map(encoded).collect()
}

fn unfit(tag: Tag) -> Fault {
    Fault::beyond(format!("its EXIF block cannot hold this value of {tag}"))
}

fn as_text(tag: Tag, text: &str) -> Result<Encoded, Fault> {
    if text.contains('\0') {
        return Err(unfit(tag));
    }
    let bytes = [text.as_bytes(), b"\0"].concat();
    counted(tag, ASCII, bytes)
}

fn counted(tag: Tag, kind: u16, bytes: Vec<u8>) -> Result<Encoded, Fault> {
    let count = u32::try_from(bytes.len()).map_err(|_| unfit(tag))?;
    Ok(Encoded { kind, count, bytes })
}

fn as_comment(text: &str, order: ByteOrder) -> Result<Encoded, Fault> {
    if text.is_ascii() {
        return counted(Tag::UserComment, UNDEFINED, [b"ASCII\0\0\0", text.as_bytes()].concat());
    }
    let units = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(|unit| order.of_u16(unit)).collect() };
    let plain = [b"UNICODE\0".to_vec(), units(text)].concat();
    if comment(&plain, order)? == text.as_bytes() {
        return counted(Tag::UserComment, UNDEFINED, plain);
    }
    counted(Tag::UserComment, UNDEFINED, [b"UNICODE\0".to_vec(), units("\u{feff}"), units(text)].concat())
}

/// Parts of a second of arc.
const PARTS: f64 = 1e7;
const WHOLE: u32 = 10_000_000;

fn position(tag: Tag, value: &Value, most: f64, order: ByteOrder) -> Result<Encoded, Fault> {
    let degrees = value.as_number().map(f64::abs).filter(|degrees| *degrees <= most);
    let parts = degrees.map(|degrees| (degrees * 3600.0 * PARTS).round()).ok_or_else(|| unfit(tag))?;
    // At most 180 · 3600 · 10⁷, which both types hold exactly.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0 to 6.5e12")]
    let parts = parts as u64;
    let (seconds, minutes) = (parts % (60 * u64::from(WHOLE)), parts / (60 * u64::from(WHOLE)));
    let whole = |number: u64| u32::try_from(number).map_err(|_| unfit(tag));
    let (degrees, minutes, seconds) = (whole(minutes / 60)?, whole(minutes % 60)?, whole(seconds)?);
    let second = if seconds % WHOLE == 0 { (seconds / WHOLE, 1) } else { (seconds, WHOLE) };
    Ok(rationals(&[(degrees, 1), (minutes, 1), second], order))
}

fn rationals(fractions: &[(u32, u32)], order: ByteOrder) -> Encoded {
    let bytes = fractions
        .iter()
        .flat_map(|(numerator, denominator)| [order.of_u32(*numerator), order.of_u32(*denominator)].concat());
    let count = u32::try_from(fractions.len()).unwrap_or(u32::MAX);
    Encoded { kind: RATIONAL, count, bytes: bytes.collect() }
}

/// The number as a fraction: with the least power of ten that says it, or by continued fractions where none does.
fn fraction_of(number: f64) -> Option<(u32, u32)> {
    /// Far below what two values may differ and still be the same.
    const EXACT: f64 = 1e-9;
    if !(0.0..=f64::from(u32::MAX)).contains(&number) {
        return None;
    }
    for denominator in [1_u32, 10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        let numerator = (number * f64::from(denominator)).round();
        if (numerator / f64::from(denominator) - number).abs() < EXACT
            && let Some(numerator) = as_u32(numerator)
        {
            return Some((numerator, denominator));
        }
    }
    convergent(number)
}

/// The last convergent whose parts both fit.
fn convergent(number: f64) -> Option<(u32, u32)> {
    let (mut last, mut now) = ((0.0, 1.0), (1.0, 0.0));
    let (mut best, mut rest) = (None, number);
    for _ in 0..40 {
        let whole = rest.floor();
        let next = (whole * now.0 + last.0, whole * now.1 + last.1);
        let (Some(numerator), Some(denominator)) = (as_u32(next.0), as_u32(next.1)) else { break };
        best = Some((numerator, denominator));
        (last, now) = (now, next);
        if rest - whole < 1e-12 {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    best
}

fn as_u32(number: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    let whole = (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altitude_is_the_fraction_that_a_person_would_write() {
        assert_eq!(fraction_of(8848.86), Some((884_886, 100)));
        assert_eq!(fraction_of(0.0), Some((0, 1)));
        assert_eq!(fraction_of(35.0), Some((35, 1)));
        let (numerator, denominator) = fraction_of(8_848.861_234_5).unwrap();
        assert!((f64::from(numerator) / f64::from(denominator) - 8_848.861_234_5).abs() < 1e-6);
        assert_eq!((fraction_of(-1.0), fraction_of(5e9)), (None, None));
    }

    #[test]
    fn a_minute_is_never_written_as_sixty_seconds() {
        let encoded = encode(Tag::GpsLatitude, &Value::text("52.9999999999999"), ByteOrder::Big).unwrap();

        assert_eq!(encoded, rationals(&[(53, 1), (0, 1), (0, 1)], ByteOrder::Big));
        assert!(encode(Tag::GpsLatitude, &Value::text("90.1"), ByteOrder::Big).is_err());
    }

    #[test]
    fn a_comment_that_would_be_guessed_wrong_says_its_order() {
        // Three characters whose upper bytes differ and whose lower ones do not.
        let encoded =
            encode(Tag::UserComment, &Value::text("\u{100}\u{200}\u{300}"), ByteOrder::Big).unwrap();

        assert_eq!(encoded.bytes.get(8..10), Some(&[0xfe, 0xff][..]));
        assert_eq!(comment(&encoded.bytes, ByteOrder::Big).unwrap(), "\u{100}\u{200}\u{300}".as_bytes());
    }
}
