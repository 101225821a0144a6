//! Packages of the npm registry at the versions of a `package-lock.json`, in a folder of their own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::shell;

/// Copies the files of `sources` into the folder, and fetches the packages that their lock names unless they are there.
/// No script of a package is run.
pub(super) fn install(folder: &Path, sources: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let lock = fs::read(sources.join("package-lock.json"))?;
    let is_installed = fs::read(folder.join("installed.json")).is_ok_and(|installed| installed == lock);
    for entry in fs::read_dir(sources).with_context(|| sources.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    if !is_installed {
        let mut install = Command::new("npm");
        install.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
        shell::run(install.current_dir(folder).stdin(Stdio::null()))?;
        fs::write(folder.join("installed.json"), lock)?;
    }
    Ok(())
}
