//! The Dockerfile: what hadolint would say, and what only we can know.
//!
//! hadolint is one binary from a page that not every machine reaches: it is asked where it is installed, and the few of its
//! rules that matter here are a screen of code. What it cannot know: that ExifTool is that of the tests, and Rust that of the project.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::{FOLDER, Problem, text_of};
use crate::{environment, shell, tools};

pub(super) const FILE: &str = "docker/Dockerfile";

/// An instruction, its lines joined.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// From 1 on.
    pub(super) line: usize,
    /// In capitals.
    pub(super) name: String,
    pub(super) rest: String,
}

/// The instructions of a Dockerfile.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (code, goes_on) = line.strip_suffix('\\').map_or((line, false), |code| (code.trim_end(), true));
        match found.last_mut().filter(|_| is_open) {
            Some(step) => {
                step.rest.push(' ');
                step.rest.push_str(code);
            }
            None => {
                let (name, rest) = code.split_once(' ').unwrap_or((code, ""));
                found.push(Step { line: at + 1, name: name.to_uppercase(), rest: rest.trim().to_owned() });
            }
        }
        is_open = goes_on;
    }
    found
}

/// The instructions of the last stage: what is in the image.
pub(super) fn last_stage(steps: &[Step]) -> &[Step] {
    let from = steps.iter().rposition(|step| step.name == "FROM").unwrap_or(0);
    steps.get(from..).unwrap_or_default()
}

pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<Problem>> {
    let text = text_of(root, FILE)?;
    if environment::program("hadolint").is_some() {
        shell::run(Command::new("hadolint").arg(root.join(FOLDER).join(FILE)))?;
    } else {
        println!("SKIPPED hadolint of {FILE}: it is not installed");
    }
    let toolchain = fs::read_to_string(root.join("rust-toolchain.toml")).context("rust-toolchain.toml")?;
    let rust = toolchain.split('"').nth(1).unwrap_or_default().to_owned();
    let facts = Facts { rust, exiftool: tools::EXIFTOOL_PACKAGE, has: &|path| root.join(path).exists() };
    let found = faults(&steps(&text), &facts);
    Ok(found.into_iter().map(|(line, text)| Problem { file: FILE, line, text }).collect())
}

/// What is true of the project.
struct Facts<'a> {
    rust: String,
    /// Name, version and SHA-256 of the package with ExifTool.
    exiftool: [&'static str; 3],
    has: &'a dyn Fn(&str) -> bool,
}

fn faults(steps: &[Step], facts: &Facts<'_>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut tell = |line: usize, text: &str| found.push((line, text.to_owned()));
    let mut stages: Vec<&str> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match step.name.as_str() {
            "FROM" => {
                let (image, name) = step.rest.split_once(" AS ").unwrap_or((&step.rest, ""));
                if !stages.contains(&image) && (!image.contains(':') || image.ends_with(":latest")) {
                    tell(step.line, "an image without a fixed tag");
                }
                if image.starts_with("rust:") && !image.starts_with(&format!("rust:{}-", facts.rust)) {
                    tell(step.line, "another Rust than rust-toolchain.toml");
                }
                stages.push(name);
            }
            "ADD" => add(step, steps.get(at + 1), facts, &mut tell),
            "COPY" => copy(step, facts, &stages, &mut tell),
            "RUN" if step.rest.contains("apt-get install") => apt(step, &mut tell),
            "CMD" | "ENTRYPOINT" if !step.rest.starts_with('[') => {
                tell(step.line, "not in the form of a list: signals would end at a shell");
            }
            "MAINTAINER" => tell(step.line, "is obsolete; use a label"),
            _ => {}
        }
    }
    for name in ["USER", "HEALTHCHECK", "ENTRYPOINT", "CMD", "VOLUME", "LABEL"] {
        if !last_stage(steps).iter().any(|step| step.name == name) {
            tell(0, &format!("the image has no {name}"));
        }
    }
    if let Some(user) = last_stage(steps).iter().rev().find(|step| step.name == "USER")
        && (user.rest.starts_with('0') || user.rest.starts_with("root") || !user.rest.contains(':'))
    {
        tell(user.line, "the image runs as root, or in no group of its own");
    }
    found
}

