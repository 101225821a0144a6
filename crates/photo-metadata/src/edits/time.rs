//! The capture time, with as little change as possible.
//!
//! A file whose clock already shows the right time keeps every date it has; if only the offset is
//! missing, the offset is added. Only a time that really differs is written, and then to all places
//! that mean the same. A scan's date of digitisation is not one of them: it says when the scanner
//! ran.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

use super::{Datum, Draft};
use crate::structure::Container;
use crate::tag::Tag;
use crate::time::{CaptureTime, FileDate, UtcOffset};
use crate::value::Value;

/// A digitisation date that is further from the capture date than this was made by a scanner, not by
/// the camera's own second look at its clock.
const SAME_EXPOSURE: SignedDuration = SignedDuration::from_hours(24);

/// Where a file may say when it was taken.
const PLACES: [Tag; 8] = [
    Tag::DateTimeOriginal,
    Tag::CreateDate,
    Tag::XmpDateTimeOriginal,
    Tag::DateCreated,
    Tag::XmpCreateDate,
    Tag::IptcDateCreated,
    Tag::KeysCreationDate,
    Tag::MovieCreateDate,
];

pub(super) fn plan(taken: CaptureTime, draft: &mut Draft<'_>) {
    // A time that differs is seen below, with the file's own offset and fraction in mind.
    if !draft.server_wins(Datum::Time, &PLACES, false, |_, _| true) {
        return;
    }
    let agreed = draft.base.agreed.taken == Some(taken);
    if draft.container().is_quicktime() {
        quicktime(taken, agreed, draft);
    } else {
        picture(taken, agreed, draft);
    }
}

fn picture(taken: CaptureTime, agreed: bool, draft: &mut Draft<'_>) {
    let in_file = original(draft);
    let offset_in_file = offset(draft, Tag::OffsetTimeOriginal).or_else(|| xmp_offset(draft));
    // A server that knows no zone still knows the moment; the file's own offset stays.
    let taken = match (taken.offset(), offset_in_file) {
        (None, Some(offset)) => taken.at_offset(offset),
        _ => taken,
    };
    let same_clock = in_file == Some(taken.second()) && same_fraction(taken, draft);
    let same_offset = taken.offset().zip(offset_in_file).is_none_or(|(wanted, has)| wanted == has);
    let copies_agree = copies_agree(taken, draft);
    if agreed && in_file.is_some() && !(same_clock && same_offset && copies_agree) {
        return draft.keep_changed(Datum::Time);
    }
    if !same_clock || !same_offset {
        return everywhere(taken, draft);
    }
    match (taken.offset(), offset_in_file) {
        (Some(wanted), None) => complete(taken, wanted, draft),
        _ => mend_copies(taken, draft),
    }
}

/// XMP dates that stand for the capture time beside the one that readers find first.
fn copies(draft: &Draft<'_>) -> Vec<Tag> {
    // Immich reads either of the two in a sidecar, and takes one alone for the whole truth.
    if draft.container() == Container::Xmp {
        vec![Tag::XmpDateTimeOriginal, Tag::DateCreated]
    } else {
        vec![Tag::XmpDateTimeOriginal]
    }
}

fn copies_agree(taken: CaptureTime, draft: &Draft<'_>) -> bool {
    copies(draft).into_iter().filter_map(|tag| draft.current(tag)).all(|value| shows(value, taken))
}

fn shows(value: &Value, taken: CaptureTime) -> bool {
    FileDate::parse(value.as_text()).and_then(FileDate::second) == Some(taken.second())
}

/// The wall clock that readers find first, to the second.
fn original(draft: &Draft<'_>) -> Option<DateTime> {
    let exif = wall(draft, Tag::DateTimeOriginal);
    if draft.container().is_exif_first() {
        exif
    } else {
        let exif = exif.or_else(|| wall(draft, Tag::XmpDateTimeOriginal));
        let is_sidecar = draft.container() == Container::Xmp;
        exif.or_else(|| wall(draft, Tag::DateCreated).filter(|_| is_sidecar))
    }
}

fn wall(draft: &Draft<'_>, tag: Tag) -> Option<DateTime> {
    FileDate::parse(draft.current(tag)?.as_text())?.second()
}

fn offset(draft: &Draft<'_>, tag: Tag) -> Option<UtcOffset> {
    UtcOffset::parse(draft.current(tag)?.as_text())
}

/// The offset of an XMP date that stands for the file, where EXIF has no date.
fn xmp_offset(draft: &Draft<'_>) -> Option<UtcOffset> {
    if draft.has(Tag::DateTimeOriginal) {
        return None;
    }
    FileDate::parse(draft.current(Tag::XmpDateTimeOriginal)?.as_text())?.offset
}

