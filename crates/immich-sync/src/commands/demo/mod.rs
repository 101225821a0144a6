//! `immich-sync demo`: everything on a made-up library and a server inside this program.
//!
//! The demo is the program itself, not a film of it: the same settings, the same engine room, real HTTP, real
//! files. What it claims on the way is checked, and it ends well only if all of it held.

mod before_after;
mod counting;
mod import;
mod recorder;
mod server;
mod story;
mod teller;
mod twice;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::args::DemoArgs;
use crate::environment::Environment;
use crate::exit::{ExitStatus, usage};
use crate::output::Console;
use crate::settings::{EXIFTOOL, catalogue};

/// Runs the command; tells how it went.
pub(crate) fn run(args: &DemoArgs) -> ExitStatus {
    let console = Console::detect();
    match show(args, console) {
        Ok(true) => ExitStatus::Ok,
        Ok(false) => ExitStatus::Failed,
        Err(error) => {
            console.error(&error);
            ExitStatus::of_error(&error, None)
        }
    }
}

fn show(args: &DemoArgs, console: Console) -> Result<bool> {
    let exiftool = match &args.exiftool {
        Some(path) => path.clone(),
        None => {
            let given = Environment::of_process().find(&catalogue::EXIFTOOL)?;
            given.map_or_else(|| EXIFTOOL.into(), |given| given.path())
        }
    };
    let folder = folder(args.keep.as_deref())?;
    story::tell(&folder, usize::from(args.assets), &exiftool, console)
}

/// The folder that stays for looking at: new, or empty so that nothing of the user's is in the way.
fn folder(asked_for: Option<&Path>) -> Result<PathBuf> {
    let Some(path) = asked_for else {
        let folder = tempfile::Builder::new().prefix("immich-sync-demo-").tempdir();
        return Ok(folder.context("no folder for the demo can be made")?.keep());
    };
    std::fs::create_dir_all(path).with_context(|| format!("`{}` cannot be made", path.display()))?;
    let path = path.canonicalize().with_context(|| format!("`{}` cannot be found", path.display()))?;
    let mut entries = path.read_dir().with_context(|| format!("`{}` cannot be read", path.display()))?;
    if entries.next().is_some() {
        return Err(usage(format!("`{}` is not empty; name a new folder for the demo", path.display())));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let folder_with_file = tempfile::tempdir().unwrap();
        std::fs::write(folder_with_file.path().join("mine.jpg"), "x").unwrap();

        assert!(folder(Some(folder_with_file.path())).unwrap_err().to_string().contains("not empty"));
    }

    #[test]
    fn a_new_folder_is_made() {
        let parent = tempfile::tempdir().unwrap();

        assert!(folder(Some(&parent.path().join("a/b"))).unwrap().is_dir());
    }
}
