//! What the tests need besides Rust: perl, ExifTool 13.59, a C compiler for the bundled SQLite and the
//! decoders; where they can be had also strace, nasm and libheif.

mod browser;
mod czkawka;
mod exiftool;
mod node_packages;
mod official_client;
mod osxphotos;
mod packages;

use std::path::PathBuf;

pub(crate) use browser::Browser;
pub(crate) use exiftool::hex;

use crate::workspace::Workspace;

/// The version of ExifTool that all tests are written against.
pub(crate) const EXIFTOOL_VERSION: &str = exiftool::VERSION;
/// Where it comes from: the name of the package on npm, its version, its SHA-256.
pub(crate) const EXIFTOOL_PACKAGE: [&str; 3] = [exiftool::NAME, exiftool::RELEASE, exiftool::SHA_256];

/// Installs whatever is missing, and says where it is.
pub(crate) fn setup(workspace: &Workspace) -> anyhow::Result<()> {
    let exiftool = ready(workspace)?;
    println!("ExifTool {} is at {}", exiftool::VERSION, exiftool.display());
    if cfg!(target_os = "linux")
        && let Err(error) = packages::require(&[packages::STRACE])
    {
        eprintln!("{error:#}\nWithout it, tests that look at system calls are skipped.");
    }
    if cfg!(target_os = "linux")
        && let Err(error) = packages::require(&[packages::SYSTEMD])
    {
        eprintln!("{error:#}\nWithout it, the tests of generated units fail.");
    }
    if let Err(error) = packages::require(&[packages::SHELLCHECK]) {
        eprintln!("{error:#}\nWithout it, the script of the container is not read by it.");
    }
    if cfg!(any(target_arch = "x86_64", target_arch = "x86"))
        && let Err(error) = packages::require(&[packages::NASM])
    {
        eprintln!("{error:#}\nWithout it, JPEGs are decoded without vector instructions.");
    }
    if !heif() {
        eprintln!("Without it, the decoding of HEIC and AVIF is neither checked nor tested.");
    }
    Ok(())
}

/// Whether the feature `heif` can be built here; installs what it needs where that is possible.
pub(crate) fn heif() -> bool {
    // One after the other: the library is looked for with the program.
    let outcome =
        packages::require(&[packages::PKG_CONFIG]).and_then(|()| packages::require(&[packages::LIBHEIF]));
    if let Err(error) = &outcome {
        eprintln!("{error:#}");
    }
    outcome.is_ok()
}

/// Sees to it that all tools are there, and answers with the path of ExifTool.
pub(crate) fn ready(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    packages::require(&[packages::PERL, packages::C_COMPILER])?;
    exiftool::install(&workspace.tools())
}

/// Sees to it that there is a czkawka_cli to compare with, and answers with its path.
pub(crate) fn czkawka(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    packages::require(&[packages::C_COMPILER])?;
    czkawka::install(&workspace.tools())
}

/// Sees to it that there is an osxphotos to compare with, and answers with the Python that has it.
pub(crate) fn osxphotos(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    osxphotos::install(&workspace.tools())
}

/// Sees to it that the report page can be opened in a browser.
pub(crate) fn browser(workspace: &Workspace) -> anyhow::Result<Browser> {
    browser::install(&workspace.tools(), &workspace.root.join("tests/browser"))
}

/// Sees to it that there is the client of the Immich project to compare with: a node, and the script that it runs.
pub(crate) fn official_client(workspace: &Workspace) -> anyhow::Result<[PathBuf; 2]> {
    official_client::install(&workspace.tools(), &workspace.root.join("tests/official-client"))
}