/// Whether the file's fraction of the second may stay: a server that knows none does not object.
fn same_fraction(taken: CaptureTime, draft: &Draft<'_>) -> bool {
    /// Immich counts in milliseconds, cameras in up to nine places.
    const MILLISECOND: f64 = 0.001_1;
    let Some(wanted) = taken.fraction() else { return true };
    let has = draft.current(Tag::SubSecTimeOriginal).map(|value| value.as_text().trim().to_owned());
    let in_xmp = || {
        let date = FileDate::parse(draft.current(Tag::XmpDateTimeOriginal)?.as_text())?;
        date.wall().map(|wall| format!("{:09}", wall.subsec_nanosecond()))
    };
    let has = has.or_else(|| if draft.has(Tag::DateTimeOriginal) { None } else { in_xmp() });
    let value = |digits: &str| format!("0.{digits}").parse::<f64>().ok();
    match (value(&wanted), has.as_deref().and_then(value)) {
        (Some(wanted), Some(has)) => (wanted - has).abs() < MILLISECOND,
        _ => false,
    }
}

/// Only the offset is missing: the wall clocks stay.
fn complete(taken: CaptureTime, offset: UtcOffset, draft: &mut Draft<'_>) {
    if draft.has(Tag::DateTimeOriginal) {
        draft.set(Tag::OffsetTimeOriginal, Value::text(offset.to_string()));
        if wall(draft, Tag::CreateDate) == Some(taken.second()) && !draft.has(Tag::OffsetTimeDigitized) {
            draft.set(Tag::OffsetTimeDigitized, Value::text(offset.to_string()));
        }
    }
    let text = Value::text(with_fraction_of_file(taken, draft).xmp());
    for tag in copies(draft) {
        draft.set_if_present(tag, text.clone());
    }
}

/// The main date is right; a copy that shows another time is not left behind.
fn mend_copies(taken: CaptureTime, draft: &mut Draft<'_>) {
    for tag in copies(draft) {
        if draft.current(tag).is_some_and(|value| !shows(value, taken)) {
            let text = with_fraction_of_file(taken, draft).xmp();
            draft.set(tag, Value::text(text));
        }
    }
}

/// The time with the file's own fraction of a second, where the server knows none.
fn with_fraction_of_file(taken: CaptureTime, draft: &Draft<'_>) -> CaptureTime {
    let digits = draft.current(Tag::SubSecTimeOriginal).map(|value| value.as_text().trim().to_owned());
    let nanos = digits
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| format!("{digits:0<9}").get(..9)?.parse().ok());
    match nanos {
        Some(nanos) if taken.fraction().is_none() => {
            let wall = taken.wall().with().subsec_nanosecond(nanos).build().unwrap_or(taken.wall());
            CaptureTime::new(wall, taken.offset())
        }
        _ => taken,
    }
}

/// The time differs: every place that means the capture time gets it.
fn everywhere(taken: CaptureTime, draft: &mut Draft<'_>) {
    if draft.container().holds_exif() {
        exif(taken, draft);
    }
    let date = Value::text(taken.xmp());
    if draft.container() == Container::Xmp && !is_scan(Tag::XmpCreateDate, taken, draft) {
        draft.set_if_present(Tag::XmpCreateDate, date.clone());
    }
    draft.set(Tag::XmpDateTimeOriginal, date.clone());
    draft.set(Tag::DateCreated, date);
    if draft.file.has_iptc() {
        draft.set(Tag::IptcDateCreated, Value::text(taken.iptc_date()));
        iptc_time(taken, draft);
    }
}

/// A time in an IPTC block cannot be without an offset (IIM 4.2, dataset 2:60): where none is known, one that
/// is there keeps its own, and none is added.
fn iptc_time(taken: CaptureTime, draft: &mut Draft<'_>) {
    if taken.offset().is_some() {
        return draft.set(Tag::IptcTimeCreated, Value::text(taken.iptc_time()));
    }
    if let Some(has) = draft.current(Tag::IptcTimeCreated) {
        let offset = has.as_text().get(8..).and_then(UtcOffset::parse).unwrap_or(UtcOffset::UTC);
        let text = format!("{}{offset}", taken.iptc_time());
        draft.set(Tag::IptcTimeCreated, Value::text(text));
    }
}

fn exif(taken: CaptureTime, draft: &mut Draft<'_>) {
    let digitised_too = !is_scan(Tag::CreateDate, taken, draft);
    draft.set(Tag::DateTimeOriginal, Value::text(taken.exif()));
    set_offset(Tag::OffsetTimeOriginal, taken.offset(), draft);
    if let Some(digits) = taken.fraction()
        && !same_fraction(taken, draft)
    {
        draft.set(Tag::SubSecTimeOriginal, Value::text(digits));
    }
    if digitised_too {
        draft.set(Tag::CreateDate, Value::text(taken.exif()));
        set_offset(Tag::OffsetTimeDigitized, taken.offset(), draft);
        draft.set_if_present(Tag::XmpCreateDate, Value::text(taken.xmp()));
    }
}

