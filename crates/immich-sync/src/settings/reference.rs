//! Every setting as a page of the documents, made from the one description of each.
//!
//! A page that is written by hand forgets the option of last month. This one cannot; a test compares it with the file.

use std::fmt::Write as _;

use super::catalogue;
use super::setting::{Kind, Setting};
use crate::config::in_tables;

const BEGINNING: &str = "\
# Configuration

Each setting is a key of the config file, an option and a variable of the environment at once. The command line comes
first, then the environment, then the config file, then the default. `immich-sync config show --origin` shows what each
one is and where that comes from; `immich-sync init` writes a config file, `immich-sync doctor` checks it.

The config file is `~/.config/immich-sync/config.toml`, or the one named by `--config` or `IMMICH_SYNC_CONFIG`. It is TOML;
a key of a table is written here as `[table] key`. An unknown key is an error, and the message names the nearest one. A
relative path in it starts at the folder of the file, `~/` at the home folder. A setting that holds several values takes a
list. `immich-sync config schema` prints a JSON schema for editors.

Config files of other tools (INI, `.env`, JSON, simple YAML) are read as they are, with their names for the settings; those
names are listed with the variables here. Two names of one setting that say different things are an error.

This page is made from the program (`immich-sync config reference`); do not edit it by hand.
";

const ACCOUNTS: &str = "
## Accounts

Several accounts on one server stand in a table `[[account]]` each. It holds one of `api_key`, `api_key_file` and
`api_key_command`.
";

/// The page, in Markdown.
pub(crate) fn page() -> String {
    let mut page = BEGINNING.to_owned();
    let mut heading = "";
    for setting in catalogue::all().filter(|setting| !setting.is_internal) {
        if setting.heading != heading {
            heading = setting.heading;
            let _ = write!(page, "\n## {heading}\n\n{HEAD}");
        }
        page.push_str(&row(&setting));
    }
    page.push_str(ACCOUNTS);
    page
}

const HEAD: &str = "| Key | Option | Variables | Default | What it does |\n| --- | --- | --- | --- | --- |\n";

fn row(setting: &Setting) -> String {
    let key = if setting.in_config { code(&shown(&in_tables(&setting.key()))) } else { "-".to_owned() };
    let variables: Vec<String> = setting
        .variables()
        .into_iter()
        .filter(|(name, is_opposite)| !is_opposite || setting.aliases.contains(&name.as_str()))
        .map(|(name, _)| code(&name))
        .collect();
    let variables = if variables.is_empty() { "-".to_owned() } else { variables.join(", ") };
    let cells = [key, option(setting), variables, default(setting), sentence(setting)];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn shown((table, key): &(Option<&str>, String)) -> String {
    table.map_or_else(|| key.clone(), |table| format!("[{table}] {key}"))
}

fn option(setting: &Setting) -> String {
    if !setting.on_command_line {
        return "-".to_owned();
    }
    let letter = setting.letter().map_or_else(String::new, |letter| format!(", `-{letter}`"));
    match setting.kind {
        Kind::Flag(true) => format!("`--no-{}`{letter}", setting.option),
        Kind::Flag(false) | Kind::Choice => format!("`--{}`{letter}", setting.option),
        Kind::Value | Kind::Values(_) => {
            format!("`--{} {}`{letter}", setting.option, setting.placeholder())
        }
    }
}

fn default(setting: &Setting) -> String {
    match setting.kind {
        Kind::Flag(on) => code(if on { "true" } else { "false" }),
        Kind::Choice => "-".to_owned(),
        Kind::Value | Kind::Values(_) if setting.default.is_empty() => "-".to_owned(),
        Kind::Value | Kind::Values(_) => code(setting.default),
    }
}

fn sentence(setting: &Setting) -> String {
    let mut sentence = setting.help.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let words = setting.words();
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| code(word)).collect();
        let _ = write!(sentence, ". One of {}", words.join(", "));
    }
    if !setting.also.is_empty() {
        let also: Vec<String> = setting.also.iter().map(|option| code(&format!("--{option}"))).collect();
        let _ = write!(sentence, ". Also as {}", also.join(", "));
    }
    sentence
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_documents_is_the_one_that_the_program_prints() {
        let file = include_str!("../../../../docs/configuration.md");

        assert!(
            file == page(),
            "docs/configuration.md is not current: immich-sync config reference > docs/configuration.md"
        );
    }

    #[test]
    fn every_setting_has_a_row_with_its_names() {
        let page = page();

        for setting in catalogue::all() {
            let names = setting.variables().into_iter().filter(|(_, is_opposite)| !is_opposite);
            for (name, _) in names {
                assert!(page.contains(&format!("`{name}`")), "{name}");
            }
        }
        assert!(page.contains("| `[organize] threshold` | `--threshold N` |"), "{page}");
        assert!(page.contains("| - | `--yes`, `-y` |"), "{page}");
        assert!(page.contains("| `album_hierarchy` | `--no-album-hierarchy` |"), "{page}");
    }

    #[test]
    fn a_row_has_five_cells_whatever_stands_in_them() {
        for line in page().lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
        }
    }
}
