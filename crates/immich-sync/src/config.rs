//! The config file: TOML with the names of the options.
//!
//! An unknown key is an error, not a shrug: `dry-run = true` that nobody reads would be a surprise in the
//! originals. No message of the parser is shown with the line it complains of, since that line can be the
//! one with the key.

use std::fmt;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use photo_metadata::Datum;
use serde::Deserialize;
use toml::de::DeTable;

use crate::args::{HardLinks, Managed};
use crate::exit::usage;
use crate::nearest::nearest;

/// What a config file says; what it leaves out is `None`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ConfigFile {
    /// Where it was read.
    #[serde(skip)]
    pub(crate) path: PathBuf,
    /// Whether others than its owner may read it.
    #[serde(skip)]
    pub(crate) is_open: bool,
    pub(crate) server: Option<String>,
    pub(crate) api_key: Option<Secret>,
    pub(crate) api_key_file: Option<PathBuf>,
    pub(crate) api_key_command: Option<Vec<String>>,
    pub(crate) library: Option<PathBuf>,
    pub(crate) write: Option<Vec<Datum>>,
    pub(crate) path_segments: Option<u8>,
    #[serde(default)]
    pub(crate) path_map: Vec<MapEntry>,
    pub(crate) managed: Option<Managed>,
    pub(crate) hard_links: Option<HardLinks>,
    pub(crate) touch: Option<bool>,
    pub(crate) write_signed: Option<bool>,
    pub(crate) write_raw: Option<bool>,
    pub(crate) caption_max_len: Option<u32>,
    pub(crate) people_keywords: Option<bool>,
    pub(crate) rate_limit: Option<Rate>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) insecure: Option<bool>,
    pub(crate) exiftool: Option<PathBuf>,
    pub(crate) workers: Option<u8>,
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) log_level: Option<String>,
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) log_format: Option<String>,
    pub(crate) strict: Option<bool>,
}

/// All keys, as they are written.
const KEYS: [&str; 27] = [
    "server",
    "api_key",
    "api_key_file",
    "api_key_command",
    "library",
    "write",
    "path_segments",
    "path_map",
    "managed",
    "hard_links",
    "touch",
    "write_signed",
    "write_raw",
    "caption_max_len",
    "people_keywords",
    "rate_limit",
    "ca_file",
    "insecure",
    "exiftool",
    "workers",
    "state_dir",
    "log_level",
    "log_file",
    "log_format",
    "strict",
    "path_map.server",
    "path_map.local",
];

/// A folder of the server and where it is here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct MapEntry {
    /// As the server sees it.
    pub(crate) server: String,
    /// As this machine sees it.
    pub(crate) local: PathBuf,
}

/// A number of requests per second, or a word.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Rate {
    /// So many.
    Number(f64),
    /// `auto`.
    Word(String),
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// A text that is not shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl ConfigFile {
    /// Reads the file that was asked for, or the usual one where there is one.
    pub(crate) fn load(asked_for: Option<&Path>, usual: Option<&Path>, home: Option<&Path>) -> Result<Self> {
        let Some(path) = asked_for.or(usual) else { return Ok(Self::default()) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && asked_for.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(usage(format!("the config file `{}` cannot be read: {error}", path.display())));
            }
        };
        let mut config = Self::parse(&text, path)?;
        config.is_open = is_open(path);
        config.find_paths(home);
        Ok(config)
    }

    /// Reads the text of a config file.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        let wrong = |error: &toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            // Not the error's own text: it repeats the line.
            let message = error.message().lines().next().unwrap_or_default();
            usage(format!("the config file `{}`, line {line}: {message}", path.display()))
        };
        let table = DeTable::parse(text).map_err(|error| wrong(&error))?;
        for (key, value) in table.get_ref() {
            known(key.get_ref(), "").map_err(|error| at(text, path, key.span().start, &error))?;
            for entry in value.get_ref().as_array().into_iter().flatten() {
                for inner in entry.get_ref().as_table().into_iter().flat_map(|table| table.keys()) {
                    known(inner.get_ref(), &format!("{}.", key.get_ref()))
                        .map_err(|error| at(text, path, inner.span().start, &error))?;
                }
            }
        }
        let config: Self = toml::from_str(text).map_err(|error| wrong(&error))?;
        Ok(Self { path: path.to_owned(), ..config })
    }

    /// Takes `~/` for the home folder, and anything else that is relative from the folder of the file on.
    fn find_paths(&mut self, home: Option<&Path>) {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let find = |path: &mut PathBuf| {
            *path = match (path.strip_prefix("~"), home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => folder.join(&*path),
            };
        };
        let single = [
            &mut self.api_key_file,
            &mut self.library,
            &mut self.ca_file,
            &mut self.state_dir,
            &mut self.log_file,
        ];
        single.into_iter().flatten().for_each(find);
        // A bare name of a program is looked for in the search path.
        self.exiftool.iter_mut().filter(|program| program.components().count() > 1).for_each(find);
    }
}

