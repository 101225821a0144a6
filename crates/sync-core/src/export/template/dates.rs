//! Dates in the zone that the photo was taken in. Names of months and days are English whatever the machine speaks, so that
//! the same library makes the same folders everywhere.

use jiff::Zoned;

/// A part of a date, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    /// As `strftime` writes it.
    As(&'static str),
    /// As the template says, behind the comma.
    Said,
}

/// The form of this name.
pub(super) fn date_form(name: &str) -> Option<DateForm> {
    Some(DateForm::As(match name {
        "" | "date" => "%Y-%m-%d",
        "year" => "%Y",
        "yy" => "%y",
        "mm" => "%m",
        "month" => "%B",
        "mon" => "%b",
        "dd" => "%d",
        "dow" => "%A",
        "doy" => "%j",
        "hour" => "%H",
        "min" => "%M",
        "sec" => "%S",
        "strftime" => return Some(DateForm::Said),
        _ => return None,
    }))
}

/// A date in a form. None if the form is not one.
pub(super) fn written(date: &Zoned, form: &str) -> Option<String> {
    let text = jiff::fmt::strtime::format(form, date).ok()?;
    // Python writes the year 33 as `33`.
    if form == "%Y" {
        Some(text.trim_start_matches('0').to_owned()).filter(|text| !text.is_empty())
    } else {
        Some(text)
    }
}

/// Whether dates can be written in this form.
pub(super) fn is_form(form: &str) -> bool {
    !form.is_empty() && jiff::fmt::strtime::format(form, &Zoned::default()).is_ok()
}
