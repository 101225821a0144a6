//! Settings that say one thing together, so that whoever names one of them speaks for all.

use super::{catalogue, data, organize};

/// Where the API key comes from.
pub(crate) const KEYS: &str = "keys";

/// What a setting says together with others; `None` where it stands for itself.
pub(crate) fn family(name: &str) -> Option<&'static str> {
    const FAMILIES: [(&str, &[&str]); 4] = [
        (KEYS, &[catalogue::API_KEY.name, catalogue::API_KEY_FILE.name, catalogue::API_KEY_COMMAND.name]),
        ("server", &[catalogue::SERVER.name, catalogue::SERVER_FILE.name]),
        ("password", &[catalogue::PASSWORD.name, catalogue::PASSWORD_FILE.name]),
        ("log format", &[catalogue::LOG_FORMAT.name, catalogue::STRUCTURED_LOGS.name]),
    ];
    let setting = catalogue::all().find(|setting| setting.name == name)?;
    if data::chooses(&setting) {
        return Some("kinds of data");
    }
    if organize::chooses(&setting) {
        return Some("what is done with groups");
    }
    FAMILIES.iter().find(|(_, names)| names.contains(&name)).map(|(family, _)| *family)
}
