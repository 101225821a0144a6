//! The text of a first config file: few settings, each with why it is as it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sync_core::paths::Found;
use sync_core::writeback::{ManagedPolicy, Target};

use super::place::shown_folders;
use super::wishes::Wishes;
use crate::args::SyncWord;

/// Where the key is.
#[derive(Clone)]
pub(super) enum KeyPlace {
    /// In the config file itself.
    Here(String),
    /// In this file.
    File(PathBuf),
    /// In the environment, in this variable.
    Variable(String),
}

/// What a config file is made of.
pub(super) struct Answers<'a> {
    /// The address.
    pub(super) server: &'a str,
    /// Where the key is.
    pub(super) key: &'a KeyPlace,
    /// A file of certificates to trust.
    pub(super) ca_file: Option<&'a Path>,
    /// Whether any certificate is trusted.
    pub(super) insecure: bool,
    /// The folder of the originals.
    pub(super) library: &'a Path,
    /// What was found out about it.
    pub(super) found: &'a Found,
    /// What to do.
    pub(super) wishes: &'a Wishes,
    /// The kinds of data that the key lets us write.
    pub(super) kinds: &'a [&'static str],
    /// The ExifTool program, where one was named.
    pub(super) exiftool: Option<&'a Path>,
    /// The day, for the first line.
    pub(super) today: &'a str,
}

/// The file, in TOML.
pub(super) fn text(answers: &Answers<'_>) -> String {
    let mut text = format!(
        "# Made by `immich-sync init` on {}. Change what you like; `immich-sync doctor` checks it,\n\
         # `immich-sync config show --origin` lists all settings with their values.\n",
        answers.today
    );
    connection(&mut text, answers);
    library(&mut text, answers);
    if answers.wishes.writes() {
        writing(&mut text, answers);
    }
    if answers.wishes.what.contains(&SyncWord::Organize) {
        text.push_str(ORGANIZING);
    }
    every_day(&mut text, answers.wishes);
    text
}

/// The same as jobs: nothing starts them until a schedule is installed.
fn every_day(text: &mut String, wishes: &Wishes) {
    text.push_str(EVERY_DAY);
    if wishes.writes() {
        text.push_str("\n[[job]]\nname = \"write\"\ncommand = \"write\"\n");
    }
    if wishes.what.contains(&SyncWord::Organize) {
        text.push_str("\n[[job]]\nname = \"duplicates\"\ncommand = \"organize\"\n");
    }
}

fn connection(text: &mut String, answers: &Answers<'_>) {
    let _ = write!(text, "\n# The server.\nserver = {}\n", quoted(answers.server));
    if let Some(path) = answers.ca_file {
        let _ = writeln!(text, "# The authority that signed its certificate.\nca_file = {}", path_of(path));
    }
    if answers.insecure {
        text.push_str(
            "# Any certificate is accepted: whoever is in between can read the key.\ninsecure = true\n",
        );
    }
    match answers.key {
        KeyPlace::Here(key) => {
            let _ = write!(
                text,
                "\n# The API key. Only you can read this file, and that has to stay so (chmod 600).\napi_key = {}\n",
                quoted(key)
            );
        }
        KeyPlace::File(path) => {
            let _ = write!(
                text,
                "\n# The API key is in the first line of this file.\napi_key_file = {}\n",
                path_of(path)
            );
        }
        KeyPlace::Variable(name) => {
            let _ = write!(
                text,
                "\n# The API key comes from the variable {name}. A schedule does not have it: put the key into a\n\
                 # file that only you can read, and name that here.\n# api_key_file = \"/path/to/key\"\n"
            );
        }
    }
}

fn library(text: &mut String, answers: &Answers<'_>) {
    text.push_str("\n# The folder of the originals on this machine.\n");
    let Found { agreed, of, .. } = answers.found;
    if *of > 0 {
        let _ =
            writeln!(text, "# {agreed} of {of} photos were found in it and are the same as on the server:");
        for line in shown_folders(answers.found) {
            let _ = writeln!(text, "#   {line}");
        }
    }
    let _ = writeln!(text, "library = {}", path_of(answers.library));
    text.push_str(
        "# Where a folder of the server is, if it is not found by itself:\n\
         # path_map = [{ server = \"/data/library\", local = \"/photos\" }]\n",
    );
    if let Some(path) = answers.exiftool {
        let _ =
            write!(text, "\n# For files that are not written without it.\nexiftool = {}\n", path_of(path));
    }
}

