//! The manual, made from the command line's own description.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Args, ManArgs};
use crate::exit::{ExitStatus, usage};
use crate::language;
use crate::nearest::nearest;
use crate::output::Console;

/// Prints a page, or writes all of them into a folder.
pub(crate) fn run(args: &ManArgs) -> ExitStatus {
    let done = match &args.dir {
        Some(folder) => write_all(folder),
        None => page(&args.command).map(|page| {
            // A reader that went away is nothing to complain about.
            let _ = std::io::stdout().lock().write_all(&page);
        }),
    };
    match done {
        Ok(()) => ExitStatus::Ok,
        Err(error) => {
            Console::detect().error(&error);
            ExitStatus::of_error(&error, None)
        }
    }
}

fn write_all(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let written = || format!("the manual cannot be written into `{}`", folder.display());
    clap_mangen::generate_to(Args::in_language(), folder).with_context(written)?;
    for page in pages(&Args::command(), "") {
        let path = folder.join(format!("{page}.1"));
        let text = std::fs::read(&path).with_context(written)?;
        std::fs::write(&path, with_headings(&text)).with_context(written)?;
    }
    Ok(())
}

/// The names of the pages of a command and of those below it.
fn pages(command: &clap::Command, above: &str) -> Vec<String> {
    let name = format!("{above}{}", command.get_name());
    let below = command.get_subcommands().filter(|command| !command.is_hide_set());
    let mut names: Vec<String> = below.flat_map(|command| pages(command, &format!("{name}-"))).collect();
    names.push(name);
    names
}

/// A page with the headings that manuals have in the language of the reader; whoever made it knows those of English only.
fn with_headings(page: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(page).into_owned();
    for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "SUBCOMMANDS", "VERSION", "EXTRA"] {
        text = text.replace(&format!(".SH {heading}\n"), &format!(".SH {}\n", language::word_of(heading)));
    }
    text.into_bytes()
}

/// The page of a command, or of one below it: `import folder`.
fn page(words: &[String]) -> Result<Vec<u8>> {
    let mut described = Args::in_language();
    described.build();
    let mut names: Vec<String> = Vec::new();
    for word in words.iter().flat_map(|words| words.split_whitespace()) {
        let found = described.find_subcommand(word).cloned();
        described = found.ok_or_else(|| {
            let known = described.get_subcommands().map(clap::Command::get_name);
            let hint =
                nearest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            names.push(word.to_owned());
            usage(format!("there is no command `{}`{hint}", names.join(" ")))
        })?;
        names.push(word.to_owned());
    }
    let mut page = Vec::new();
    Man::new(described).render(&mut page).context("the manual cannot be made")?;
    Ok(with_headings(&page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::tests::in_german;

    #[test]
    fn pages_are_german_to_their_headings() {
        let page = in_german(|| String::from_utf8(page(&["write".to_owned()]).unwrap()).unwrap());

        for heading in ["BEZEICHNUNG", "ÜBERSICHT", "BESCHREIBUNG", "OPTIONEN", "AUSGABE"] {
            assert!(page.contains(&format!(".SH {heading}\n")), "{heading}: {page}");
        }
        assert!(!page.contains(".SH EXTRA") && !page.contains(".SH NAME"), "{page}");
    }

    #[test]
    fn every_command_has_a_page_with_its_options() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let text = |names: &[&str]| String::from_utf8(page(&words(names)).unwrap()).unwrap();
        let wrong = |names: &[&str]| page(&words(names)).unwrap_err().to_string();

        assert!(text(&[]).contains("immich\\-sync"));
        assert!(text(&["write"]).contains("\\-\\-face\\-coordinates"));
        for names in [&["import", "folder"][..], &["import folder"]] {
            let page = text(names);
            assert!(page.contains("\\-\\-folder\\-as\\-album"), "{page}");
            assert!(page.contains("immich\\-sync import folder"), "{page}");
        }
        assert!(wrong(&["wite"]).contains("did you mean `write`?"));
        assert!(wrong(&["import", "foldr"]).contains("`import foldr`; did you mean `folder`?"));
    }

    #[test]
    fn all_pages_can_be_written_into_a_folder() {
        let folder = tempfile::tempdir().unwrap();

        write_all(folder.path()).unwrap();

        for name in ["immich-sync.1", "immich-sync-write.1", "immich-sync-import-folder.1"] {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
    }
}
