//! What is measured: the program as a schedule starts it.

use std::process::{Command, Stdio};

use super::{Case, Scene};
use crate::support::program::{Program, SERVER_ROOT};

/// What is written besides the five kinds of `--all`.
pub(crate) fn arguments(case: &Case) -> Vec<&'static str> {
    let mut kinds = vec!["--albums"];
    kinds.extend(case.faces.then_some("--face-coordinates"));
    kinds
}

/// The program as a schedule starts it: no terminal, lines on its outputs.
pub(crate) fn unchanged(program: &Program, scene: &Scene) -> Command {
    let mut command = Command::new(&program.binary);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/nonexistent");
    command.env("IMMICH_API_KEY", scene.sandbox.api_key());
    command.args(["write", "--all"]).args(arguments(&scene.case)).args(["--rate-limit", "100000"]);
    command.args(["--server", &scene.sandbox.url()]).arg("--library").arg(scene.library());
    command.arg("--path-map").arg(format!("{SERVER_ROOT}={}", scene.library().display()));
    command.arg("--state-dir").arg(scene.state()).arg("--exiftool").arg(&program.exiftool);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}
