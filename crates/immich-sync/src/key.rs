//! Where the API key comes from.
//!
//! The key opens a family's whole library, so it is worth a file of its own, a password manager or the secret
//! store of a container. On the command line every user of the machine can read it, and a shell remembers it;
//! it works there, with a warning. No message here shows what was found, only where.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, Result};
use immich_api::ApiKey;

use crate::config::{ConfigFile, Secret, is_open};
use crate::environment::Environment;
use crate::exit::{Complaint, ExitStatus, usage};
use crate::settings::names;

/// A password manager may ask its owner first.
const COMMAND_TIME: Duration = Duration::from_mins(1);

/// Longer than any key; the rest of a wrong file is not read.
const LONGEST: u64 = 4096;

/// Where the key will be taken from.
#[derive(Debug, Clone)]
pub(crate) enum KeySource {
    /// The command line.
    CommandLine(Secret),
    /// A variable of the environment, or the config file.
    Given {
        /// The key.
        key: Secret,
        /// For messages.
        place: String,
    },
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a program prints; it runs without a shell.
    Program(Vec<String>),
}

impl KeySource {
    /// Decides where the key comes from, and reads nothing but the environment.
    pub(crate) fn resolve(
        on_command_line: Option<&str>,
        environment: &Environment,
        config: &ConfigFile,
    ) -> Result<Self> {
        if let Some(key) = on_command_line {
            return Ok(Self::CommandLine(Secret(key.to_owned())));
        }
        if let Some(key) = environment.text(names::API_KEY)? {
            return Ok(Self::Given { key: Secret(key), place: "the environment".to_owned() });
        }
        if let Some(file) = environment.path(names::API_KEY_FILE)? {
            return Ok(Self::File(file));
        }
        Self::of_config(config)
    }

    fn of_config(config: &ConfigFile) -> Result<Self> {
        let place = format!("`{}`", config.path.display());
        match (&config.api_key, &config.api_key_file, &config.api_key_command) {
            (Some(key), None, None) => Ok(Self::Given { key: key.clone(), place }),
            (None, Some(file), None) => Ok(Self::File(file.clone())),
            (None, None, Some(command)) => Ok(Self::Program(command.clone())),
            (None, None, None) => Err(usage(
                "no API key; make one in Immich (account settings, API keys) and put it into IMMICH_API_KEY, \
                 or into a file named in IMMICH_API_KEY_FILE",
            )),
            _ => Err(usage(format!(
                "{place} holds more than one of api_key, api_key_file and api_key_command; keep one of them"
            ))),
        }
    }

    /// What is wrong with the way the key is kept, if anything.
    pub(crate) fn concerns(&self, config: &ConfigFile) -> Option<String> {
        let open = |path: &Path| {
            let path = path.display();
            format!("`{path}` holds the API key and can be read by other users; run `chmod 600` on it")
        };
        match self {
            Self::CommandLine(_) => Some(
                "the API key on the command line can be seen by every user of this machine; \
                 use IMMICH_API_KEY or IMMICH_API_KEY_FILE"
                    .to_owned(),
            ),
            Self::Given { .. } => (config.api_key.is_some() && config.is_open).then(|| open(&config.path)),
            Self::File(path) => is_open(path).then(|| open(path)),
            Self::Program(_) => None,
        }
    }

    /// Takes the key from there.
    pub(crate) fn read(&self) -> Result<ApiKey> {
        let (text, place) = match self {
            Self::CommandLine(key) => (key.0.clone(), "--api-key".to_owned()),
            Self::Given { key, place } => (key.0.clone(), place.clone()),
            Self::File(path) => (first_line_of_file(path)?, format!("`{}`", path.display())),
            Self::Program(command) => {
                (first_line_of_program(command, COMMAND_TIME)?, "api_key_command".to_owned())
            }
        };
        ApiKey::new(text).with_context(|| format!("the API key of {place}"))
    }
}

