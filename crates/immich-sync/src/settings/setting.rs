//! One setting: its option, its variables, its key in the config file and its help, said once.
//!
//! An option that exists on the command line and was forgotten in the environment is what people run into at
//! three in the morning. So there is one description of each setting, and every place that can hold it is made
//! from that.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ValueEnum};

/// What a setting takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Yes or no; what it is when nobody says. The option that is shown is the one that changes it.
    Flag(bool),
    /// Chosen or not; there is no option that takes it back, because others beside it choose as well.
    Choice,
    /// One value.
    Value,
    /// Several values; in one text they are separated by one of these.
    Values(&'static [char]),
}

/// What a value leads to, which decides what a relative one starts from in a config file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leads {
    /// Nowhere: it is a text or a number.
    Nowhere,
    /// To a file or folder.
    ToFile,
    /// To a program; a bare name is looked for in the search path.
    ToProgram,
}

/// One setting.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a quality of its own")]
pub(crate) struct Setting {
    /// The name, which no other setting has.
    pub(crate) name: &'static str,
    /// How the option is spelled; settings of different commands may share it.
    pub(crate) option: &'static str,
    /// Other spellings of the option.
    pub(crate) also: &'static [&'static str],
    /// What it takes.
    pub(crate) kind: Kind,
    /// What its value leads to.
    pub(crate) leads: Leads,
    /// Whether its value is never shown.
    pub(crate) is_secret: bool,
    /// Whether it is an option.
    pub(crate) on_command_line: bool,
    /// Whether a variable can hold it.
    pub(crate) in_environment: bool,
    /// Whether a config file can hold it.
    pub(crate) in_config: bool,
    /// What other tools call it, as a variable and in their files.
    pub(crate) aliases: &'static [&'static str],
    /// What it is when nobody says, in words.
    pub(crate) default: &'static str,
    /// One sentence on what it does, cut into lines.
    pub(crate) help: &'static [&'static str],
    /// Whether it is between this program and itself, and told nobody.
    pub(crate) is_internal: bool,
    /// Where it stands in the help.
    pub(crate) heading: &'static str,
    short: Option<char>,
    value_name: &'static str,
    takes_many: bool,
    conflicts: &'static [&'static str],
    parser: Option<fn() -> ValueParser>,
}

/// A yes or no.
pub(super) const fn flag(name: &'static str) -> Setting {
    Setting {
        name,
        option: name,
        also: &[],
        kind: Kind::Flag(false),
        leads: Leads::Nowhere,
        is_secret: false,
        on_command_line: true,
        in_environment: true,
        in_config: true,
        aliases: &[],
        default: "",
        help: &[],
        is_internal: false,
        heading: "",
        short: None,
        value_name: "",
        takes_many: false,
        conflicts: &[],
        parser: None,
    }
}

/// A yes or no that is yes when nobody says; its help is that of the option that takes it back.
pub(super) const fn flag_that_is_on(name: &'static str) -> Setting {
    Setting { kind: Kind::Flag(true), ..flag(name) }
}

/// One of several that are chosen together.
pub(super) const fn choice(name: &'static str) -> Setting {
    Setting { kind: Kind::Choice, ..flag(name) }
}

/// One value.
pub(super) const fn value(name: &'static str, value_name: &'static str) -> Setting {
    Setting { kind: Kind::Value, value_name, ..flag(name) }
}

/// Several values.
pub(super) const fn values(
    name: &'static str,
    value_name: &'static str,
    separators: &'static [char],
) -> Setting {
    Setting { kind: Kind::Values(separators), value_name, ..flag(name) }
}

/// One of a few words, which the help explains.
pub(super) fn words<T: ValueEnum + Clone + Send + Sync + 'static>() -> ValueParser {
    clap::builder::EnumValueParser::<T>::new().into()
}

/// An id of an asset.
pub(super) fn asset_id() -> ValueParser {
    ValueParser::new(immich_api::AssetId::parse)
}

impl Setting {
    /// Other names of it.
    pub(super) const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Another spelling of the option than the name.
    pub(super) const fn option(self, option: &'static str) -> Self {
        Self { option, ..self }
    }

    /// Other spellings of the option, which the help does not show.
    pub(super) const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// What it is when nobody says.
    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// A letter for it.
    pub(super) const fn short(self, letter: char) -> Self {
        Self { short: Some(letter), ..self }
    }

    /// Several values after one option.
    pub(super) const fn many(self) -> Self {
        Self { takes_many: true, ..self }
    }

    /// It leads to a file or folder.
    pub(super) const fn path(self) -> Self {
        Self { leads: Leads::ToFile, ..self }
    }

    /// It leads to a program.
    pub(super) const fn program(self) -> Self {
        Self { leads: Leads::ToProgram, ..self }
    }

    /// It is never shown.
    pub(super) const fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// The command line takes only what this parser takes.
    pub(super) const fn parser(self, parser: fn() -> ValueParser) -> Self {
        Self { parser: Some(parser), ..self }
    }