/// A download, and the step behind it that looks at its check sum. `ADD --checksum` is not for everybody: podman 4 refuses it.
fn add(step: &Step, next: Option<&Step>, facts: &Facts<'_>, tell: &mut impl FnMut(usize, &str)) {
    let [name, version, sum] = facts.exiftool;
    if step.rest.contains("--checksum") {
        tell(step.line, "podman 4 and docker without BuildKit know no `ADD --checksum`");
    }
    let checked = next.filter(|next| next.name == "RUN" && next.rest.contains("sha256sum --check"));
    if step.rest.contains("http") && checked.is_none() {
        tell(step.line, "a download without a check of its sum in the step behind it");
    }
    if step.rest.contains(name)
        && !(step.rest.contains(&format!("{name}-{version}.tgz"))
            && checked.is_some_and(|next| next.rest.contains(&format!("\"{sum}  "))))
    {
        tell(step.line, &format!("ExifTool is not that of the tests ({version}, {sum})"));
    }
}

fn copy(step: &Step, facts: &Facts<'_>, stages: &[&str], tell: &mut impl FnMut(usize, &str)) {
    let words: Vec<&str> = step.rest.split_whitespace().collect();
    let from = words.iter().find_map(|word| word.strip_prefix("--from="));
    if let Some(stage) = from {
        if !stages.contains(&stage) {
            tell(step.line, &format!("there is no stage `{stage}`"));
        }
        return;
    }
    let paths: Vec<&&str> = words.iter().filter(|word| !word.starts_with("--")).collect();
    for path in paths.iter().rev().skip(1) {
        if !(facts.has)(path) {
            tell(step.line, &format!("there is no `{path}`"));
        }
    }
}

fn apt(step: &Step, tell: &mut impl FnMut(usize, &str)) {
    if !step.rest.contains("--no-install-recommends") {
        tell(step.line, "installs recommended packages");
    }
    if !step.rest.contains("rm -rf /var/lib/apt/lists/*") {
        tell(step.line, "keeps the lists of apt");
    }
    if !step.rest.contains("apt-get update") {
        tell(step.line, "installs by an old list of packages");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "FROM rust:1.2.3-slim AS build\n# a comment\nRUN apt-get update \\\n && apt-get install -y \
        --no-install-recommends x \\\n && rm -rf /var/lib/apt/lists/*\nCOPY Cargo.toml ./\n\
        ADD https://r/et-9.tgz /e\nRUN echo \"abc  /e\" > /s && sha256sum --check /s\nFROM debian:a-slim\nLABEL a=b\nCOPY --from=build /x /y\n\
        VOLUME [\"/a\"]\nUSER 1000:1000\nHEALTHCHECK CMD [\"x\"]\nENTRYPOINT [\"x\"]\nCMD [\"y\"]\n";

    fn told(text: &str) -> Vec<(usize, String)> {
        let facts = Facts {
            rust: "1.2.3".to_owned(),
            exiftool: ["et", "9", "abc"],
            has: &|path| path == "Cargo.toml",
        };
        faults(&steps(text), &facts)
    }

    #[test]
    fn a_sound_file_has_no_fault() {
        assert_eq!(told(GOOD), []);
    }

    #[test]
    fn lines_that_go_on_are_one_step() {
        let steps = steps(GOOD);

        assert_eq!(steps[1].line, 3);
        assert!(steps[1].rest.ends_with("x && rm -rf /var/lib/apt/lists/*"), "{steps:?}");
    }

    #[test]
    fn each_fault_is_told() {
        for (good, bad) in [
            ("debian:a-slim", "debian"),
            ("debian:a-slim", "debian:latest"),
            ("rust:1.2.3", "rust:1.2.4"),
            ("USER 1000:1000\n", ""),
            ("USER 1000:1000", "USER 0:0"),
            ("USER 1000:1000", "USER root"),
            ("HEALTHCHECK CMD [\"x\"]\n", ""),
            ("--no-install-recommends ", ""),
            (" \\\n && rm -rf /var/lib/apt/lists/*", ""),
            (" && sha256sum --check /s", ""),
            ("abc  /e", "abd  /e"),
            ("ADD https", "ADD --checksum=sha256:abc https"),
            ("et-9.tgz", "et-8.tgz"),
            ("--from=build", "--from=other"),
            ("COPY Cargo.toml", "COPY Cargo.tom"),
            ("CMD [\"y\"]", "CMD y"),
        ] {
            let changed = GOOD.replace(good, bad);
            assert_ne!(changed, GOOD, "`{good}` is not in the file");
            assert!(!told(&changed).is_empty(), "`{bad}` is not told");
        }
    }
}
