//! The peer: czkawka_cli, on the same files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::clock;
use crate::score::Grouping;

/// A program that was found to run.
pub(crate) struct Czkawka {
    program: PathBuf,
    /// As it names itself.
    pub(crate) version: String,
}

/// Sets of options with the names that they have in the tables: its defaults, and the best that are known.
pub(crate) const OPTIONS: [(&str, &[&str]); 4] = [
    ("cz default", &[]),
    ("cz L3 s20", &["-m", "1", "-z", "Lanczos3", "-s", "20"]),
    ("cz 8x8 L3 s5", &["-m", "1", "-c", "8", "-z", "Lanczos3", "-s", "5"]),
    (
        "cz L3 s15 inv",
        &["-m", "1", "-z", "Lanczos3", "-s", "15", "--geometric-invariance", "mirror-flip-rotate90"],
    ),
];

impl Czkawka {
    pub(crate) fn at(program: &Path) -> Result<Self> {
        let output = Command::new(program).arg("--version").output();
        let output = output.with_context(|| format!("start {}", program.display()))?;
        ensure!(output.status.success(), "{} --version ended with {}", program.display(), output.status);
        let version = String::from_utf8_lossy(&output.stdout);
        Ok(Self {
            program: program.to_owned(),
            version: version.lines().next().unwrap_or("czkawka").to_owned(),
        })
    }

    /// Groups the files of a folder, with one thread and without its cache.
    pub(crate) fn grouping(&self, name: &str, folder: &Path, options: &[&str]) -> Result<Grouping> {
        let found = tempfile::NamedTempFile::new()?;
        let time = self.run(folder, options, found.path())?;
        let text = std::fs::read_to_string(found.path())?;
        // It writes nothing where it finds nothing.
        let found: Value =
            if text.trim().is_empty() { Value::Array(Vec::new()) } else { serde_json::from_str(&text)? };
        let groups = found.as_array().context("its groups are no list")?;
        let path = |member: &Value| {
            let path = Path::new(member.get("path")?.as_str()?);
            Some(path.strip_prefix(folder).ok()?.to_string_lossy().into_owned())
        };
        let members = |group: &Value| -> Vec<String> {
            group.as_array().into_iter().flatten().filter_map(path).collect()
        };
        let groups = groups.iter().map(|group| ("-".to_owned(), members(group))).collect();
        Ok(Grouping {
            name: name.to_owned(),
            groups,
            skipped: heic(folder)?,
            seconds: Some(time.as_secs_f64()),
        })
    }

    /// Its processor time.
    pub(crate) fn run(&self, folder: &Path, options: &[&str], found: &Path) -> Result<Duration> {
        let mut command = Command::new(&self.program);
        command.args(["image", "--thread-number", "1", "--disable-cache", "-M", "-N", "-W"]);
        command.arg("--directories").arg(folder).args(options).arg("-C").arg(found);
        clock::of_program(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }
}

/// What the build from the registry cannot read.
fn heic(folder: &Path) -> Result<BTreeSet<String>> {
    let mut skipped = BTreeSet::new();
    for entry in std::fs::read_dir(folder.join("planted"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|name| name == "heic") {
            skipped.insert(path.strip_prefix(folder)?.to_string_lossy().into_owned());
        }
    }
    Ok(skipped)
}
