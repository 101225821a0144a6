//! Instants of the API.

/// An instant as the API takes it.
pub(crate) fn instant_of_api(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}