    /// It cannot stand beside these options.
    pub(super) const fn not_with(self, conflicts: &'static [&'static str]) -> Self {
        Self { conflicts, ..self }
    }

    /// It is said for one run at a time.
    pub(super) const fn not_in_config(self) -> Self {
        Self { in_config: false, ..self }
    }

    /// It is no option of its own.
    pub(super) const fn not_on_command_line(self) -> Self {
        Self { on_command_line: false, ..self }
    }

    /// It stands in a config file only.
    pub(super) const fn only_in_config(self) -> Self {
        Self { on_command_line: false, in_environment: false, ..self }
    }

    /// It is typed, and stands nowhere else.
    pub(super) const fn only_on_command_line(self) -> Self {
        Self { in_environment: false, in_config: false, ..self }
    }

    /// It is between this program and itself.
    pub(super) const fn internal(self) -> Self {
        Self { is_internal: true, ..self }
    }

    /// What stands beside its name in the catalogue.
    pub(super) const fn described(self, heading: &'static str, help: &'static [&'static str]) -> Self {
        Self { help, heading, ..self }
    }

    /// Its key in a config file.
    pub(crate) fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Its variables, each with whether it says the opposite. Ours comes first.
    pub(crate) fn variables(&self) -> Vec<(String, bool)> {
        if !self.in_environment {
            return Vec::new();
        }
        let name = self.key().to_ascii_uppercase();
        let mut variables = vec![(format!("IMMICH_SYNC_{name}"), false)];
        variables.extend(self.aliases.iter().map(|alias| ((*alias).to_owned(), false)));
        if matches!(self.kind, Kind::Flag(_)) {
            variables.push((format!("IMMICH_SYNC_NO_{name}"), true));
        }
        variables
    }

    /// The option, and the one that takes it back where there is one. `hidden` keeps it out of the help.
    pub(crate) fn arguments(&self, hidden: bool) -> Vec<Arg> {
        let base = |id: String, option: String| {
            let arg = Arg::new(id).long(option).help_heading(self.heading).hide(hidden);
            arg.help(self.sentence()).conflicts_with_all(self.conflicts)
        };
        let arg = base(self.name.to_owned(), self.option.to_owned()).aliases(self.also);
        let arg = match self.short {
            Some(letter) => arg.short(letter),
            None => arg,
        };
        match self.kind {
            Kind::Choice => vec![arg.action(ArgAction::SetTrue)],
            Kind::Flag(on) => {
                let opposite = format!("no-{}", self.name);
                let yes = arg.action(ArgAction::SetTrue).overrides_with(opposite.clone()).hide(hidden || on);
                let no = base(opposite, format!("no-{}", self.option))
                    .action(ArgAction::SetTrue)
                    .overrides_with(self.name);
                vec![yes, no.conflicts_with_all([] as [&str; 0]).hide(hidden || !on)]
            }
            Kind::Value => vec![self.taking(arg.action(ArgAction::Set))],
            Kind::Values(_) => vec![self.taking(arg.action(ArgAction::Append))],
        }
    }

    fn taking(&self, arg: Arg) -> Arg {
        let arg = arg.value_name(self.value_name).ignore_case(true);
        let arg = if self.takes_many { arg.num_args(1..) } else { arg };
        match (self.parser, self.leads) {
            (Some(parser), _) => arg.value_parser(parser()),
            (None, Leads::Nowhere) => arg.value_parser(ValueParser::string()),
            (None, Leads::ToFile | Leads::ToProgram) => arg.value_parser(ValueParser::path_buf()),
        }
    }

    /// Its letter.
    pub(crate) fn letter(&self) -> Option<char> {
        self.short
    }

    /// What stands for its value in the help.
    pub(crate) fn placeholder(&self) -> &'static str {
        self.value_name
    }

    /// The words that it takes, where it takes only some.
    pub(crate) fn words(&self) -> Vec<String> {
        let parser = self.parser.map(|parser| parser());
        let values = parser.as_ref().and_then(ValueParser::possible_values).into_iter().flatten();
        values.filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect()
    }

    /// The help in one line, with the default.
    pub(crate) fn sentence(&self) -> String {
        let mut sentence = self.help.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        if !self.default.is_empty() {
            sentence = format!("{sentence} [default: {}]", self.default);
        }
        sentence
    }

    /// The values in one text, as a variable or a line of a file holds them.
    pub(crate) fn split(&self, text: &str) -> Vec<OsString> {
        match self.kind {
            Kind::Values(separators) => {
                let parts = text.split(separators).map(str::trim).filter(|part| !part.is_empty());
                parts.map(OsString::from).collect()
            }
            Kind::Value | Kind::Flag(_) | Kind::Choice => vec![text.trim().into()],
        }
    }

    /// Whether it is a yes or no.
    pub(crate) fn is_yes_or_no(&self) -> bool {
        matches!(self.kind, Kind::Flag(_) | Kind::Choice)
    }
}

/// A word that means yes or no.
pub(crate) fn yes_or_no(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
