//! The help and the complaints of the command line, in the language of the reader.
//!
//! The parser knows English only. Its help is made of texts that can be exchanged before it parses, and of a few words of its own
//! (`Usage`, `Options`, `default`, `possible values`) that are left out and said here instead. Its complaints are turned line
//! by line.

use clap::builder::{PossibleValue, StyledStr};
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _};
use messages_macros::{tr, word};

use super::Args;
use crate::language::{self, Language};

impl Args {
    /// What was typed.
    pub(crate) fn spoken() -> Result<Self, clap::Error> {
        let mut command = Self::in_language();
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// The commands, with their help in the language of the reader.
    pub(crate) fn in_language() -> Command {
        match language::current() {
            Language::English => Self::command(),
            Language::German => in_german(Self::command()).disable_version_flag(true).arg(
                Arg::new("version")
                    .short('V')
                    .long("version")
                    .action(ArgAction::Version)
                    .help(word!("Print version"))
                    .help_heading(word!("Options")),
            ),
        }
    }
}

/// A complaint, or the help that was asked for. What the parser says in German has no colours.
pub(crate) fn print(answer: &clap::Error) -> std::io::Result<()> {
    let is_complaint = answer.use_stderr() && !answer.to_string().contains(&usage_heading());
    if language::current() == Language::English || !is_complaint {
        return answer.print();
    }
    let text = answer.to_string();
    let lines: Vec<String> = text.lines().map(language::said).collect();
    crate::output::Console::detect().aside(&lines.join("\n"));
    Ok(())
}

/// One command and all below it.
fn in_german(command: Command) -> Command {
    let style = *command.get_styles().get_usage();
    let heading = usage_heading();
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{style}{heading}{style:#} {{usage}}\n\n{{all-args}}{{after-help}}"
    );
    let (about, notes) = (said_of(command.get_about()), command.get_after_long_help().map(notes));
    let is_long =
        notes.is_some() || command.get_arguments().any(|arg| !arg.is_hide_set() && is_explained(arg));
    let mut command = command
        .help_template(template)
        .subcommand_help_heading(word!("Commands"))
        .subcommand_value_name(word!("COMMAND"))
        .disable_help_flag(true)
        .mut_args(argument)
        .mut_subcommands(in_german);
    let help = if is_long { word!("Print help (see more with '--help')") } else { word!("Print help") };
    command = command.arg(
        Arg::new("help")
            .short('h')
            .long("help")
            .action(ArgAction::Help)
            .help(help)
            .long_help(word!("Print help"))
            .help_heading(word!("Options")),
    );
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(notes) = notes {
        command = command.after_long_help(notes);
    }
    command
}

fn usage_heading() -> String {
    tr!("Usage:")
}

/// An option or a place for a word.
fn argument(arg: Arg) -> Arg {
    let plain = if arg.is_positional() { word!("Arguments") } else { word!("Options") };
    let heading = arg.get_help_heading().map_or(plain, language::word_of).to_owned();
    let mut help = said_of(arg.get_help()).unwrap_or_default();
    let default: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        help = tr!("{help} [default: {}]", default.join(", "));
    }
    let words = words(&arg);
    let names: Vec<&str> = words.iter().map(PossibleValue::get_name).collect();
    let short =
        if names.is_empty() { help.clone() } else { tr!("{help} [possible values: {}]", names.join(", ")) };
    let arg = if is_explained(&arg) {
        let lines = words.iter().map(|word| {
            let help = said_of(word.get_help()).unwrap_or_default();
            format!("- {}: {help}", word.get_name())
        });
        arg.long_help(tr!("{help}\n\nPossible values:\n{}", lines.collect::<Vec<_>>().join("\n")))
    } else {
        arg
    };
    let arg = arg.help(short).help_heading(heading);
    if arg.get_action().takes_values() {
        arg.hide_default_value(true).hide_possible_values(true)
    } else {
        arg
    }
}

/// The words that an option takes, where it takes only some.
fn words(arg: &Arg) -> Vec<PossibleValue> {
    if !arg.get_action().takes_values() || arg.is_hide_possible_values_set() {
        return Vec::new();
    }
    arg.get_possible_values().into_iter().filter(|word| !word.is_hide_set()).collect()
}

/// Whether each of its words has an explanation, which the long help shows.
fn is_explained(arg: &Arg) -> bool {
    words(arg).iter().any(|word| word.get_help().is_some())
}

/// A text of the help; ends that many texts have are said by rule.
fn said_of(text: Option<&StyledStr>) -> Option<String> {
    let text = text?.to_string();
    let (sentence, default, again) = parts(&text);
    let mut said = language::word_of(sentence).to_owned();
    said.push_str(again.map_or("", language::word_of));
    Some(default.map_or_else(|| said.clone(), |default| tr!("{said} [default: {}]", default)))
}

