//! The environment as it was at the start: the only place that reads it.
//!
//! Three tools gave the same thing three names (`IMMICH_INSTANCE_URL`, `IMMICH_URL`, …). All are taken; two
//! that contradict each other are an error, because either could be the old one. An empty variable counts as
//! not set: that is how a compose file says "nothing".

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::Result;

use crate::codes::Code;
use crate::exit::{usage, usage_of};
use crate::language::{self, Language};
use crate::nearest::nearest;
use crate::settings::setting::{Setting, yes_or_no};
use crate::settings::{Given, Origin};

/// Variables of the tools that people come from that mean nothing here.
pub(crate) const WITHOUT_MEANING: [&str; 6] = [
    "IMMICH_ASSET_BATCH_SIZE",
    "IMMICH_SEARCH_PAGE_SIZE",
    "FLASK_PORT",
    "FLASK_HOST",
    "FLASK_DEBUG",
    "FLASK_SECRET_KEY",
];

/// What a hook is told, and whatever it starts: this program, perhaps.
pub(crate) const OF_HOOKS: [&str; 4] =
    ["IMMICH_SYNC_EVENT", "IMMICH_SYNC_JOB", "IMMICH_SYNC_EXIT", "IMMICH_SYNC_WORD"];

/// What begins the names of the counts that a hook is told.
pub(crate) const COUNT_OF_HOOK: &str = "IMMICH_SYNC_COUNT_";

/// The variables of the process. Has no `Debug`: one of them is the key.
pub(crate) struct Environment(BTreeMap<String, OsString>);

/// The names of all variables that are meant for this program, which includes those that hold a key.
pub(crate) fn own_variables() -> Vec<OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| name.as_encoded_bytes().starts_with(b"IMMICH")).collect()
}

/// The language of the reader, as far as the command line and the environment tell it.
pub(crate) fn language() -> Language {
    let arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    language::at_start(&arguments, |name| std::env::var_os(name)?.into_string().ok())
}

impl Environment {
    /// What this process was started with.
    pub(crate) fn of_process() -> Self {
        Self::new(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))))
    }

    /// These variables.
    pub(crate) fn new<V: Into<OsString>>(variables: impl IntoIterator<Item = (String, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name, value.into()));
        Self(variables.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// What the variables of a setting say; an error if two of them say different things.
    pub(crate) fn find(&self, setting: &Setting) -> Result<Option<Given>> {
        let mut first: Option<(String, Given)> = None;
        for (name, is_opposite) in setting.variables() {
            let Some(value) = self.0.get(&name) else { continue };
            let values = values(setting, value, is_opposite, &name)?;
            match &first {
                Some((one, given)) if given.values != values => {
                    let both =
                        format!("{one} and {name} are both set and say different things; unset one of them");
                    return Err(usage_of(Code::Contradiction, both));
                }
                Some(_) => {}
                None => {
                    let given = Given { values, origin: Origin::Environment(name.clone()) };
                    first = Some((name, given));
                }
            }
        }
        Ok(first.map(|(_, given)| given))
    }

    /// Refuses variables that look like ours and are not: a misspelt `IMMICH_SYNC_DRY_RUN` would write.
    pub(crate) fn refuse_unknown(&self, known: &[String]) -> Result<()> {
        /// Of the project's own tests, which run this program.
        const OF_TESTS: [&str; 2] = ["IMMICH_SYNC_SHARED", "IMMICH_SYNC_SKIP_LOG"];
        let ours = self.0.keys().filter(|name| name.starts_with("IMMICH_SYNC_"));
        for name in ours {
            let is_of_hooks = OF_HOOKS.contains(&name.as_str()) || name.starts_with(COUNT_OF_HOOK);
            if !known.contains(name) && !is_of_hooks && !OF_TESTS.contains(&name.as_str()) {
                let hint = nearest(name, known.iter().map(String::as_str))
                    .map_or_else(String::new, |known| format!("; did you mean {known}?"));
                return Err(usage(format!("the environment variable {name} is not known{hint}")));
            }
        }
        Ok(())
    }

    /// The variables of other tools that are set and mean nothing here.
    pub(crate) fn without_meaning(&self) -> Vec<&'static str> {
        WITHOUT_MEANING.into_iter().filter(|name| self.0.contains_key(*name)).collect()
    }
}

fn values(setting: &Setting, value: &OsString, is_opposite: bool, name: &str) -> Result<Vec<OsString>> {
    let Some(text) = value.to_str() else { return Ok(vec![value.clone()]) };
    if !setting.is_yes_or_no() {
        return Ok(setting.split(text));
    }
    match yes_or_no(text) {
        Some(yes) => Ok(vec![(yes != is_opposite).to_string().into()]),
        None => Err(usage(format!("{name} is `{}`, expected true or false", text.trim()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::catalogue::{DRY_RUN, PEOPLE_KEYWORDS, SERVER};

    fn find(setting: &Setting, variables: &[(&str, &str)]) -> Result<Option<String>> {
        let environment =
            Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), *value)));
        environment.find(setting)?.map(|given| given.text()).transpose()
    }

    #[test]
    fn two_names_that_say_the_same_are_fine() {
        let set = [("IMMICH_URL", "x"), ("IMMICH_INSTANCE_URL", " x")];

        assert_eq!(find(&SERVER, &set).unwrap().as_deref(), Some("x"));
    }

    #[test]
    fn two_names_that_contradict_each_other_are_both_named_without_their_values() {
        let error = find(&SERVER, &[("IMMICH_URL", "secret-1"), ("IMMICH_INSTANCE_URL", "secret-2")]);

        let error = error.unwrap_err().to_string();
        assert!(error.contains("IMMICH_INSTANCE_URL and IMMICH_URL") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let set = [("IMMICH_URL", ""), ("IMMICH_INSTANCE_URL", "x")];

        assert_eq!(find(&SERVER, &set).unwrap().as_deref(), Some("x"));
    }

    #[test]
    fn a_flag_is_one_of_eight_words_and_has_an_opposite() {
        assert_eq!(find(&DRY_RUN, &[("IMMICH_SYNC_DRY_RUN", "Yes")]).unwrap().as_deref(), Some("true"));
        assert_eq!(find(&DRY_RUN, &[("IMMICH_SYNC_DRY_RUN", "0")]).unwrap().as_deref(), Some("false"));
        assert!(find(&DRY_RUN, &[("IMMICH_SYNC_DRY_RUN", "maybe")]).is_err());
        let old = ("IMMICH_SYNC_NO_PEOPLE_KEYWORDS", "1");
        assert_eq!(find(&PEOPLE_KEYWORDS, &[old]).unwrap().as_deref(), Some("false"));
        assert!(find(&PEOPLE_KEYWORDS, &[old, ("IMMICH_SYNC_PEOPLE_KEYWORDS", "1")]).is_err());
    }

    #[test]
    fn a_misspelt_variable_of_ours_is_refused_with_the_nearest_one() {
        let variables = [("IMMICH_SYNC_DRYRUN", "1"), ("IMMICH_OTHER", "1")];
        let environment = Environment::new(variables.map(|(name, value)| (name.to_owned(), value)));

        let error = environment.refuse_unknown(&crate::settings::catalogue::variables()).unwrap_err();

        assert!(error.to_string().contains("did you mean IMMICH_SYNC_DRY_RUN?"), "{error}");
    }
}
