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

use crate::codes::Code;
use crate::config::{AccountEntry, ConfigFile, Secret, is_open, is_open_to_all};
use crate::exit::{usage, usage_of};
use crate::settings::{Given, Sources, catalogue};

/// A password manager may ask its owner first.
const COMMAND_TIME: Duration = Duration::from_mins(1);

/// Where container engines and service managers put secrets, with modes of their own choice.
const MOUNTED: [&str; 2] = ["/run/secrets", "/run/credentials"];

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
    /// Decides where the keys come from, one for each account, and reads nothing but the environment.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Vec<Self>> {
        let keys = Self::find(sources)?;
        if keys.is_empty() {
            return Err(usage_of(
                Code::NoKey,
                "no API key; make one in Immich (account settings, API keys) and put it into IMMICH_API_KEY, \
                 or into a file named in IMMICH_API_KEY_FILE",
            ));
        }
        keys.iter().try_for_each(|key| key.require_closed(sources))?;
        Ok(keys)
    }

    /// The same, where none is fine too.
    pub(crate) fn find(sources: &Sources<'_>) -> Result<Vec<Self>> {
        let Sources { environment, config, .. } = sources;
        let (key, file) = (&catalogue::API_KEY, &catalogue::API_KEY_FILE);
        let mut typed = Vec::new();
        if let Some(given) = sources.typed(key) {
            typed.extend(given.texts()?.into_iter().map(|key| Self::CommandLine(Secret(key))));
        }
        typed.extend(sources.typed(file).iter().flat_map(Self::files));
        if !typed.is_empty() {
            return Ok(typed);
        }
        if let Some(given) = environment.find(key)? {
            return Self::given(&given);
        }
        if let Some(given) = environment.find(file)? {
            return Ok(Self::files(&given));
        }
        Self::of_config(config)
    }

    fn given(given: &Given) -> Result<Vec<Self>> {
        let place = given.origin.to_string();
        let keys = given.texts()?.into_iter();
        Ok(keys.map(|key| Self::Given { key: Secret(key), place: place.clone() }).collect())
    }

    fn files(given: &Given) -> Vec<Self> {
        given.values.iter().map(|path| Self::File(path.into())).collect()
    }

    fn of_config(config: &ConfigFile) -> Result<Vec<Self>> {
        let place = format!("`{}`", config.path.display());
        let key = config.find(&catalogue::API_KEY);
        let file = config.find(&catalogue::API_KEY_FILE);
        let command = config.find(&catalogue::API_KEY_COMMAND);
        only_one([key.is_some(), file.is_some(), command.is_some()], &place)?;
        let mut keys = key.as_ref().map_or(Ok(Vec::new()), Self::given)?;
        keys.extend(file.iter().flat_map(Self::files));
        if let Some(command) = command {
            keys.push(Self::Program(command.texts()?));
        }
        for account in &config.accounts {
            keys.push(Self::of_account(account, &place)?);
        }
        Ok(keys)
    }

    fn of_account(account: &AccountEntry, place: &str) -> Result<Self> {
        let AccountEntry { key, file, command } = account;
        only_one([key.is_some(), file.is_some(), command.is_some()], place)?;
        match (key, file, command) {
            (Some(key), _, _) => Ok(Self::Given { key: key.clone(), place: place.to_owned() }),
            (_, Some(file), _) => Ok(Self::File(file.clone())),
            (_, _, Some(command)) => Ok(Self::Program(command.clone())),
            (None, None, None) => Err(usage(format!(
                "an [[account]] of {place} holds none of api_key, api_key_file and api_key_command"
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
            Self::Given { .. } => (config.is_open && config.holds_a_key()).then(|| open(&config.path)),
            Self::File(path) => is_open(path).then(|| open(path)),
            Self::Program(_) => None,
        }
    }

    /// An error where every user of the machine can read it, unless that is to be borne.
    fn require_closed(&self, sources: &Sources<'_>) -> Result<()> {
        let config = sources.config;
        let (path, place) = match self {
            Self::File(path) => (path, format!("the file `{}` with the API key", path.display())),
            Self::Given { place, .. }
                if config.holds_a_key() && sources.environment.find(&catalogue::API_KEY)?.is_none() =>
            {
                (&config.path, format!("the API key of {place}"))
            }
            Self::Given { .. } | Self::CommandLine(_) | Self::Program(_) => return Ok(()),
        };
        // Whether it is an error is said with --strict, which turns lesser concerns into errors, too.
        let is_borne = sources.find(&catalogue::STRICT)?.is_some() && !sources.flag(&catalogue::STRICT)?;
        if is_borne || MOUNTED.iter().any(|folder| path.starts_with(folder)) || !is_open_to_all(path) {
            return Ok(());
        }
        let path = path.display();
        Err(usage_of(
            Code::SecretOpen,
            format!(
                "{place} can be read by every user of this machine; run `chmod 600 {path}` (or say --no-strict, where \
                 that is meant to be so)"
            ),
        ))
    }

    /// Takes the key from there.
    pub(crate) fn read(&self) -> Result<ApiKey> {
        let (text, place) = match self {
            Self::CommandLine(key) => (key.0.clone(), "--api-key".to_owned()),
            Self::Given { key, place } => (key.0.clone(), place.clone()),
            Self::File(path) => (first_line_of_file(path, "the API key")?, format!("`{}`", path.display())),
            Self::Program(command) => {
                (first_line_of_program(command, COMMAND_TIME)?, "api_key_command".to_owned())
            }
        };
        ApiKey::new(text).with_context(|| format!("the API key of {place}"))
    }
}

fn only_one(ways: [bool; 3], place: &str) -> Result<()> {
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Err(usage(format!(
            "{place} holds more than one of api_key, api_key_file and api_key_command for one account; keep one \
             of them"
        )));
    }
    Ok(())
}

/// The first line of a file that holds `what`.
pub(crate) fn first_line_of_file(path: &Path, what: &str) -> Result<String> {
    first_line_of(path).map_err(|error| {
        let text = format!("the file `{}` with {what} cannot be read: {error}", path.display());
        usage_of(Code::SecretUnreadable, text)
    })
}

/// The first line of a file without blanks around it. Of a file that is something else no more is read than a line can have.
pub(crate) fn first_line_of(path: &Path) -> std::io::Result<String> {
    first_line(std::fs::File::open(path)?)
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
        usage_of(Code::SecretUnreadable, format!("api_key_command `{name}` {problem}"))
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

    use clap::Parser as _;

    use super::*;
    use crate::args::{Args, Command};
    use crate::environment::Environment;

    fn keys(typed: &[&str], variables: &[(&str, &str)], config: &ConfigFile) -> Result<Vec<KeySource>> {
        let words = ["immich-sync", "write"].into_iter().chain(typed.iter().copied());
        let Command::Write(args) = Args::try_parse_from(words).unwrap().command else { panic!("not write") };
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), *value));
        let environment = Environment::new(variables);
        KeySource::resolve(&Sources { matches: args.matches(), environment: &environment, config })
    }

    fn shown(keys: Result<Vec<KeySource>>) -> String {
        let shown = keys.unwrap().into_iter().map(|key| match key {
            KeySource::CommandLine(key) => format!("typed {}", key.0),
            KeySource::Given { key, place } => format!("{} of {place}", key.0),
            KeySource::File(path) => format!("file {}", path.display()),
            KeySource::Program(words) => words.join(" "),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    fn config(text: &str) -> ConfigFile {
        ConfigFile::parse(text, Path::new("/etc/config.toml")).unwrap()
    }

    fn program(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn the_key_comes_from_the_command_line_then_the_environment_then_its_file_then_the_config() {
        let all = [("IMMICH_API_KEY", "e"), ("IMMICH_API_KEY_FILE", "/f")];
        let config = config("api_key = \"c\"");

        assert_eq!(shown(keys(&["--api-key=a"], &all, &config)), "typed a");
        assert_eq!(shown(keys(&[], &all, &config)), "e of IMMICH_API_KEY");
        assert_eq!(shown(keys(&[], &all[1..], &config)), "file /f");
        assert_eq!(shown(keys(&[], &[], &config)), "c of `api_key` of `/etc/config.toml`, line 1");
    }

    #[test]
    fn several_accounts_have_several_keys() {
        let tables =
            config("[[account]]\napi_key_file = \"/a\"\n[[account]]\napi_key_command = [\"pass\", \"b\"]");

        assert_eq!(shown(keys(&["--api-key=a", "--api-key=b"], &[], &tables)), "typed a, typed b");
        assert_eq!(shown(keys(&["--api-key-file=/x"], &[], &tables)), "file /x");
        let place = "of IMMICH_API_KEY";
        assert_eq!(
            shown(keys(&[], &[("IMMICH_API_KEY", "a, b\nc\n")], &tables)),
            format!("a {place}, b {place}, c {place}")
        );
        assert_eq!(shown(keys(&[], &[], &tables)), "file /a, pass b");
    }

    #[test]
    fn no_key_and_two_keys_in_the_config_are_errors_that_say_what_to_do() {
        let error = |config: &ConfigFile| keys(&[], &[], config).unwrap_err().to_string();

        let none = error(&ConfigFile::default());
        let two = error(&config("api_key = \"marker\"\napi_key_file = \"/f\""));
        let empty = error(&config("[[account]]"));

        assert!(none.contains("IMMICH_API_KEY"), "{none}");
        assert!(two.contains("more than one") && !two.contains("marker"), "{two}");
        assert!(empty.contains("[[account]]"), "{empty}");
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
        let open = |text| {
            let mut config = config(text);
            config.is_open = true;
            config
        };
        let (with_key, without) = (open("api_key = \"c\""), open("server = \"http://nas\""));
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
