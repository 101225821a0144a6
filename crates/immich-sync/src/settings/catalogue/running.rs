//! How a run goes.

use crate::settings::setting::{flag, value};

settings! {
    "How to run" {
        /// Show every change, and make none
        DRY_RUN = flag("dry-run").short('n');
        /// With the settings of this `[[job]]` of the config file
        JOB = value("job", "NAME").only_on_command_line();
        /// Where `run` is told how its job ended
        RESULT_FILE = value("result-file", "FILE").path().only_on_command_line().internal();
        /// Skip what did not change since the last run; this is always done
        ONLY_NEW = flag("only-new").not_with(&["recheck"]);
        /// Go on where an interrupted run ended; this is always done
        RESUME = flag("resume");
        /// Open every file again, whatever is remembered of it
        RECHECK = flag("recheck");
        /// The same as --recheck: there is no list of finished photos that could be deleted
        CLEAR_CHECKPOINT = flag("clear-checkpoint");
        /// Go on where a yes is needed: past the brake, and to undo
        YES = flag("yes").short('y').not_in_config();
        /// Ask first when more than this percentage of the photos written before would lose or change what was written
        BRAKE_PERCENT = value("brake-percent", "N").default("20");
        /// Files that are read or written at the same time
        WORKERS = value("workers", "N").default("2");
        /// Keep the replaced bytes of changes for so many days, so that undo brings them back to the letter, or
        /// `forever`; afterwards undo works tag by tag
        UNDO_KEEP_DAYS = value("undo-keep-days", "N").default("365");
        /// Keep at most so much for that (500MB, 2GB, `unlimited`); the oldest goes first
        UNDO_KEEP_SIZE = value("undo-keep-size", "SIZE").default("2GB");
        /// Treat every warning about secrets as an error; --no-strict bears even a key that all users can read
        STRICT = flag("strict");
    }
}