/// A wall clock that is replaced takes an offset with it that does not belong to the new one.
fn set_offset(tag: Tag, offset: Option<UtcOffset>, draft: &mut Draft<'_>) {
    match offset {
        Some(offset) => draft.set(tag, Value::text(offset.to_string())),
        None => draft.clear(tag),
    }
}

/// Whether the file was digitised long after (or before) it was taken: by its own account, or, where it says
/// only when it was digitised, by ours. Scanners write nothing else.
fn is_scan(digitised: Tag, taken: CaptureTime, draft: &Draft<'_>) -> bool {
    let exif = wall(draft, Tag::DateTimeOriginal);
    let original = exif.or_else(|| original(draft)).unwrap_or(taken.second());
    wall(draft, digitised).is_some_and(|digitised| original.duration_until(digitised).abs() > SAME_EXPOSURE)
}

/// A movie header counts UTC; the key `creationdate` says wall clock and offset.
fn quicktime(taken: CaptureTime, agreed: bool, draft: &mut Draft<'_>) {
    let in_file = [Tag::XmpDateTimeOriginal, Tag::KeysCreationDate]
        .into_iter()
        .find_map(|tag| FileDate::parse(draft.current(tag)?.as_text()));
    let in_step = match in_file {
        Some(date) => {
            let same_offset = taken.offset().is_none() || date.offset == taken.offset();
            let taken = match (taken.offset(), date.offset) {
                (None, Some(offset)) => taken.at_offset(offset),
                _ => taken,
            };
            date.second() == Some(taken.second()) && same_offset
        }
        None => {
            let header = wall(draft, Tag::MovieCreateDate);
            header == Some(utc_second(taken)) && taken.offset().is_none()
        }
    };
    if in_step {
        return;
    }
    let says_any = in_file.is_some() || wall(draft, Tag::MovieCreateDate).is_some();
    if agreed && says_any {
        return draft.keep_changed(Datum::Time);
    }
    let header = Value::text(taken.exif_utc());
    if fits_movie_header(taken.utc()) {
        draft.set(Tag::MovieCreateDate, header.clone());
        draft.set_if_present(Tag::TrackCreateDate, header.clone());
        draft.set_if_present(Tag::MediaCreateDate, header);
    }
    if taken.offset().is_some() || draft.has(Tag::KeysCreationDate) {
        let text = CaptureTime::new(taken.second(), taken.offset()).xmp();
        draft.set(Tag::KeysCreationDate, Value::text(text));
    }
    draft.set(Tag::XmpDateTimeOriginal, Value::text(taken.xmp()));
}

fn utc_second(taken: CaptureTime) -> DateTime {
    CaptureTime::new(taken.utc(), None).second()
}

