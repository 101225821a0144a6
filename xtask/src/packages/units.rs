//! The samples of systemd units: read by systemd itself, where it is installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::{FOLDER, Problem};
use crate::environment;

const PLACE: &str = "systemd";

pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<Problem>> {
    let folder = root.join(FOLDER).join(PLACE);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    if environment::program("systemd-analyze").is_none() {
        println!("SKIPPED reading the units: there is no systemd-analyze");
        return Ok(Vec::new());
    }
    let mut units = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "service" || ending == "timer") {
            units.push(path);
        }
    }
    units.sort();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args(&units)
        .stdin(Stdio::null())
        .output()
        .context("cannot start systemd-analyze")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(faults(&said).into_iter().map(|text| Problem { file: PLACE, line: 0, text }).collect())
}

/// What systemd says of the units, but that the program is not installed here.
fn faults(said: &str) -> Vec<String> {
    said.lines()
        .filter(|line| line.contains("immich-sync") && !line.contains("is not executable"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_that_is_not_installed_here_is_no_fault() {
        let said = "immich-sync.service: Command /usr/bin/immich-sync is not executable: No such file or directory\n\
            /x/immich-sync.service:4: Unknown key name 'Nicee' in section 'Service', ignoring.\nother.mount: x\n";

        assert_eq!(
            faults(said),
            ["/x/immich-sync.service:4: Unknown key name 'Nicee' in section 'Service', ignoring."]
        );
    }
}
