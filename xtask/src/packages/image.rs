//! The steps of the image without a container engine: in a folder that mmdebstrap makes, as root, on a mount of its own.
//!
//! It shows that packages exist by their names, that ExifTool runs with the Perl that is installed, that the program finds
//! its libraries, and that all of it works where the root is read-only and the user is somebody. It does not show that
//! a container engine reads the file the same way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::dockerfile::{self, Step};
use super::{FOLDER, build, text_of};
use crate::shell;
use crate::tools;
use crate::workspace::Workspace;

/// What is run in the image, and what has to be in its output.
const CALLS: [(&str, &str); 7] = [
    (
        "chroot --userspec=1000:1000 \"$ROOT\" env $ENV tini -- immich-sync-entrypoint --version",
        "immich-sync ",
    ),
    (
        "exec chroot \"$ROOT\" env $ENV PUID=1234 PGID=2345 tini -- immich-sync-entrypoint --version",
        "immich-sync ",
    ),
    (
        "chroot --userspec=1000:1000 \"$ROOT\" env $ENV /opt/exiftool/bin/exiftool -ver",
        tools::EXIFTOOL_VERSION,
    ),
    (
        "exec chroot \"$ROOT\" env $ENV PUID=1234 PGID=2345 tini -- immich-sync-entrypoint demo --assets 24",
        "claims were checked and hold",
    ),
    (
        "write_config; exec chroot --userspec=1000:1000 \"$ROOT\" env $ENV tini -- immich-sync-entrypoint health",
        "no run yet",
    ),
    (
        "write_config; chroot \"$ROOT\" env $ENV PUID=1234 PGID=2345 timeout --preserve-status 3 immich-sync-entrypoint daemon 2>&1",
        "Next run",
    ),
    ("! chroot --userspec=1000:1000 \"$ROOT\" touch /x 2>&1", "Read-only file system"),
];

/// A config file as somebody would mount it.
const WRITE_CONFIG: &str = "write_config() { install -d -o 1000 -g 1000 \"$ROOT/config/immich-sync\"\n\
    printf '[schedule]\\nat = [\"02:00\"]\\n' > \"$ROOT/config/immich-sync/config.toml\"; }\n";

/// Makes the folder, runs the steps of the last stage, and calls the program.
pub(super) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let steps = dockerfile::steps(&text_of(&workspace.root, dockerfile::FILE)?);
    let steps = dockerfile::last_stage(&steps);
    let suite = suite_of(steps)?;
    let work = tempfile::Builder::new().prefix("image-").tempdir_in(&workspace.target)?;
    let root = work.path().join("root");
    shell::run(
        Command::new("mmdebstrap")
            .args(["--quiet", "--variant=minbase", &suite])
            .arg(&root)
            .stdin(Stdio::null()),
    )?;
    for step in steps.iter().filter(|step| step.name == "RUN") {
        println!("RUN {}", step.rest);
        in_mounts(&root, "chroot \"$ROOT\" sh -ec \"$STEP\"", &[("STEP", &step.rest)])?;
    }
    fill(workspace, &root)?;
    let environment = variables(steps);
    for (call, wanted) in CALLS {
        let script = format!("{WRITE_CONFIG}mount -o remount,bind,ro \"$ROOT\"\n{call}");
        let said = in_mounts(&root, &script, &[("ENV", &environment)])?;
        if !said.contains(wanted) {
            bail!("`{call}` does not say `{wanted}`:\n{said}");
        }
        println!("ok: {call}");
    }
    Ok(())
}

/// The release of Debian that the image starts from.
fn suite_of(steps: &[Step]) -> anyhow::Result<String> {
    let from = steps.first().map(|step| step.rest.as_str()).unwrap_or_default();
    let suite = from.strip_prefix("debian:").and_then(|rest| rest.strip_suffix("-slim"));
    Ok(suite.context("the image does not start from debian:…-slim")?.to_owned())
}

/// What `ENV` sets, for `env`.
fn variables(steps: &[Step]) -> String {
    let all = steps.iter().filter(|step| step.name == "ENV").map(|step| step.rest.as_str());
    all.collect::<Vec<_>>().join(" ")
}

/// Puts what the stages before would have made where the last one copies it to.
fn fill(workspace: &Workspace, root: &Path) -> anyhow::Result<()> {
    let exiftool = tools::ready(workspace)?;
    let bin = exiftool.parent().context("ExifTool is in no folder")?;
    let target = root.join("opt/exiftool");
    fs::create_dir_all(&target).with_context(|| target.display().to_string())?;
    shell::run(Command::new("cp").arg("-rL").arg(bin).arg(target.join("bin")))?;
    let entrypoint = workspace.root.join(FOLDER).join("docker/entrypoint.sh");
    for (from, name) in [(build(workspace)?, "immich-sync"), (entrypoint, "immich-sync-entrypoint")] {
        let to: PathBuf = root.join("usr/local/bin").join(name);
        shell::run(Command::new("install").args(["-m", "755"]).arg(from).arg(to))?;
    }
    Ok(())
}

/// Runs a script with the mounts that a container has, which end with it.
fn in_mounts(root: &Path, script: &str, variables: &[(&str, &str)]) -> anyhow::Result<String> {
    let whole = format!(
        "set -eu\nmount --bind \"$ROOT\" \"$ROOT\"\nmount -t proc proc \"$ROOT/proc\"\nmount -t tmpfs tmpfs \"$ROOT/tmp\"\n\
         mount --bind /dev \"$ROOT/dev\"\nfor each in config state cache; do if [ -d \"$ROOT/$each\" ]; then \
         mount -t tmpfs -o uid=1000,gid=1000 tmpfs \"$ROOT/$each\"; fi; done\n\
         if [ -n \"${{STEP:-}}\" ]; then cp /etc/resolv.conf \"$ROOT/etc/resolv.conf\"; fi\n{script}\n"
    );
    let output = Command::new("unshare")
        .args(["--mount", "--pid", "--fork", "sh", "-c", &whole])
        .env("ROOT", root)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start unshare")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("a step of the image ended with {}:\n{said}", output.status);
    }
    Ok(said)
}