/// Seconds since 1904 in 32 bits (ISO 14496-12, 8.2.2, version 0).
///
/// Readers, ExifTool among them, take a value before 1970 for seconds since 1970, because some cameras count
/// so: 1905 would come back as 1971 (measured with 13.59).
fn fits_movie_header(utc: DateTime) -> bool {
    utc >= date(1970, 1, 2).at(0, 0, 0, 0) && utc <= date(2040, 2, 6).at(6, 28, 15, 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use crate::fields::PhotoFields;
    use crate::structure::Container;
    use crate::tag::Tag;
    use crate::time::CaptureTime;

    fn taken(instant: &str, zone: Option<&str>) -> PhotoFields {
        let taken = CaptureTime::from_instant(instant.parse().unwrap(), zone).unwrap();
        PhotoFields { taken: Some(taken), ..PhotoFields::default() }
    }

    #[test]
    fn mistake_02_the_wall_clock_is_that_of_the_zone() {
        let photo = file(
            Container::Jpeg,
            &[(Tag::DateTimeOriginal, "2024:06:30 10:00:00"), (Tag::OffsetTimeOriginal, "+02:00")],
        );

        let changes = changes(&taken("2024-07-01T22:30:00Z", Some("Europe/Berlin")), &photo);

        assert_eq!(
            changes,
            [
                "ExifIFD:DateTimeOriginal=2024:07:02 00:30:00",
                "ExifIFD:CreateDate=2024:07:02 00:30:00",
                "ExifIFD:OffsetTimeDigitized=+02:00",
                "XMP-exif:DateTimeOriginal=2024:07:02 00:30:00+02:00",
                "XMP-photoshop:DateCreated=2024:07:02 00:30:00+02:00",
            ]
        );
    }

    #[test]
    fn a_clock_that_only_lacks_its_offset_is_kept() {
        let photo = file(
            Container::Jpeg,
            &[(Tag::DateTimeOriginal, "2024:07:02 00:30:00"), (Tag::CreateDate, "2024:07:02 00:30:01")],
        );

        let changes = changes(&taken("2024-07-01T22:30:00Z", Some("Europe/Berlin")), &photo);

        assert_eq!(changes, ["ExifIFD:OffsetTimeOriginal=+02:00"]);
    }

    #[test]
    fn an_unknown_zone_claims_no_offset() {
        let photo = file(Container::Jpeg, &[]);

        let changes = changes(&taken("2024-07-01T22:30:00Z", None), &photo);

        assert!(changes.iter().all(|change| !change.contains("Offset") && !change.contains('+')));
    }

    #[test]
    fn a_server_without_zone_does_not_move_a_file_with_offset() {
        let photo = file(
            Container::Jpeg,
            &[(Tag::DateTimeOriginal, "2024:07:02 00:30:00"), (Tag::OffsetTimeOriginal, "+02:00")],
        );

        assert!(changes(&taken("2024-07-01T22:30:00Z", None), &photo).is_empty());
    }

    #[test]
    fn a_scan_keeps_its_date_of_digitisation() {
        let photo = file(
            Container::Jpeg,
            &[(Tag::DateTimeOriginal, "1980:01:01 00:00:00"), (Tag::CreateDate, "2010:05:05 10:00:00")],
        );

        let changes = changes(&taken("1981-01-01T12:00:00Z", None), &photo);

        assert!(changes.iter().all(|change| !change.contains("CreateDate")), "{changes:?}");
    }

    #[test]
    fn a_scan_that_says_only_when_it_was_scanned_keeps_that() {
        let photo = file(Container::Jpeg, &[(Tag::CreateDate, "2010:05:05 10:00:00")]);

        let changes = changes(&taken("1980-01-01T12:00:00Z", None), &photo);

        assert_eq!(changes[0], "ExifIFD:DateTimeOriginal=1980:01:01 12:00:00");
        assert!(changes.iter().all(|change| !change.contains("CreateDate")), "{changes:?}");
    }

    #[test]
    fn the_fraction_of_the_file_is_kept() {
        let photo = file(
            Container::Jpeg,
            &[(Tag::DateTimeOriginal, "2024:07:01 22:30:00"), (Tag::SubSecTimeOriginal, "45")],
        );

        assert!(changes(&taken("2024-07-01T22:30:00Z", None), &photo).is_empty());
        assert!(changes(&taken("2024-07-01T22:30:00.450Z", None), &photo).is_empty());
        let other = changes(&taken("2024-07-01T22:30:00.120Z", None), &photo);
        assert!(other.contains(&"ExifIFD:SubSecTimeOriginal=12".to_owned()), "{other:?}");
    }

    #[test]
    fn a_video_counts_utc_and_says_the_offset() {
        let video = file(
            Container::Mp4,
            &[
                (Tag::MovieCreateDate, "2020:01:01 00:00:00"),
                (Tag::TrackCreateDate, "2020:01:01 00:00:00"),
                (Tag::MediaCreateDate, "2020:01:01 00:00:00"),
            ],
        );

        let changes = changes(&taken("2024-07-01T22:30:00Z", Some("Europe/Berlin")), &video);

        assert_eq!(
            changes,
            [
                "QuickTime:CreateDate=2024:07:01 22:30:00",
                "QuickTime:TrackCreateDate=2024:07:01 22:30:00",
                "QuickTime:MediaCreateDate=2024:07:01 22:30:00",
                "Keys:CreationDate=2024:07:02 00:30:00+02:00",
                "XMP-exif:DateTimeOriginal=2024:07:02 00:30:00+02:00",
            ]
        );
    }

    #[test]
    fn a_movie_header_is_left_alone_outside_its_years() {
        let video = file(Container::Mp4, &[(Tag::MovieCreateDate, "2020:01:01 00:00:00")]);

        let changes = changes(&taken("1900-07-01T22:30:00Z", None), &video);

        assert_eq!(changes, ["XMP-exif:DateTimeOriginal=1900:07:01 22:30:00"]);
    }

    #[test]
    fn an_apple_video_that_says_it_right_is_left_alone() {
        let video = file(
            Container::Mov,
            &[
                (Tag::MovieCreateDate, "2025:01:01 00:00:00"),
                (Tag::KeysCreationDate, "2024:07:02 00:30:00+02:00"),
            ],
        );

        assert!(changes(&taken("2024-07-01T22:30:00Z", Some("Europe/Berlin")), &video).is_empty());
    }
}
