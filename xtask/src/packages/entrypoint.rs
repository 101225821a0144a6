//! The start of the container: who the program runs as, asked of the script itself.
//!
//! A program of our own stands for immich-sync and says who it is. As root the script runs as it is; for anybody else in a
//! user namespace, where the system allows those.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

use super::{FOLDER, Problem};
use crate::environment;
use crate::shell;

const FILE: &str = "docker/entrypoint.sh";
/// Who am I, may I come back, and what was I told?
const STAND_IN: &str = "#!/bin/sh\n\
    echo \"$(id -u):$(id -g) groups $(id -G) new privileges $(grep -c 'NoNewPrivs:.*1' /proc/self/status) \
    capabilities $(sed -n 's/^CapEff:\\t0*//p' /proc/self/status) told $* umask $(umask)\"\n";

/// What is set, and what the program has to say then; `None` where the script has to refuse.
type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);

const CASES: [Case; 7] = [
    (&[], Some("1000:1000 groups 1000 new privileges 1 capabilities  told daemon --x y umask 0022")),
    (
        &[("PUID", "1234"), ("PGID", "2345")],
        Some("1234:2345 groups 2345 new privileges 1 capabilities  told daemon --x y umask 0022"),
    ),
    (
        &[("PUID", "99")],
        Some("99:1000 groups 1000 new privileges 1 capabilities  told daemon --x y umask 0022"),
    ),
    (
        &[("UMASK", "077")],
        Some("1000:1000 groups 1000 new privileges 1 capabilities  told daemon --x y umask 0077"),
    ),
    (&[("PUID", "anna")], None),
    (&[("PGID", "1000; id")], None),
    (&[("UMASK", "rwx")], None),
];

pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<Problem>> {
    let script = root.join(FOLDER).join(FILE);
    let mut found = Vec::new();
    if environment::program("shellcheck").is_some() {
        shell::run(Command::new("shellcheck").arg(&script))?;
    } else {
        println!("SKIPPED shellcheck of {FILE}: it is not installed");
    }
    let folder = tempfile::tempdir()?;
    let Some(prefix) = rootly(folder.path()) else {
        println!("SKIPPED dropping root in {FILE}: neither root nor user namespaces");
        return Ok(found);
    };
    let place = prepared(folder.path())?;
    for (variables, wanted) in CASES {
        let output = call(&prefix, &script, &place, variables)?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let is_right = match wanted {
            Some(wanted) => output.status.success() && said == wanted,
            None => output.status.code() == Some(2) && said.is_empty(),
        };
        if !is_right {
            let text = format!("with {variables:?} it says `{said}` instead of {wanted:?}");
            found.push(Problem { file: FILE, line: 0, text });
        }
    }
    Ok(found)
}

/// The words that make a command run as root: none, or those of a user namespace.
fn rootly(folder: &Path) -> Option<Vec<&'static str>> {
    let is_root = || shell::output_of(Command::new("id").arg("-u")).is_ok_and(|id| id.trim_ascii() == b"0");
    if is_root() {
        return Some(Vec::new());
    }
    let words = vec!["unshare", "--user", "--map-root-user", "--map-auto", "--"];
    let [program, arguments @ ..] = words.as_slice() else { return None };
    let status =
        Command::new(program).args(arguments).arg("true").current_dir(folder).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()).then_some(words)
}

/// A folder with the stand-in, which everybody may read.
fn prepared(folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    let place = folder.join("bin");
    fs::create_dir(&place)?;
    let program = place.join("immich-sync");
    fs::write(&program, STAND_IN)?;
    for path in [folder, place.as_path(), program.as_path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .with_context(|| path.display().to_string())?;
    }
    for name in ["config", "state", "cache"] {
        fs::create_dir(folder.join(name))?;
    }
    Ok(folder.to_owned())
}

fn call(prefix: &[&str], script: &Path, place: &Path, variables: &[(&str, &str)]) -> anyhow::Result<Output> {
    let mut words: Vec<&str> = prefix.to_vec();
    words.extend(["sh", "-c", "umask 022; exec sh \"$0\" \"$@\""]);
    let mut command = Command::new(words.first().copied().unwrap_or("sh"));
    command
        .args(words.get(1..).unwrap_or_default())
        .arg(script)
        .args(["daemon", "--x", "y"])
        .env_clear()
        .env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", place.join("bin").display()))
        .env("XDG_CONFIG_HOME", place.join("config"))
        .env("XDG_STATE_HOME", place.join("state"))
        .env("XDG_CACHE_HOME", place.join("cache"))
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    command.output().context("cannot start the script")
}