/// Whether others than the owner may read or write a file.
pub(crate) fn is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn known(key: &str, prefix: &str) -> Result<()> {
    let full = format!("{prefix}{key}");
    if KEYS.contains(&full.as_str()) {
        return Ok(());
    }
    let candidates =
        KEYS.iter().filter_map(|known| known.strip_prefix(prefix)).filter(|known| !known.contains('.'));
    let spelled = key.replace('-', "_").to_ascii_lowercase();
    let hint =
        nearest(&spelled, candidates).map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    Err(anyhow!("the key `{full}` is not known{hint}"))
}

fn at(text: &str, path: &Path, offset: usize, error: &anyhow::Error) -> anyhow::Error {
    usage(format!("the config file `{}`, line {}: {error}", path.display(), line_of(text, offset)))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile> {
        ConfigFile::parse(text, Path::new("/etc/config.toml"))
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn every_key_of_the_list_is_a_field_and_the_other_way_round() {
        let text = r#"
            server = "http://nas:2283"
            api_key = "k"
            api_key_file = "key"
            api_key_command = ["pass", "immich"]
            library = "/photos"
            write = ["people", "gps", "caption", "time", "rating"]
            path_segments = 2
            path_map = [{ server = "/data", local = "/photos" }]
            managed = "skip"
            hard_links = "break"
            touch = true
            write_signed = true
            write_raw = true
            caption_max_len = 100
            people_keywords = false
            rate_limit = "auto"
            ca_file = "ca.pem"
            insecure = true
            exiftool = "exiftool"
            workers = 4
            state_dir = "/state"
            log_level = "debug"
            log_file = "log"
            log_format = "json"
            strict = true
        "#;

        let config = parse(text).unwrap();

        // Each field is filled in, so none is missing in the list and none of the list is ignored.
        let shown = format!("{config:?}");
        assert!(!shown.contains("None") && !shown.contains("[]"), "{shown}");
        assert_eq!(text.lines().filter(|line| line.contains(" = ")).count() + 2, KEYS.len());
    }

    #[test]
    fn an_unknown_key_is_named_with_file_line_and_the_nearest_one() {
        let error = error("server = \"x\"\nlibary = \"/photos\"\n");

        assert_eq!(
            error,
            "the config file `/etc/config.toml`, line 2: the key `libary` is not known; did you mean `library`?"
        );
    }

    #[test]
    fn a_key_spelled_as_an_option_is_understood_as_a_mistake() {
        assert!(error("api-key-file = \"x\"").contains("did you mean `api_key_file`?"));
        assert!(error("path_map = [{ sever = \"/a\", local = \"/b\" }]").contains("did you mean `server`?"));
    }

    #[test]
    fn no_message_repeats_the_line_with_the_key() {
        for text in [
            "api_key = \"marker\nserver = 1",
            "api_key = marker",
            "api_key = [\"marker\"]",
            "api_key = marker\"",
        ] {
            let error = error(text);

            assert!(!error.contains("marker"), "{error}");
            assert!(error.contains("line 1"), "{error}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        let config = parse("api_key = \"marker\"").unwrap();

        assert!(!format!("{config:?}").contains("marker"));
    }

    #[test]
    fn a_missing_file_matters_only_when_it_was_asked_for() {
        let nowhere = Path::new("/nowhere/config.toml");

        assert!(ConfigFile::load(None, Some(nowhere), None).unwrap().server.is_none());
        assert!(
            ConfigFile::load(Some(nowhere), None, None)
                .unwrap_err()
                .to_string()
                .contains("/nowhere/config.toml")
        );
    }

    #[test]
    fn paths_start_at_home_or_at_the_file() {
        let mut config = parse(
            "library = \"~/Photos\"\napi_key_file = \"key\"\nstate_dir = \"/state\"\nexiftool = \"exiftool\"",
        )
        .unwrap();
        config.find_paths(Some(Path::new("/home/anna")));

        assert_eq!(config.library.as_deref(), Some(Path::new("/home/anna/Photos")));
        assert_eq!(config.api_key_file.as_deref(), Some(Path::new("/etc/key")));
        assert_eq!(config.state_dir.as_deref(), Some(Path::new("/state")));
        assert_eq!(config.exiftool.as_deref(), Some(Path::new("exiftool")));
    }
}
