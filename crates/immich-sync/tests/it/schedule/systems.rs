//! A home folder of its own, and programs in the search path that stand for systemd, launchd and cron.
//!
//! They write down what they were asked, word by word, and answer as the real ones do.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A key, so that tests can look for it where it must not be.
pub(crate) const KEY: &str = "key-that-stays-where-it-is";

const SYSTEMCTL: &str = r#"#!/bin/sh
printf 'systemctl|%s|\n' "$*" >> "$FAKE/asked"
case "$*" in
  *is-enabled*|*is-active*) test -e "$FAKE/enabled";;
  *enable*) touch "$FAKE/enabled";;
  *disable*) rm -f "$FAKE/enabled";;
  *) true;;
esac
"#;

const LAUNCHCTL: &str = r#"#!/bin/sh
printf 'launchctl|%s|\n' "$*" >> "$FAKE/asked"
case "$1" in
  bootstrap) test ! -e "$FAKE/loaded" && touch "$FAKE/loaded" || { echo 'Bootstrap failed: 5' >&2; exit 5; };;
  bootout) rm "$FAKE/loaded" 2>/dev/null || { echo 'Boot-out failed: 3' >&2; exit 3; };;
  print|kickstart) test -e "$FAKE/loaded";;
esac
"#;

const CRONTAB: &str = r#"#!/bin/sh
printf 'crontab|%s|\n' "$*" >> "$FAKE/asked"
case "$1" in
  -l) test -e "$FAKE/crontab" && cat "$FAKE/crontab" || { echo 'no crontab for anna' >&2; exit 1; };;
  -) cat > "$FAKE/crontab";;
esac
"#;

const LOGINCTL: &str = "#!/bin/sh\ncat \"$FAKE/linger\" 2>/dev/null || echo no\n";

const JOURNALCTL: &str = "#!/bin/sh\nprintf 'journalctl|%s|\\n' \"$*\"\n";

/// The stage.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    /// With these programs.
    pub(crate) fn with(programs: &[&str]) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(stage.path("bin")).unwrap();
        std::fs::create_dir_all(stage.path("home/.config/immich-sync")).unwrap();
        for name in programs {
            let text = match *name {
                "systemctl" => SYSTEMCTL,
                "launchctl" => LAUNCHCTL,
                "crontab" => CRONTAB,
                "loginctl" => LOGINCTL,
                "journalctl" => JOURNALCTL,
                _ => panic!("no program {name}"),
            };
            stage.program(name, text);
        }
        stage.config("[schedule]\nat = [\"02:00\", \"14:30\"]\nrandom_delay = \"10m\"\n");
        stage
    }

    /// One more program.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.path("bin").join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Something below the stage.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Where the config file is.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.path("home/.config/immich-sync/config.toml")
    }

    /// Writes the config file, with a key in it.
    pub(crate) fn config(&self, text: &str) {
        let text = format!(
            "server = \"http://127.0.0.1:9\"\napi_key = \"{KEY}\"\nlibrary = \"/srv/photos\"\n{text}"
        );
        std::fs::write(self.config_file(), text).unwrap();
        std::fs::set_permissions(self.config_file(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The program, in this home and with these systems.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.args(arguments).env_clear().env("HOME", self.path("home")).env("FAKE", self.folder.path());
        command.env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()));
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// What the systems were asked since the last time somebody looked.
    pub(crate) fn asked(&self) -> Vec<String> {
        let path = self.path("asked");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(path);
        text.lines().map(str::to_owned).collect()
    }

    /// Every file of the stage with its text, but for the programs.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), read(&path)));
                }
            }
        }
        files
    }
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// It ended so.
    pub(crate) fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}
