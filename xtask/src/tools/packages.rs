//! Programs of the system: which are missing, and the one line that installs them.
//!
//! As root, in a container or on a build machine, the line is run after it was shown. For anybody
//! else it is printed: asking for a password in the middle of a test run helps nobody.

use std::process::{Command, Stdio};

use crate::environment::program;
use crate::shell;
use crate::stop::{MISSING_TOOL, Stop};

/// A program under any of its names or a library, and the package that has it per package manager.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool {
    title: &'static str,
    /// Any of these is enough; without one it is a library.
    programs: &'static [&'static str],
    /// How pkg-config calls the library.
    library: Option<&'static str>,
    apt: &'static str,
    dnf: &'static str,
    apk: &'static str,
    brew: &'static str,
}

impl Tool {
    fn is_there(&self) -> bool {
        let is_found =
            |name: &str| shell::output_of(Command::new("pkg-config").args(["--exists", name])).is_ok();
        self.programs.iter().any(|name| program(name).is_some()) || self.library.is_some_and(is_found)
    }
}

/// Runs ExifTool.
pub(super) const PERL: Tool = Tool {
    title: "perl",
    programs: &["perl"],
    library: None,
    apt: "perl",
    dnf: "perl",
    apk: "perl",
    brew: "perl",
};
/// Fetches ExifTool.
pub(super) const NPM: Tool = Tool {
    title: "npm",
    programs: &["npm"],
    library: None,
    apt: "npm",
    dnf: "nodejs-npm",
    apk: "npm",
    brew: "node",
};
/// Unpacks ExifTool.
pub(super) const TAR: Tool = Tool {
    title: "tar",
    programs: &["tar"],
    library: None,
    apt: "tar",
    dnf: "tar",
    apk: "tar",
    brew: "gnu-tar",
};
/// Builds the bundled SQLite and the decoders.
pub(super) const C_COMPILER: Tool = Tool {
    title: "a C compiler",
    programs: &["cc", "gcc", "clang"],
    library: None,
    apt: "build-essential",
    dnf: "gcc",
    apk: "build-base",
    brew: "llvm",
};

/// Watches system calls, in tests that are skipped without it; there is none on macOS.
pub(super) const STRACE: Tool = Tool {
    title: "strace",
    programs: &["strace"],
    library: None,
    apt: "strace",
    dnf: "strace",
    apk: "strace",
    brew: "strace",
};

/// Reads the units that a schedule is made of, as it will on the machine where they are installed; Linux only.
pub(super) const SYSTEMD: Tool = Tool {
    title: "systemd-analyze",
    programs: &["systemd-analyze"],
    library: None,
    apt: "systemd",
    dnf: "systemd",
    apk: "systemd",
    brew: "systemd",
};
/// Reads the script of the container.
pub(super) const SHELLCHECK: Tool = Tool {
    title: "shellcheck",
    programs: &["shellcheck"],
    library: None,
    apt: "shellcheck",
    dnf: "ShellCheck",
    apk: "shellcheck",
    brew: "shellcheck",
};

/// Shows web pages.
pub(super) const CHROMIUM: Tool = Tool {
    title: "Chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    library: None,
    apt: "chromium",
    dnf: "chromium",
    apk: "chromium",
    brew: "--cask chromium",
};
/// Drives it.
pub(super) const NODE: Tool = Tool {
    title: "node",
    programs: &["node"],
    library: None,
    apt: "nodejs",
    dnf: "nodejs",
    apk: "nodejs",
    brew: "node",
};

impl Tool {
    /// The names that its program has.
    pub(super) const fn programs(&self) -> &'static [&'static str] {
        self.programs
    }
}

/// Makes decoding a JPEG faster; without it the decoder is built without vector instructions. Not needed on ARM.
pub(super) const NASM: Tool = Tool {
    title: "nasm",
    programs: &["nasm"],
    library: None,
    apt: "nasm",
    dnf: "nasm",
    apk: "nasm",
    brew: "nasm",
};
/// Finds libheif.
pub(super) const PKG_CONFIG: Tool = Tool {
    title: "pkg-config",
    programs: &["pkg-config", "pkgconf"],
    library: None,
    apt: "pkg-config",
    dnf: "pkgconf-pkg-config",
    apk: "pkgconf",
    brew: "pkgconf",
};
/// Decodes HEIC and AVIF in the feature `heif`.
pub(super) const LIBHEIF: Tool = Tool {
    title: "libheif",
    programs: &[],
    library: Some("libheif >= 1.13"),
    apt: "libheif-dev",
    dnf: "libheif-devel",
    apk: "libheif-dev",
    brew: "libheif",
};

