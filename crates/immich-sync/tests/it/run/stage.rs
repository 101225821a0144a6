//! A server, a library, a config file with jobs, and what runs of them leave.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::place::{Place, Said, exiftool};

/// All of it.
pub(crate) struct Stage {
    pub(crate) place: Place,
}

impl Stage {
    /// With so many photos, and these lines in the config file behind server, library and key.
    pub(crate) fn with(photos: usize, lines: &str) -> Self {
        let stage = Self { place: Place::with(photos) };
        stage.say(lines);
        stage
    }

    /// Other lines from now on.
    pub(crate) fn say(&self, lines: &str) {
        self.private("key", &self.place.sandbox.api_key());
        let text = format!(
            "server = {:?}\napi_key_file = \"key\"\nlibrary = \"library\"\nexiftool = {:?}\nworkers = 2\n\
             patience = \"2s\"\nrate_limit = 10000\n{lines}",
            self.place.sandbox.url(),
            exiftool().to_str().unwrap(),
        );
        self.private("config.toml", &text);
    }

    /// A file for its owner only, in the folder of the test.
    pub(crate) fn private(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// In the folder of the test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.folder.path().join(name)
    }

    /// `run` with the config file, and `arguments`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.bare(&["run", "--config"]);
        command.arg(self.path("config.toml")).args(arguments);
        command
    }

    /// The same to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::by(&mut self.command(arguments))
    }

    /// The same, and the one object that it leaves.
    #[track_caller]
    pub(crate) fn json(&self, code: i32) -> Value {
        let said = self.run(&["--json"]).ended_with(code);
        let objects = said.objects();
        assert_eq!(objects.len(), 1, "{}", said.stdout);
        objects[0].clone()
    }

    fn states(&self) -> PathBuf {
        self.place.home().join(".local/state/immich-sync")
    }

    /// What is remembered of a job.
    pub(crate) fn status(&self, job: &str) -> Value {
        let text = std::fs::read(self.states().join("runs/status.json")).unwrap();
        let status: Value = serde_json::from_slice(&text).unwrap();
        let jobs = status["jobs"].as_array().unwrap();
        jobs.iter().find(|found| found["name"] == job).unwrap_or(&Value::Null).clone()
    }

    /// Changes what is remembered of the first job.
    pub(crate) fn remember(&self, field: &str, value: &str) {
        let path = self.states().join("runs/status.json");
        let mut status: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        status["jobs"][0][field] = value.into();
        std::fs::write(&path, status.to_string()).unwrap();
    }

    /// What stands in the log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.states().join("log/immich-sync.log")).unwrap()
    }

    /// A program of the test: a line of shell.
    pub(crate) fn script(&self, name: &str, line: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.into_os_string().into_string().unwrap()
    }
}

/// A job that writes captions.
pub(crate) const CAPTIONS: &str =
    "[[job]]\nname = \"captions\"\ncommand = \"write\"\nwrite = [\"caption\"]\n";
