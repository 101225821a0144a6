//! osxphotos at one known version, from the Python package index, in an environment of its own: what reading of Apple
//! Photos libraries is compared with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell;

const VERSION: &str = "0.77.2";

/// Installs it unless it is there, and answers with the path of the Python that has it.
pub(super) fn install(tools: &Path) -> anyhow::Result<PathBuf> {
    let root = tools.join("osxphotos");
    let python = root.join("bin/python3");
    if !works(&python) {
        eprintln!("osxphotos {VERSION} is not there; installing it into {}", root.display());
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&root))?;
        let package = format!("osxphotos=={VERSION}");
        shell::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", &package]))?;
    }
    Ok(python)
}

/// Whether it can be loaded and is of this version.
fn works(python: &Path) -> bool {
    let version = "import osxphotos; print(osxphotos.__version__)";
    let answer =
        Command::new(python).args(["-c", version]).stdin(Stdio::null()).stderr(Stdio::null()).output();
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).trim() == VERSION)
}
