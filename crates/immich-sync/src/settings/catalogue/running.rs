//! How a run goes, what it tells, and what it uses on this machine.

use crate::settings::setting::{flag, value, words};
use crate::settings::words::{LogFormat, LogLevel, StatsFormat};

settings! {
    "How to run" {
        /// Show every change, and make none
        DRY_RUN = flag("dry-run").short('n');
        /// Skip what did not change since the last run; this is always done
        ONLY_NEW = flag("only-new").not_with(&["recheck"]);
        /// Go on where an interrupted run ended; this is always done
        RESUME = flag("resume");
        /// Open every file again, whatever is remembered of it
        RECHECK = flag("recheck");
        /// The same, as users of other tools know it
        CLEAR_CHECKPOINT = flag("clear-checkpoint");
        /// Make changes that need a yes (the brake) without asking
        YES = flag("yes").short('y').not_in_config();
        /// Ask first when more than this percentage of the photos written before would lose or change what was written
        BRAKE_PERCENT = value("brake-percent", "N").default("20");
        /// Files that are read or written at the same time
        WORKERS = value("workers", "N").default("2");
        /// Treat warnings about readable secrets as errors
        STRICT = flag("strict");
    }
    "Output" {
        /// Results as one JSON object a line, on stdout
        JSON = flag("json");
        /// No progress, and no summary where all went well
        QUIET = flag("quiet").short('q');
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
        /// The ExifTool program
        EXIFTOOL = value("exiftool", "PATH").program().default("exiftool");
        /// The zone of times without one, such as Europe/Berlin [default: that of this machine]
        TIME_ZONE = value("time-zone", "ZONE").aliases(&["TZ"]);
    }
}
