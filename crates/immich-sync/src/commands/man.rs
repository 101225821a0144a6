//! The manual, made from the command line's own description.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Args, ManArgs};
use crate::exit::{ExitStatus, usage};
use crate::nearest::nearest;
use crate::output::Console;

/// Prints a page, or writes all of them into a folder.
pub(crate) fn run(args: &ManArgs) -> ExitStatus {
    let done = match &args.dir {
        Some(folder) => write_all(folder),
        None => page(args.command.as_deref()).map(|page| {
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
    clap_mangen::generate_to(Args::command(), folder)
        .with_context(|| format!("the manual cannot be written into `{}`", folder.display()))
}

fn page(command: Option<&str>) -> Result<Vec<u8>> {
    let mut program = Args::command();
    program.build();
    let described = match command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                let names = program.get_subcommands().map(clap::Command::get_name);
                let hint =
                    nearest(name, names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                usage(format!("there is no command `{name}`{hint}"))
            })?
        }
    };
    let mut page = Vec::new();
    Man::new(described).render(&mut page).context("the manual cannot be made")?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_options() {
        let text = |command| String::from_utf8(page(command).unwrap()).unwrap();

        assert!(text(None).contains("immich\\-sync"));
        assert!(text(Some("write")).contains("\\-\\-face\\-coordinates"));
        assert!(page(Some("wite")).unwrap_err().to_string().contains("did you mean `write`?"));
    }

    #[test]
    fn all_pages_can_be_written_into_a_folder() {
        let folder = tempfile::tempdir().unwrap();

        write_all(folder.path()).unwrap();

        for name in ["immich-sync.1", "immich-sync-write.1", "immich-sync-undo.1"] {
            assert!(folder.path().join(name).is_file(), "{name}");
        }
    }
}