/// The package managers, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Apk,
    Brew,
}

impl Manager {
    fn find() -> Option<Self> {
        let known = [("apt-get", Self::Apt), ("dnf", Self::Dnf), ("apk", Self::Apk), ("brew", Self::Brew)];
        known.into_iter().find(|(name, _)| program(name).is_some()).map(|(_, manager)| manager)
    }

    /// One line for a shell.
    fn line(self, missing: &[Tool]) -> String {
        let (command, package): (&str, fn(&Tool) -> &'static str) = match self {
            Self::Apt => ("apt-get update && apt-get install -y --no-install-recommends", |tool| tool.apt),
            Self::Dnf => ("dnf install -y", |tool| tool.dnf),
            Self::Apk => ("apk add", |tool| tool.apk),
            Self::Brew => ("brew install", |tool| tool.brew),
        };
        let packages: Vec<&str> = missing.iter().map(package).collect();
        format!("{command} {}", packages.join(" "))
    }

    /// The line as somebody who is not root types it.
    fn line_for_user(self, missing: &[Tool]) -> String {
        match self {
            Self::Brew => self.line(missing),
            Self::Apt | Self::Dnf | Self::Apk => format!("sudo sh -c '{}'", self.line(missing)),
        }
    }
}

/// Sees to it that all these programs are there; without the right to install them it says how.
pub(super) fn require(tools: &[Tool]) -> anyhow::Result<()> {
    let missing = missing(tools);
    if missing.is_empty() {
        return Ok(());
    }
    let titles = titles(&missing);
    match Manager::find() {
        Some(manager) if manager != Manager::Brew && is_root() => {
            eprintln!("{titles} is missing; installing it with the package manager of the system");
            let line = manager.line(&missing);
            let installed = shell::run(Command::new("sh").args(["-c", &line]).stdin(Stdio::null()));
            match installed {
                Ok(()) if self::missing(tools).is_empty() => Ok(()),
                _ => Err(stop(&format!("{titles} could not be installed. Please run:\n    {line}"))),
            }
        }
        Some(manager) => {
            Err(stop(&format!("{titles} is missing. Please run:\n    {}", manager.line_for_user(&missing))))
        }
        None => Err(stop(&format!("{titles} is missing. Please install it."))),
    }
}

fn missing(tools: &[Tool]) -> Vec<Tool> {
    tools.iter().filter(|tool| !tool.is_there()).copied().collect()
}

fn titles(tools: &[Tool]) -> String {
    tools.iter().map(|tool| tool.title).collect::<Vec<_>>().join(" and ")
}

fn stop(message: &str) -> anyhow::Error {
    Stop { code: MISSING_TOOL, message: message.to_owned() }.into()
}

fn is_root() -> bool {
    shell::output_of(Command::new("id").arg("-u")).is_ok_and(|answer| answer.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_installs_all_that_is_missing() {
        assert_eq!(
            Manager::Apt.line(&[NPM, PERL]),
            "apt-get update && apt-get install -y --no-install-recommends npm perl"
        );
        assert_eq!(Manager::Dnf.line_for_user(&[NPM]), "sudo sh -c 'dnf install -y nodejs-npm'");
        assert_eq!(Manager::Brew.line_for_user(&[NPM]), "brew install node");
    }

    #[test]
    fn a_library_that_nobody_has_is_missing() {
        assert_eq!(missing(&[Tool { library: Some("no-such-library-anywhere"), ..LIBHEIF }]).len(), 1);
    }

    #[test]
    fn a_program_under_one_of_its_names_is_not_missing() {
        let shell = Tool { programs: &["no-such-program-anywhere", "sh"], ..PERL };
        let nothing = Tool { programs: &["no-such-program-anywhere"], ..PERL };

        assert_eq!(missing(&[shell, nothing]).len(), 1);
    }
}
