//! The language of the reader: chosen once, at the start.
//!
//! What the binary says is put in by `tr!` and `word!` while it is compiled. What comes from the libraries is English; [`said`]
//! turns it where it is shown. Logs, JSON, the state and files that are written stay English, whoever reads them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use messages::Catalogue;
use messages_macros::catalogue_files;

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    // No remarks of clap on these: they would make the help of every command long.
    #[value(name = "en")]
    English,
    #[value(name = "de")]
    German,
}

impl Language {
    /// As it is typed.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

/// Whether it is German; nothing else is told apart yet.
static IS_GERMAN: AtomicBool = AtomicBool::new(false);

/// From now on the program speaks this.
pub(crate) fn speak(language: Language) {
    IS_GERMAN.store(language == Language::German, Ordering::Relaxed);
}

/// What the program speaks.
pub(crate) fn current() -> Language {
    #[cfg(test)]
    if tests::SPEAKS_GERMAN.get() {
        return Language::German;
    }
    if IS_GERMAN.load(Ordering::Relaxed) { Language::German } else { Language::English }
}

/// What a library said, in the language of the reader.
pub(crate) fn said(text: &str) -> String {
    match current() {
        Language::English => text.to_owned(),
        Language::German => german().said(text),
    }
}

/// A word that is chosen while the program runs, in the language of the reader.
pub(crate) fn word_of(english: &str) -> &str {
    match current() {
        Language::English => english,
        Language::German => german().word(english).unwrap_or(english),
    }
}

fn german() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| Catalogue::of(&catalogue_files!()))
}

/// The language before anything else is known: what was typed, then the variable of the setting, then the locale as POSIX and
/// gettext have it. A language that is not spoken here is English; `typed` and the variable are checked later, where they
/// can be refused.
pub(crate) fn at_start(arguments: &[String], variable: impl Fn(&str) -> Option<String>) -> Language {
    let known = |text: String| of_locale(&text);
    let said = typed(arguments).or_else(|| variable("IMMICH_SYNC_LANG")).and_then(known);
    let held = |name: &str| variable(name).filter(|text| !text.is_empty());
    let of_locale = || {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| held(name))?;
        let is_plain = locale == "C" || locale == "POSIX" || locale.starts_with("C.");
        let listed = held("LANGUAGE").filter(|_| !is_plain);
        listed.and_then(|list| list.split(':').find_map(of_locale)).or_else(|| of_locale(&locale))
    };
    said.or_else(of_locale).unwrap_or(Language::English)
}

/// The language of `de`, `de_AT.UTF-8` or `de-CH`; `None` for those that are not spoken here.
fn of_locale(text: &str) -> Option<Language> {
    let language = text.trim().split(['_', '-', '.', '@']).next()?;
    Language::from_str(language, true).ok()
}

fn typed(arguments: &[String]) -> Option<String> {
    let own = arguments.iter().take_while(|argument| *argument != "--");
    let mut found = None;
    let mut is_next = false;
    for argument in own {
        if is_next {
            found = Some(argument.clone());
        }
        is_next = argument == "--lang";
        if let Some(value) = argument.strip_prefix("--lang=") {
            found = Some(value.to_owned());
        }
    }
    found
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// Tests run beside each other, and each reads its own language.
        pub(super) static SPEAKS_GERMAN: Cell<bool> = const { Cell::new(false) };
    }

    /// Does something in German.
    pub(crate) fn in_german<T>(act: impl FnOnce() -> T) -> T {
        SPEAKS_GERMAN.set(true);
        let made = act();
        SPEAKS_GERMAN.set(false);
        made
    }

    /// Whether the catalogue has a text, also where both languages say the same.
    pub(crate) fn is_known(english: &str) -> bool {
        german().word(english).is_some()
    }

    fn chosen(arguments: &[&str], variables: &[(&str, &str)]) -> Language {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let held =
            |name: &str| variables.iter().find(|(held, _)| *held == name).map(|(_, text)| (*text).to_owned());
        at_start(&arguments, held)
    }

    #[test]
    fn the_command_line_comes_before_the_variable_and_the_locale() {
        let german = [("LC_ALL", "de_DE.UTF-8"), ("IMMICH_SYNC_LANG", "de")];

        assert_eq!(chosen(&["x", "--lang", "en"], &german), Language::English);
        assert_eq!(chosen(&["x", "--lang=de"], &[]), Language::German);
        assert_eq!(chosen(&["x", "--", "--lang=de"], &[]), Language::English);
        assert_eq!(chosen(&[], &[("IMMICH_SYNC_LANG", "en"), ("LANG", "de_DE")]), Language::English);
        assert_eq!(chosen(&[], &[]), Language::English);
    }

    #[test]
    fn the_locale_is_read_as_posix_and_gettext_have_it() {
        assert_eq!(chosen(&[], &[("LANG", "de_AT.UTF-8")]), Language::German);
        assert_eq!(chosen(&[], &[("LANG", "de_AT"), ("LC_MESSAGES", "en_US.UTF-8")]), Language::English);
        assert_eq!(
            chosen(&[], &[("LANG", "de_AT"), ("LC_MESSAGES", "de"), ("LC_ALL", "C")]),
            Language::English
        );
        assert_eq!(chosen(&[], &[("LANG", "fr_FR.UTF-8"), ("LANGUAGE", "fr:de:en")]), Language::German);
        assert_eq!(chosen(&[], &[("LANG", "C.UTF-8"), ("LANGUAGE", "de")]), Language::English);
        assert_eq!(chosen(&[], &[("LANG", "fr_FR.UTF-8")]), Language::English);
        assert_eq!(chosen(&[], &[("LC_ALL", ""), ("LANG", "de")]), Language::German);
    }

    #[test]
    fn what_the_libraries_say_is_german_to_its_last_cause() {
        let denied = std::io::Error::from_raw_os_error(13);
        let unwritten =
            photo_metadata::MetadataError::from_io("/a.jpg".as_ref(), "write a new version of", denied);
        let foreign = sync_core::SyncError::OtherServer {
            known: "http://nas (user 1)".to_owned(),
            found: "http://nas (user 2)".to_owned(),
        };
        let unmade =
            crate::exit::usage("`workers` of `/c.toml`, line 3 is `x`, expected a number from 1 to 64");
        let chains =
            [unwritten.into(), foreign.into(), unmade].map(|error: anyhow::Error| format!("{error:#}"));

        let told = in_german(|| chains.map(|chain| said(&chain)));

        let expected = [
            "keine Berechtigung: Schreiben einer neuen Fassung von `/a.jpg`; prüfe Eigentümer und Modus: Keine \
             Berechtigung (os error 13)",
            "dieser Zustand gehört zu http://nas (Benutzer 1), der Schlüssel aber ist für http://nas (Benutzer 2); \
             nimm ein anderes --state-dir",
            "`workers` von `/c.toml`, Zeile 3 ist `x`, erwartet wird: eine Zahl von 1 bis 64",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_entry_of_the_catalogue_can_be_used() {
        for pair in catalogue_files!().iter().flat_map(|file| messages::pairs(file)) {
            let holes = |text: &str| messages::Template::parse(text).map(|template| template.holes().len());
            assert_eq!(holes(&pair.english), holes(&pair.translation), "{}", pair.english);
            assert!(!pair.translation.is_empty(), "{}", pair.english);
        }
    }
}
