//! Packages: what can be said of them where nothing can be built.
//!
//! A Dockerfile is wrong for a year before somebody builds it on the one machine where it matters. So what can be
//! checked without a container engine, Homebrew and nix is checked here: the words of the files, what they name, the
//! dropping of root, and (`--image`, as root on Debian) the steps of the image in a folder that debootstrap makes.

mod compose;
mod dockerfile;
mod entrypoint;
mod formula;
mod image;
mod units;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::shell;
use crate::workspace::Workspace;

/// The folder of all of it.
const FOLDER: &str = "packaging";

/// What `cargo xtask packages` takes.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct PackagesArgs {
    /// Run the steps of the image in a Debian folder, and the program in it on a read-only root; needs root
    #[arg(long)]
    image: bool,
    /// Print the Homebrew formula of a release: the address of its archive
    #[arg(long, value_name = "URL", requires_all = ["archive", "homepage"])]
    formula: Option<String>,
    /// With --formula: the same archive on this machine
    #[arg(long, value_name = "FILE")]
    archive: Option<PathBuf>,
    /// With --formula: the page of the project
    #[arg(long, value_name = "URL")]
    homepage: Option<String>,
    /// Write manual pages and completions into target/packages, for cargo-deb
    #[arg(long)]
    generated: bool,
}

/// Something that is wrong with a package.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    file: &'static str,
    /// From 1 on; 0 for the file as a whole.
    line: usize,
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{FOLDER}/{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Checks the packages, or makes what was asked for.
pub(crate) fn run(workspace: &Workspace, args: &PackagesArgs) -> anyhow::Result<()> {
    if let (Some(url), Some(archive), Some(homepage)) = (&args.formula, &args.archive, &args.homepage) {
        return formula::print(workspace, url, archive, homepage);
    }
    if args.generated {
        return generate(workspace);
    }
    check(workspace)?;
    if args.image { image::run(workspace) } else { Ok(()) }
}

/// Prints each problem; any is an error.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let root = &workspace.root;
    let mut problems = dockerfile::problems(root)?;
    problems.extend(compose::problems(root)?);
    problems.extend(entrypoint::problems(root)?);
    problems.extend(formula::problems(workspace)?);
    problems.extend(units::problems(root)?);
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("packages: no problem");
            Ok(())
        }
        count => bail!("{count} problems in the packages"),
    }
}

/// Manual pages and completions as files, where the metadata of cargo-deb name them.
fn generate(workspace: &Workspace) -> anyhow::Result<()> {
    let program = build(workspace)?;
    let folder = workspace.target.join("packages");
    let manual = folder.join("man");
    fs::create_dir_all(&manual).with_context(|| manual.display().to_string())?;
    shell::run(shell::english(&program).args(["man", "--dir"]).arg(&manual))?;
    for (name, file) in [("bash", "immich-sync"), ("zsh", "_immich-sync"), ("fish", "immich-sync.fish")] {
        let completions = shell::output_of(shell::english(&program).args(["completions", name]))?;
        let path = folder.join(file);
        fs::write(&path, completions).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Builds the program as it is for developers.
fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    shell::run(
        Command::new("cargo").args(["build", "-q", "-p", "immich-sync"]).current_dir(&workspace.root),
    )?;
    Ok(workspace.target.join("debug/immich-sync"))
}

/// The text of a file of the packages.
fn text_of(root: &Path, file: &str) -> anyhow::Result<String> {
    let path = root.join(FOLDER).join(file);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}
