//! The environment variables that are understood, each under all its names.
//!
//! The first name is ours; the others are those of the tools that people come from.

macro_rules! variables {
    ($($(#[$doc:meta])* $constant:ident = $($name:literal)+;)+) => {
        $($(#[$doc])* pub(crate) const $constant: &[&str] = &[$($name),+];)+

        /// Every name.
        pub(crate) fn all() -> Vec<&'static str> {
            [$($constant),+].concat()
        }
    };
}

variables! {
    /// Address of the server.
    SERVER = "IMMICH_SYNC_SERVER" "IMMICH_INSTANCE_URL" "IMMICH_URL";
    /// A file with the address of the server.
    SERVER_FILE = "IMMICH_SYNC_SERVER_FILE" "IMMICH_INSTANCE_URL_FILE" "IMMICH_URL_FILE";
    /// The API key.
    API_KEY = "IMMICH_SYNC_API_KEY" "IMMICH_API_KEY";
    /// A file with the API key.
    API_KEY_FILE = "IMMICH_SYNC_API_KEY_FILE" "IMMICH_API_KEY_FILE";
    /// Folder of the originals.
    LIBRARY = "IMMICH_SYNC_LIBRARY" "IMMICH_PHOTO_DIR" "PHOTO_DIR";
    /// How many last parts of a server path count.
    PATH_SEGMENTS = "IMMICH_SYNC_PATH_SEGMENTS" "IMMICH_PATH_SEGMENTS";
    /// Folders of the server and here, separated by semicolons.
    PATH_MAP = "IMMICH_SYNC_PATH_MAP";
    /// Longest caption.
    CAPTION_MAX_LEN = "IMMICH_SYNC_CAPTION_MAX_LEN" "CAPTION_MAX_LEN";
    /// A file that the log is appended to.
    LOG_FILE = "IMMICH_SYNC_LOG_FILE" "IMMICH_LOG_FILE";
    /// `text` or `json`.
    LOG_FORMAT = "IMMICH_SYNC_LOG_FORMAT" "IMMICH_LOG_FORMAT";
    /// The same as a flag.
    STRUCTURED_LOGS = "IMMICH_STRUCTURED_LOGS";
    /// How much is told.
    LOG_LEVEL = "IMMICH_SYNC_LOG_LEVEL";
    /// The config file.
    CONFIG = "IMMICH_SYNC_CONFIG";
    /// The folder of the state.
    STATE_DIR = "IMMICH_SYNC_STATE_DIR";
    /// The ExifTool program.
    EXIFTOOL = "IMMICH_SYNC_EXIFTOOL";
    /// Write names of people.
    PEOPLE = "IMMICH_SYNC_PEOPLE";
    /// Write coordinates.
    GPS = "IMMICH_SYNC_GPS";
    /// Write captions.
    CAPTION = "IMMICH_SYNC_CAPTION";
    /// Write capture times.
    TIME = "IMMICH_SYNC_TIME";
    /// Write stars.
    RATING = "IMMICH_SYNC_RATING";
    /// Write all of them.
    ALL = "IMMICH_SYNC_ALL";
    /// Change nothing.
    DRY_RUN = "IMMICH_SYNC_DRY_RUN";
    /// The default, for those who know it from elsewhere.
    ONLY_NEW = "IMMICH_SYNC_ONLY_NEW";
    /// Open every file again.
    RECHECK = "IMMICH_SYNC_RECHECK";
    /// Most photos to change.
    LIMIT = "IMMICH_SYNC_LIMIT";
    /// Assets, separated by commas or blanks.
    ASSET = "IMMICH_SYNC_ASSET";
    /// Only below this folder.
    PATH = "IMMICH_SYNC_PATH";
    /// Only what changed since.
    SINCE = "IMMICH_SYNC_SINCE";
    /// Results as JSON.
    JSON = "IMMICH_SYNC_JSON";
    /// No progress.
    QUIET = "IMMICH_SYNC_QUIET";
    /// Files that Immich manages.
    MANAGED = "IMMICH_SYNC_MANAGED";
    /// Files with several names.
    HARD_LINKS = "IMMICH_SYNC_HARD_LINKS";
    /// The present time for changed files.
    TOUCH = "IMMICH_SYNC_TOUCH";
    /// Signed files too.
    WRITE_SIGNED = "IMMICH_SYNC_WRITE_SIGNED";
    /// Raw files too.
    WRITE_RAW = "IMMICH_SYNC_WRITE_RAW";
    /// No names among the keywords.
    NO_PEOPLE_KEYWORDS = "IMMICH_SYNC_NO_PEOPLE_KEYWORDS";
    /// Requests per second.
    RATE_LIMIT = "IMMICH_SYNC_RATE_LIMIT";
    /// Own certificates.
    CA_FILE = "IMMICH_SYNC_CA_FILE";
    /// Any certificate.
    INSECURE = "IMMICH_SYNC_INSECURE";
    /// Files at the same time.
    WORKERS = "IMMICH_SYNC_WORKERS";
    /// Warnings about secrets are errors.
    STRICT = "IMMICH_SYNC_STRICT";
}