fn first_line_of_file(path: &Path) -> Result<String> {
    let unreadable = |error: std::io::Error| {
        usage(format!("the file `{}` with the API key cannot be read: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    first_line(file).map_err(unreadable)
}

fn first_line(input: impl std::io::Read) -> std::io::Result<String> {
    let mut line = String::new();
    BufReader::new(input.take(LONGEST)).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Runs the program, and ends it when it takes too long.
fn first_line_of_program(command: &[String], time: Duration) -> Result<String> {
    let failed = |problem: String| {
        let name = command.first().map_or("", String::as_str);
        Complaint::error(ExitStatus::Usage, format!("api_key_command `{name}` {problem}"))
    };
    let (program, arguments) = command.split_first().ok_or_else(|| usage("api_key_command is empty"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let Some(output) = child.stdout.take() else { return Err(failed("has no output".to_owned())) };
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || sender.send(first_line(output)));
    let line = match receiver.recv_timeout(time) {
        Ok(line) => line.map_err(|error| failed(format!("cannot be read: {error}")))?,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            // It may have ended by itself just now; either way it is waited for below.
            let _ = child.kill();
            let _ = child.wait();
            return Err(failed(format!("gave no key within {} s", time.as_secs())));
        }
    };
    let status = child.wait().map_err(|error| failed(format!("cannot be waited for: {error}")))?;
    // A program that prints more than we read dies of its closed output; its first line is good all the same.
    if status.success() || (status.code().is_none() && !line.is_empty()) {
        return Ok(line);
    }
    Err(failed(format!("failed ({status})")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), *value)))
    }

    fn config(text: &str) -> ConfigFile {
        ConfigFile::parse(text, Path::new("/etc/config.toml")).unwrap()
    }

    fn program(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn the_key_comes_from_the_command_line_then_the_environment_then_its_file_then_the_config() {
        let all = environment(&[("IMMICH_API_KEY", "e"), ("IMMICH_API_KEY_FILE", "/f")]);
        let file_only = environment(&[("IMMICH_API_KEY_FILE", "/f")]);
        let config = config("api_key = \"c\"");

        assert!(matches!(KeySource::resolve(Some("a"), &all, &config).unwrap(), KeySource::CommandLine(_)));
        assert!(
            matches!(KeySource::resolve(None, &all, &config).unwrap(), KeySource::Given { key, .. } if key.0 == "e")
        );
        assert!(matches!(KeySource::resolve(None, &file_only, &config).unwrap(), KeySource::File(_)));
        assert!(
            matches!(KeySource::resolve(None, &environment(&[]), &config).unwrap(), KeySource::Given { key, .. } if key.0 == "c")
        );
    }

    #[test]
    fn no_key_and_two_keys_in_the_config_are_errors_that_say_what_to_do() {
        let two = config("api_key = \"marker\"\napi_key_file = \"/f\"");

        let none =
            KeySource::resolve(None, &environment(&[]), &ConfigFile::default()).unwrap_err().to_string();
        let two = KeySource::resolve(None, &environment(&[]), &two).unwrap_err().to_string();

        assert!(none.contains("IMMICH_API_KEY"), "{none}");
        assert!(two.contains("more than one") && !two.contains("marker"), "{two}");
    }

    #[test]
    fn a_key_file_that_others_can_read_is_a_concern() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "abc\n").unwrap();
        let source = KeySource::File(path.clone());

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(source.concerns(&ConfigFile::default()).unwrap().contains("chmod 600"));

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(source.concerns(&ConfigFile::default()), None);
        assert!(source.read().is_ok());
    }

    #[test]
    fn an_open_config_file_is_a_concern_only_with_a_key_in_it() {
        let with_key = ConfigFile { is_open: true, ..config("api_key = \"c\"") };
        let without = ConfigFile { is_open: true, ..config("server = \"http://nas\"") };
        let given = KeySource::Given { key: Secret("c".to_owned()), place: String::new() };

        assert!(given.concerns(&with_key).is_some());
        assert!(given.concerns(&without).is_none());
    }

    #[test]
    fn a_key_on_the_command_line_is_a_concern() {
        let concern =
            KeySource::CommandLine(Secret("marker".to_owned())).concerns(&ConfigFile::default()).unwrap();

        assert!(!concern.contains("marker"));
    }

    #[test]
    fn a_program_gives_its_first_line_and_no_shell_sees_its_words() {
        let words = program(&["printf", "%s\\nsecond\\n", "$HOME;id"]);

        assert_eq!(first_line_of_program(&words, COMMAND_TIME).unwrap(), "$HOME;id");
    }

    #[test]
    fn a_program_that_fails_hangs_or_is_missing_is_named() {
        let fails = first_line_of_program(&program(&["false"]), COMMAND_TIME).unwrap_err().to_string();
        let hangs = first_line_of_program(&program(&["sleep", "60"]), Duration::from_millis(50));
        let missing =
            first_line_of_program(&program(&["/nowhere/pass"]), COMMAND_TIME).unwrap_err().to_string();

        assert!(fails.contains("`false` failed"), "{fails}");
        assert!(hangs.unwrap_err().to_string().contains("gave no key"));
        assert!(missing.contains("/nowhere/pass"), "{missing}");
    }

    #[test]
    fn an_unusable_key_is_not_repeated() {
        let source =
            KeySource::Given { key: Secret("marker with blanks".to_owned()), place: "here".to_owned() };

        let error = format!("{:#}", source.read().unwrap_err());

        assert!(!error.contains("marker") && error.contains("here"), "{error}");
    }
}
