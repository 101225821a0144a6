//! What was said, and how secrets are kept.

use super::super::facts::SettingsFacts;
use super::in_one_line;
use crate::config::{is_open, is_open_to_all};
use crate::key::KeySource;
use crate::output::clean;
use crate::settings::{Sources, catalogue, kinds_of_data, path_mapping, time_zone};

pub(super) fn look(sources: &Sources<'_>, config_error: Option<String>) -> SettingsFacts {
    let config = sources.config;
    let path = (!config.path.as_os_str().is_empty()).then(|| config.path.clone());
    let mut facts = SettingsFacts { config: path, config_error, ..SettingsFacts::default() };
    if facts.config_error.is_some() {
        return facts;
    }
    if let Some(path) = &facts.config {
        facts.config_open = (is_open(path), is_open_to_all(path));
        facts.config_holds_key = config.holds_a_key();
    }
    match KeySource::find(sources) {
        Ok(keys) => {
            facts.unreadable_key =
                keys.iter().find_map(|key| key.read().err()).map(|error| in_one_line(&error));
            facts.key_concerns =
                keys.iter().filter_map(|key| key.concerns(config)).map(|text| clean(&text)).collect();
            facts.keys = Some(Ok(keys.len()));
        }
        Err(error) => facts.keys = Some(Err(in_one_line(&error))),
    }
    let zone = time_zone(sources).map(|zone| zone.iana_name().unwrap_or("that of this machine").to_owned());
    facts.zone = Some(zone.map_err(|error| in_one_line(&error)));
    let unknown = sources.environment.refuse_unknown(&catalogue::variables()).err();
    let wrong = unknown.or_else(|| kinds_of_data(sources).err());
    let has_library = matches!(sources.path(&catalogue::LIBRARY), Ok(Some(_)));
    let wrong = wrong.or_else(|| has_library.then(|| path_mapping(sources).err()).flatten());
    facts.unusable = wrong.map(|error| clean(&in_one_line(&error)));
    facts
}