fn writing(text: &mut String, answers: &Answers<'_>) {
    let kinds: Vec<String> = answers.kinds.iter().map(|kind| quoted(kind)).collect();
    let _ = write!(
        text,
        "\n# What `immich-sync write` writes. There are people, gps, caption, time, rating, albums, tags and\n\
         # face-coordinates.\nwrite = [{}]\n",
        kinds.join(", ")
    );
    let target = match answers.wishes.target {
        Target::Original => "original",
        Target::Sidecar => "sidecar",
        Target::Both => "both",
    };
    let _ = write!(text, "\n# Where it goes: original, sidecar (.xmp) or both.\ntarget = \"{target}\"\n");
    if let Some(managed) = answers.wishes.managed {
        let why = match managed {
            ManagedPolicy::Original => {
                "# They are written, too; Immich's integrity check lists them afterwards."
            }
            ManagedPolicy::Sidecar => {
                "# They stay as they are and get sidecars, so Immich's integrity check has nothing to say."
            }
            ManagedPolicy::Skip => "# They are left alone.",
        };
        let _ = write!(
            text,
            "\n# Files that Immich manages itself (uploads): original, sidecar or skip.\n{why}\nmanaged = \"{}\"\n",
            managed.name()
        );
    }
}

const ORGANIZING: &str = "
# `immich-sync organize` finds duplicates and similar photos, and changes nothing unless it is told to.
[organize]
# How alike photos have to be, from 0 to 10: up to 5 duplicates, above that similar photos too.
threshold = 5
# Tag what it finds, for a look in Immich:
# tag_only = true
";

const EVERY_DAY: &str = "
# What `immich-sync run` does, job after job. `immich-sync schedule install` lets the system start that at these times; until
# then nothing happens by itself. Notices, hooks and more jobs: docs/schedule.md.
[schedule]
at = [\"02:00\"]
";

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn path_of(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use sync_core::paths::PrefixMap;

    use super::*;
    use crate::config::ConfigFile;
    use crate::settings::catalogue;

    fn wishes(what: &[SyncWord], managed: Option<ManagedPolicy>) -> Wishes {
        Wishes { what: what.to_vec(), target: Target::Original, managed }
    }

    fn made(key: &KeyPlace, wishes: &Wishes, library: &str) -> String {
        let prefix = PrefixMap { server: "/mnt/\nphotos".to_owned(), local: library.into() };
        let found = Found { prefixes: vec![prefix], agreed: 24, of: 24, ..Found::default() };
        text(&Answers {
            server: "http://nas:2283",
            key,
            ca_file: None,
            insecure: false,
            library: Path::new(library),
            found: &found,
            wishes,
            kinds: &["people", "tags"],
            exiftool: None,
            today: "2026-11-21",
        })
    }

    fn read(text: &str) -> ConfigFile {
        ConfigFile::parse(text, Path::new("/home/anna/config.toml"))
            .unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn what_is_written_is_read_again_as_it_was_said() {
        let odd = "/photos/a \"b\"\\c\n# d";
        let both = wishes(&[SyncWord::Write, SyncWord::Organize], Some(ManagedPolicy::Sidecar));
        let config = read(&made(&KeyPlace::Here("k\"ey".to_owned()), &both, odd));

        let value = |setting| config.find(setting).map(|given| given.values);
        assert_eq!(value(&catalogue::LIBRARY).unwrap(), [odd.trim()]);
        assert_eq!(value(&catalogue::API_KEY).unwrap(), ["k\"ey"]);
        assert_eq!(value(&catalogue::WRITE).unwrap(), ["people", "tags"]);
        assert_eq!(value(&catalogue::MANAGED).unwrap(), ["sidecar"]);
        assert_eq!(value(&catalogue::ORGANIZE_THRESHOLD).unwrap(), ["5"]);
    }

    #[test]
    fn what_was_chosen_is_a_job_for_every_night() {
        let here = KeyPlace::Here("k".to_owned());
        let names = |what: &[SyncWord]| {
            let config = read(&made(&here, &wishes(what, None), "/p"));
            config.jobs.iter().map(|job| job.name.clone()).collect::<Vec<_>>()
        };

        assert_eq!(names(&[SyncWord::Write, SyncWord::Organize]), ["write", "duplicates"]);
        assert_eq!(names(&[SyncWord::Organize]), ["duplicates"]);
    }

    #[test]
    fn a_key_that_is_elsewhere_is_not_in_the_file() {
        let write = wishes(&[SyncWord::Write], None);
        let of_file = read(&made(&KeyPlace::File("/keys/immich".into()), &write, "/p"));
        let of_variable = made(&KeyPlace::Variable("IMMICH_API_KEY".to_owned()), &write, "/p");

        assert_eq!(of_file.find(&catalogue::API_KEY_FILE).unwrap().values, ["/keys/immich"]);
        assert!(!read(&of_variable).holds_a_key() && of_variable.contains("IMMICH_API_KEY"));
    }

    #[test]
    fn a_name_from_the_server_stays_inside_of_its_comment() {
        let text = made(&KeyPlace::Here("k".to_owned()), &wishes(&[SyncWord::Write], None), "/p");

        assert!(text.contains(r"#   /mnt/\nphotos on the server is /p here"), "{text}");
    }

    #[test]
    fn what_was_not_chosen_is_not_there() {
        let text = made(&KeyPlace::Here("k".to_owned()), &wishes(&[SyncWord::Organize], None), "/p");

        assert!(!text.contains("\nwrite = ") && text.contains("[organize]"), "{text}");
        assert!(!text.contains("\nmanaged = "), "{text}");
    }
}
