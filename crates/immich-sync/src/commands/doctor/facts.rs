//! What is known before anything is judged: plain data. `None` is what was not looked at, or took too long.

use std::path::PathBuf;
use std::time::SystemTime;

use immich_api::{Permission, Queue, ServerInfo, ServerVersion};
use jiff::Timestamp;
use photo_metadata::exiftool::ExifToolVersion;

use crate::commands::schedule::Standing;

/// Everything.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The config file, the keys, the zone.
    pub(super) settings: SettingsFacts,
    /// The server.
    pub(super) server: ServerFacts,
    /// The folder of the originals.
    pub(super) library: LibraryFacts,
    /// This machine.
    pub(super) machine: MachineFacts,
    /// What is remembered.
    pub(super) state: StateFacts,
}

/// The config file, the keys, the zone.
#[derive(Debug, Default)]
pub(super) struct SettingsFacts {
    /// The config file; `None` where there is none.
    pub(super) config: Option<PathBuf>,
    /// Why it is not understood.
    pub(super) config_error: Option<String>,
    /// Whether others than its owner may read it, and whether everybody may.
    pub(super) config_open: (bool, bool),
    /// Whether a key stands in it.
    pub(super) config_holds_key: bool,
    /// How many keys are known of, or why none.
    pub(super) keys: Option<Result<usize, String>>,
    /// Why a key cannot be had from its place.
    pub(super) unreadable_key: Option<String>,
    /// What is wrong with the way keys are kept.
    pub(super) key_concerns: Vec<String>,
    /// The zone of times without one: its name, or why there is none.
    pub(super) zone: Option<Result<String, String>>,
    /// What the settings make of the kinds of data and the rule for paths, if that is an error.
    pub(super) unusable: Option<String>,
}

/// Why a server was not reached.
#[derive(Debug, Clone)]
pub(super) struct Unreached {
    /// Why, with its causes.
    pub(super) reason: String,
    /// What is wrong with its certificate, if that is it.
    pub(super) tls: Option<&'static str>,
    /// Where there is one instead.
    pub(super) elsewhere: Option<String>,
}

/// The server.
#[derive(Debug, Default)]
pub(super) struct ServerFacts {
    /// Its address.
    pub(super) address: Option<String>,
    /// What is to be said of it.
    pub(super) concern: Option<String>,
    /// Whether any certificate is accepted.
    pub(super) insecure: bool,
    /// Its version, asked without a key.
    pub(super) version: Option<Result<ServerVersion, Unreached>>,
    /// Its clock, and ours at that moment.
    pub(super) clocks: Option<(SystemTime, SystemTime)>,
    /// What it says to each key, or why it says nothing.
    pub(super) keyed: Option<Vec<Result<ServerInfo, String>>>,
    /// What the runs of this config need.
    pub(super) needed: Vec<Permission>,
    /// Whether faces are written.
    pub(super) writes_faces: bool,
    /// Its queues, for administrators.
    pub(super) queues: Option<Result<Vec<Queue>, String>>,
}

/// The folder of the originals.
#[derive(Debug, Default)]
pub(super) struct LibraryFacts {
    /// Where.
    pub(super) folder: Option<PathBuf>,
    /// Why it cannot be used.
    pub(super) error: Option<String>,
    /// Whether its file system is mounted read-only.
    pub(super) read_only: Option<bool>,
    /// The user and groups that we are.
    pub(super) me: (u32, u32),
    /// Photos of the server, looked for here.
    pub(super) sample: Option<Result<Sample, String>>,
    /// What its disk can do.
    pub(super) abilities: Option<Result<Abilities, String>>,
    /// Bytes and names that are left.
    pub(super) room: Option<Room>,
    /// Who works on it.
    pub(super) used_by: Option<String>,
}

/// Photos of the server, looked for here.
#[derive(Debug, Default, Clone)]
pub(super) struct Sample {
    /// How many.
    pub(super) photos: u64,
    /// Those that are here and the same.
    pub(super) same: u64,
    /// Those that are here and are not the same, or cannot be told.
    pub(super) unlike: u64,
    /// One of the others, as the server has it.
    pub(super) missing: Option<String>,
    /// Files that this user may not write, and one of them with its owner.
    pub(super) unwritable: (u64, Option<(PathBuf, u32, u32)>),
    /// Files with a sidecar beside them.
    pub(super) sidecars: u64,
    /// Files with two sidecars: both names.
    pub(super) twice: Option<PathBuf>,
}

/// What a disk can do.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub(super) struct Abilities {
    /// Replace a file by renaming.
    pub(super) rename: bool,
    /// Give a file a second name.
    pub(super) hard_link: bool,
    /// Share blocks between files.
    pub(super) reflink: bool,
    /// Extended attributes.
    pub(super) xattr: bool,
    /// Bring a file and a folder to the disk.
    pub(super) sync: bool,
    /// Tell `a` from `A`.
    pub(super) case_sensitive: bool,
    /// Modes are kept.
    pub(super) modes: bool,
    /// Locks for folders.
    pub(super) locks: bool,
    /// The smallest step of a modification time, in nanoseconds.
    pub(super) mtime_step: u64,
}

/// What is left on a disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Bytes for this user.
    pub(super) bytes: u64,
    /// Names; `None` where the file system has no limit.
    pub(super) names: Option<u64>,
}

/// This machine.
#[derive(Debug, Default)]
pub(super) struct MachineFacts {
    /// ExifTool, or why not.
    pub(super) exiftool: Option<Result<ExifToolVersion, String>>,
    /// Whether a run cannot go without it.
    pub(super) needs_exiftool: bool,
    /// Whether HEIC photos of folders are compared.
    pub(super) heif: bool,
    /// The folder of what can be fetched again, and its room.
    pub(super) cache: Option<(PathBuf, Room)>,
    /// The log file, and why it cannot be written.
    pub(super) log: Option<(PathBuf, Option<String>)>,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct StateFacts {
    /// The folder of the state, where it is or will be.
    pub(super) folder: Option<PathBuf>,
    /// Whether there is a database in it.
    pub(super) is_there: bool,
    /// The kind of its file system, where that is a remote one.
    pub(super) remote: Option<String>,
    /// What is left on its disk.
    pub(super) room: Option<Room>,
    /// Who works with it.
    pub(super) used_by: Option<String>,
    /// What is wrong in the database, or why it cannot be read.
    pub(super) check: Option<Result<Vec<String>, String>>,
    /// Changes of files that were begun and not ended.
    pub(super) open_changes: Option<u64>,
    /// The newest run: when it began and ended.
    pub(super) last_run: Option<(Timestamp, Option<Timestamp>)>,
    /// The jobs of a schedule, as its runs left them.
    pub(super) jobs: Vec<unattended::status::JobStatus>,
    /// How the schedule of the config stands, where it has one, or why that is not known.
    pub(super) schedule: Option<Result<Option<Standing>, String>>,
    /// The time now.
    pub(super) now: Timestamp,
}