/// A text without its ends: the default behind it, and whether it can be said again for each.
fn parts(text: &str) -> (&str, Option<&str>, Option<&str>) {
    if language::word_of(text) != text {
        return (text, None, None);
    }
    let (text, default) = match text.strip_suffix(']').and_then(|text| text.rsplit_once(" [default: ")) {
        Some((text, default)) => (text, Some(default)),
        None => (text, None),
    };
    match text.find(ONCE).or_else(|| text.find(ALSO_ONCE)) {
        Some(at) => (&text[..at], default, Some(&text[at..])),
        None => (text, default, None),
    }
}

const ONCE: &str = ". Once for each";
const ALSO_ONCE: &str = "; once for each";

/// What stands below the options: paragraphs, and between them lines of a config file that stay.
fn notes(text: &StyledStr) -> String {
    let text = text.to_string();
    let paragraphs: Vec<&str> = text.split("\n\n").map(language::word_of).collect();
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::language::tests::in_german as german;

    /// Every text of the help of a command and of those below.
    fn texts(command: &Command, found: &mut BTreeSet<String>) {
        let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
        for arg in shown {
            found.extend(arg.get_help().map(ToString::to_string));
            found.extend(arg.get_help_heading().map(str::to_owned));
            found.extend(words(arg).iter().filter_map(|word| word.get_help().map(ToString::to_string)));
        }
        found.extend(command.get_about().map(ToString::to_string));
        let notes = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let sentences = notes.split("\n\n").filter(|text| !text.is_empty() && !text.starts_with("  "));
        found.extend(sentences.map(str::to_owned));
        command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .for_each(|command| texts(command, found));
    }

    #[test]
    fn every_text_of_the_help_has_its_german_and_no_german_is_left_over() {
        let mut found = BTreeSet::new();
        texts(&Args::command(), &mut found);
        let found: BTreeSet<&str> = german(|| {
            found
                .iter()
                .flat_map(|text| {
                    let (sentence, _, again) = parts(text);
                    [Some(sentence), again]
                })
                .flatten()
                .collect()
        });
        let known = |text: &&&str| german(|| language::tests::is_known(text));

        let missing: Vec<&&str> = found.iter().filter(|text| !known(text)).collect();
        assert!(missing.is_empty(), "not in messages/de/help.txt: {missing:#?}");
        let unused: Vec<String> = messages::pairs(include_str!("../../messages/de/help.txt"))
            .into_iter()
            .map(|pair| pair.english.replace("{{", "{").replace("}}", "}"))
            .filter(|english| !found.contains(english.as_str()))
            .collect();
        assert!(unused.is_empty(), "in messages/de/help.txt, and nowhere in the help: {unused:#?}");
    }

    #[test]
    fn the_help_of_every_command_is_german_to_its_last_word() {
        let mut root = german(Args::in_language);
        root.build();
        german(|| assert_is_german(&mut root));
    }

    fn assert_is_german(command: &mut Command) {
        let long = command.render_long_help().to_string();
        let short = command.render_help().to_string();
        for text in [long, short] {
            for english in [
                "Usage",
                "Options:",
                "Commands:",
                "Arguments:",
                "default:",
                "ossible values",
                " the ",
                " of ",
                "Print ",
            ] {
                assert!(
                    !text.contains(english),
                    "`{english}` in the help of {}:\n{text}",
                    command.get_name()
                );
            }
        }
        command.get_subcommands_mut().filter(|command| !command.is_hide_set()).for_each(assert_is_german);
    }

    #[test]
    fn the_german_commands_are_sound_and_take_the_same() {
        german(Args::in_language).debug_assert();
        let names = |command: &Command| -> BTreeSet<String> {
            command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
        };
        assert_eq!(names(&german(Args::in_language)), names(&Args::command()));
    }

    #[test]
    fn a_complaint_is_german_line_by_line() {
        let complaint = |words: &[&str]| {
            german(|| {
                let error = Args::in_language().try_get_matches_from(words).unwrap_err();
                error.to_string().lines().map(language::said).collect::<Vec<_>>().join("\n")
            })
        };

        let unknown = complaint(&["immich-sync", "write", "--dry-rum"]);
        let expected = ["Fehler: Argument '--dry-rum' unbekannt", "'--dry-run'", "Aufruf: immich-sync write"];
        assert!(expected.iter().all(|text| unknown.contains(text)), "{unknown}");
        let value = complaint(&["immich-sync", "write", "--managed", "x"]);
        assert!(value.contains("Fehler: ungültiger Wert 'x' für '--managed <WHAT>'"), "{value}");
        for text in [unknown, value] {
            assert!(
                !["error", "tip:", "For more", "Usage"].iter().any(|english| text.contains(english)),
                "{text}"
            );
        }
    }
}
