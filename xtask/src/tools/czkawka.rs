//! czkawka_cli at one known version, from the crate index: what similar photos are compared with in benchmarks.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell;

const VERSION: &str = "12.0.2";

/// Installs it unless it is there, which takes some minutes, and answers with the path of the program.
pub(super) fn install(tools: &Path) -> anyhow::Result<PathBuf> {
    let root = tools.join("czkawka");
    let program = root.join("bin/czkawka_cli");
    if !works(&program) {
        eprintln!("czkawka_cli {VERSION} is not there; building it into {}", root.display());
        let mut command = Command::new("cargo");
        command.args(["install", "czkawka_cli", "--version", VERSION, "--locked", "--root"]).arg(&root);
        shell::run(&mut command)?;
    }
    Ok(program)
}

/// Whether the program runs and is of this version.
fn works(program: &Path) -> bool {
    let answer = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains(VERSION))
}
