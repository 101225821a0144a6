//! The config file, the keys and what else was said.

use super::super::facts::Facts;
use super::super::verdict::{Verdict, failure, note, ok, skipped, warning};
use crate::language::said;
use messages_macros::{tr, word};

pub(super) fn config(facts: &Facts) -> Verdict {
    let settings = &facts.settings;
    if let Some(error) = &settings.config_error {
        return failure(said(error), word!("put it right, or write a new one with `immich-sync init`"));
    }
    match &settings.config {
        Some(path) => ok(format!("{}", path.display())),
        None => note(
            word!("there is none; everything comes from options and variables"),
            word!("`immich-sync init` writes one, and a schedule needs one"),
        ),
    }
}

pub(super) fn config_mode(facts: &Facts) -> Verdict {
    let settings = &facts.settings;
    let Some(path) = &settings.config else { return skipped(word!("there is no config file")) };
    let path = path.display();
    match (settings.config_open, settings.config_holds_key) {
        ((_, true), true) => failure(
            tr!("`{path}` holds an API key, and every user of this machine can read it"),
            format!("chmod 600 {path}"),
        ),
        ((true, false), true) => {
            warning(tr!("`{path}` holds an API key, and its group can read it"), format!("chmod 600 {path}"))
        }
        ((true, _), false) => ok(word!("others can read it, and there is no key in it")),
        ((false, _), _) => ok(word!("only its owner")),
    }
}

pub(super) fn settings(facts: &Facts) -> Verdict {
    match &facts.settings.unusable {
        Some(error) => {
            failure(said(error), word!("see `immich-sync config show --origin` and docs/configuration.md"))
        }
        None if facts.settings.config_error.is_some() => skipped(word!("the config file is not understood")),
        None => ok(word!("they fit together")),
    }
}

pub(super) fn key(facts: &Facts) -> Verdict {
    let how =
        word!("make one in Immich (Account Settings, API Keys) and name a file that holds it: api_key_file");
    if let Some(error) = &facts.settings.unreadable_key {
        return failure(said(error), word!("check the path, and that the user of the schedule may read it"));
    }
    match &facts.settings.keys {
        Some(Ok(1)) => ok(word!("there is one")),
        Some(Ok(0)) => failure(word!("there is none"), how),
        Some(Ok(many)) => ok(tr!("there are {many}, one for each account")),
        Some(Err(error)) => failure(said(error), how),
        None => skipped(word!("the config file is not understood")),
    }
}

pub(super) fn key_mode(facts: &Facts) -> Verdict {
    match facts.settings.key_concerns.first() {
        Some(concern) => {
            warning(said(concern), word!("keep the key in a file of mode 600, named by api_key_file"))
        }
        None if matches!(facts.settings.keys, Some(Ok(1..))) => ok(word!("only its owner")),
        None => skipped(word!("there is no key")),
    }
}

pub(super) fn time_zone(facts: &Facts) -> Verdict {
    match &facts.settings.zone {
        Some(Ok(name)) if name == "UTC" => note(
            word!("UTC: times without a zone are taken for UTC"),
            word!("where that is wrong (often in containers), set TZ or time_zone, such as Europe/Berlin"),
        ),
        Some(Ok(name)) => ok(said(name)),
        Some(Err(error)) => failure(said(error), word!("set time_zone to a name such as Europe/Berlin")),
        None => skipped(word!("the config file is not understood")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::verdict::Level;

    fn facts(change: impl FnOnce(&mut Facts)) -> Facts {
        let mut facts = Facts::default();
        change(&mut facts);
        facts
    }

    #[test]
    fn a_config_file_with_a_key_is_for_its_owner() {
        let level = |open, holds| {
            let facts = facts(|facts| {
                facts.settings.config = Some("/c.toml".into());
                facts.settings.config_open = open;
                facts.settings.config_holds_key = holds;
            });
            config_mode(&facts).level
        };

        assert_eq!(level((false, false), true), Level::Ok);
        assert_eq!(level((true, false), true), Level::Warning);
        assert_eq!(level((true, true), true), Level::Failure);
        assert_eq!(level((true, true), false), Level::Ok);
    }

    #[test]
    fn no_key_and_one_that_cannot_be_read_are_failures() {
        let none = facts(|facts| facts.settings.keys = Some(Ok(0)));
        let unreadable = facts(|facts| {
            facts.settings.keys = Some(Ok(1));
            facts.settings.unreadable_key = Some("the file `/k` cannot be read".to_owned());
        });

        assert_eq!(key(&none).level, Level::Failure);
        assert!(key(&unreadable).reason.contains("/k"));
    }

    #[test]
    fn utc_is_worth_a_note() {
        let zone =
            |name: &str| time_zone(&facts(|facts| facts.settings.zone = Some(Ok(name.to_owned())))).level;

        assert_eq!((zone("UTC"), zone("Europe/Berlin")), (Level::Note, Level::Ok));
    }
}
