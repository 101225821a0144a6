//! What a run tells, and what it uses on this machine.

use crate::language::Language;
use crate::settings::setting::{flag, value, words};
use crate::settings::words::{EngineWord, LogFormat, LogLevel, StatsFormat};

settings! {
    "Output" {
        /// Results as one JSON object a line, on stdout
        JSON = flag("json");
        /// No progress, and no summary where all went well
        QUIET = flag("quiet").short('q');
        /// The language of everything for people; logs and JSON are English [default: that of the locale]
        LANG = value("lang", "LANGUAGE").parser(words::<Language>);
        /// How much is told
        LOG_LEVEL = value("log-level", "LEVEL").parser(words::<LogLevel>);
        /// A file that everything is written to, for its owner only
        LOG_FILE = value("log-file", "FILE").path().aliases(&["IMMICH_LOG_FILE", "LOG_FILE"]);
        /// How the log file is written
        LOG_FORMAT = value("log-format", "FORM")
            .default("text")
            .aliases(&["IMMICH_LOG_FORMAT"])
            .parser(words::<LogFormat>);
        /// The log file as JSON
        STRUCTURED_LOGS =
            flag("structured-logs").not_on_command_line().aliases(&["IMMICH_STRUCTURED_LOGS"]);
        /// Bytes from which on the log file is renamed and a new one begun (500KB, 10MB), or `never`
        LOG_MAX_SIZE = value("log-max-size", "SIZE").default("10MB").not_on_command_line();
        /// Age from which on that is done, or `never`
        LOG_MAX_AGE = value("log-max-age", "TIME").default("7d").not_on_command_line();
        /// Renamed log files that are kept
        LOG_KEEP = value("log-keep", "N").default("8").not_on_command_line();
        /// How long they are kept, or `forever`
        LOG_KEEP_FOR = value("log-keep-for", "TIME").default("90d").not_on_command_line();
        /// Write the numbers of the run to a file, immich_sync_stats_DATE_TIME.json or .csv
        EXPORT_STATS = value("export-stats", "FORM").parser(words::<StatsFormat>);
        /// The folder of that file [default: the one the program was started in]
        STATS_DIR = value("stats-dir", "DIR").path();
    }
    "This machine" {
        /// Config file [default: immich-sync/config.toml in the user's config folder]
        CONFIG = value("config", "FILE").path().not_in_config();
        /// Folder that remembers what was written [default: one per server and user in the user's state folder]
        STATE_DIR = value("state-dir", "DIR").path();
        /// The ExifTool program, for files that are not written without it
        EXIFTOOL = value("exiftool", "PATH").program().default("exiftool");
        /// Who reads and writes metadata
        ENGINE = value("engine", "WHO").default("auto").parser(words::<EngineWord>);
        /// ExifTool judges one in N of the files that are written without it, and the first 20 of each kind; 0 for none
        SECOND_OPINION = value("second-opinion", "N").default("1000");
        /// The zone of times without one, such as Europe/Berlin [default: that of this machine]
        TIME_ZONE = value("time-zone", "ZONE").aliases(&["TZ"]);
    }
}
