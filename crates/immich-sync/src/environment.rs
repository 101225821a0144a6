//! The environment as it was at the start: the only place that reads it.
//!
//! Three tools gave the same thing three names (`IMMICH_INSTANCE_URL`, `IMMICH_URL`, …). All are taken; two
//! that contradict each other are an error, because either could be the old one. An empty variable counts as
//! not set: that is how a compose file says "nothing".

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use clap::ValueEnum;

use crate::exit::usage;
use crate::nearest::nearest;

/// The variables of the process. Has no `Debug`: one of them is the key.
pub(crate) struct Environment(BTreeMap<String, OsString>);

/// A variable that is set, and by which of its names.
pub(crate) struct Found<'a> {
    /// The name.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) value: &'a OsString,
}

/// The names of all variables that are meant for this program, which includes those that hold a key.
pub(crate) fn own_variables() -> Vec<OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| name.as_encoded_bytes().starts_with(b"IMMICH")).collect()
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

    /// The variable under any of its names; an error if two of them say different things.
    pub(crate) fn find(&self, names: &[&'static str]) -> Result<Option<Found<'_>>> {
        let set = names.iter().filter_map(|&name| Some(Found { name, value: self.0.get(name)? }));
        let set: Vec<Found<'_>> = set.collect();
        for pair in set.windows(2) {
            if let [one, other] = pair
                && one.value != other.value
            {
                let (one, other) = (one.name, other.name);
                return Err(usage(format!(
                    "{one} and {other} are both set and say different things; unset one of them"
                )));
            }
        }
        Ok(set.into_iter().next())
    }

    /// As text, without blanks around.
    pub(crate) fn text(&self, names: &[&'static str]) -> Result<Option<String>> {
        let Some(found) = self.find(names)? else { return Ok(None) };
        match found.value.to_str() {
            Some(text) => Ok(Some(text.trim().to_owned())),
            None => Err(usage(format!("{} is not UTF-8 text", found.name))),
        }
    }

    /// As a path.
    pub(crate) fn path(&self, names: &[&'static str]) -> Result<Option<PathBuf>> {
        Ok(self.find(names)?.map(|found| PathBuf::from(found.value)))
    }

    /// As a number or anything else that is read from text.
    pub(crate) fn parsed<T: FromStr>(&self, names: &[&'static str], expected: &str) -> Result<Option<T>> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.not(names, &text, expected))
    }

    /// As one of a few words.
    pub(crate) fn word<T: ValueEnum>(&self, names: &[&'static str]) -> Result<Option<T>> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        T::from_str(&text, true).map(Some).map_err(|_| {
            let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
            self.not(names, &text, &words.join(", "))
        })
    }

    /// As yes or no.
    pub(crate) fn flag(&self, names: &[&'static str]) -> Result<Option<bool>> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(Some(true)),
            "0" | "false" | "no" | "off" => Ok(Some(false)),
            _ => Err(self.not(names, &text, "true or false")),
        }
    }

    /// Refuses variables that look like ours and are not: a misspelt `IMMICH_SYNC_DRY_RUN` would write.
    pub(crate) fn refuse_unknown(&self, known: &[&'static str]) -> Result<()> {
        /// Of the project's own tests, which run this program.
        const OF_TESTS: [&str; 2] = ["IMMICH_SYNC_SHARED", "IMMICH_SYNC_SKIP_LOG"];
        let ours = self.0.keys().filter(|name| name.starts_with("IMMICH_SYNC_"));
        for name in ours {
            if !known.contains(&name.as_str()) && !OF_TESTS.contains(&name.as_str()) {
                let hint = nearest(name, known.iter().copied())
                    .map_or_else(String::new, |known| format!("; did you mean {known}?"));
                return Err(usage(format!("the environment variable {name} is not known{hint}")));
            }
        }
        Ok(())
    }

    fn not(&self, names: &[&'static str], text: &str, expected: &str) -> anyhow::Error {
        let name = names.iter().find(|name| self.0.contains_key(**name)).copied().unwrap_or_default();
        usage(format!("{name} is `{text}`, expected {expected}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), *value)))
    }

    #[test]
    fn two_names_that_say_the_same_are_fine() {
        let environment = environment(&[("A", "x"), ("B", "x")]);

        assert_eq!(environment.text(&["A", "B"]).unwrap().as_deref(), Some("x"));
    }

    #[test]
    fn two_names_that_contradict_each_other_are_both_named_without_their_values() {
        let environment = environment(&[("A", "secret-1"), ("B", "secret-2")]);

        let error = environment.text(&["A", "B"]).unwrap_err().to_string();

        assert!(error.contains('A') && error.contains('B') && !error.contains("secret"), "{error}");
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(environment(&[("A", ""), ("B", "x")]).text(&["A", "B"]).unwrap().as_deref(), Some("x"));
    }

    #[test]
    fn a_flag_is_one_of_eight_words() {
        assert_eq!(environment(&[("A", "Yes")]).flag(&["A"]).unwrap(), Some(true));
        assert_eq!(environment(&[("A", "0")]).flag(&["A"]).unwrap(), Some(false));
        assert!(environment(&[("A", "maybe")]).flag(&["A"]).is_err());
    }

    #[test]
    fn a_misspelt_variable_of_ours_is_refused_with_the_nearest_one() {
        let environment = environment(&[("IMMICH_SYNC_DRYRUN", "1"), ("IMMICH_OTHER", "1")]);

        let error = environment.refuse_unknown(&["IMMICH_SYNC_DRY_RUN", "IMMICH_SYNC_ALL"]).unwrap_err();

        assert!(error.to_string().contains("did you mean IMMICH_SYNC_DRY_RUN?"), "{error}");
    }
}
