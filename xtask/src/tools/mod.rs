//! What the tests need besides Rust: perl, ExifTool 13.59, a C compiler for the bundled SQLite, and strace.

mod browser;
mod exiftool;
mod packages;

use std::path::PathBuf;

pub(crate) use browser::Browser;

use crate::workspace::Workspace;

/// Installs whatever is missing, and says where it is.
pub(crate) fn setup(workspace: &Workspace) -> anyhow::Result<()> {
    let exiftool = ready(workspace)?;
    println!("ExifTool {} is at {}", exiftool::VERSION, exiftool.display());
    if cfg!(target_os = "linux")
        && let Err(error) = packages::require(&[packages::STRACE])
    {
        eprintln!("{error:#}\nWithout it, tests that look at system calls are skipped.");
    }
    Ok(())
}

/// Sees to it that all tools are there, and answers with the path of ExifTool.
pub(crate) fn ready(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    packages::require(&[packages::PERL, packages::C_COMPILER])?;
    exiftool::install(&workspace.tools())
}

/// Sees to it that the report page can be opened in a browser.
pub(crate) fn browser(workspace: &Workspace) -> anyhow::Result<Browser> {
    browser::install(&workspace.tools(), &workspace.root.join("tests/browser"))
}
