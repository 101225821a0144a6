//! Exports of a library of Apple Photos: what of it, under which names, and what is written beside it.
//!
//! Options have the names of osxphotos where they mean the same. In the environment and in the config file they carry the
//! name of the command.

use crate::settings::setting::{flag, value, values, words};
use crate::settings::words::{ConflictWord, SidecarWord};

/// What begins the name of each.
pub(crate) const EXPORT: &str = "export-apple-photos-";

settings! {
    "Where it goes, under which names" {
        /// The library, where none is named on the command line
        EXPORT_LIBRARY = value("export-apple-photos-library", "PATH").path().not_on_command_line();
        /// The folder that it is exported to; made when missing
        EXPORT_TO = value("export-apple-photos-to", "DIR").option("to").path();
        /// The folders below it, as a template
        EXPORT_DIRECTORY = value("export-apple-photos-directory", "TEMPLATE")
            .option("directory")
            .default("{created.year}/{created.mm}");
        /// The names of files without their endings, as a template; else as they were imported
        EXPORT_FILENAME = value("export-apple-photos-filename", "TEMPLATE").option("filename");
        /// What stands behind the name of an edited version
        EXPORT_EDITED_SUFFIX = value("export-apple-photos-edited-suffix", "TEXT")
            .option("edited-suffix")
            .default("_edited");
        /// Give files the time of the photo instead of that of the file in the library
        EXPORT_TOUCH_FILE = flag("export-apple-photos-touch-file").option("touch-file");
        /// What happens when something else is where a file would be; it is never overwritten
        EXPORT_ON_CONFLICT = value("export-apple-photos-on-conflict", "WHAT")
            .option("on-conflict")
            .default("rename")
            .parser(words::<ConflictWord>);
    }
    "What of the library" {
        /// Leave out edited versions
        EXPORT_SKIP_EDITED = flag("export-apple-photos-skip-edited").option("skip-edited");
        /// Leave out the original of a photo whose edited version is exported
        EXPORT_SKIP_ORIGINAL = flag("export-apple-photos-skip-original-if-edited").option("skip-original-if-edited");
        /// Leave out the videos of live photos
        EXPORT_SKIP_LIVE = flag("export-apple-photos-skip-live").option("skip-live");
        /// Leave out raw pictures that have another picture beside them
        EXPORT_SKIP_RAW = flag("export-apple-photos-skip-raw").option("skip-raw");
        /// Leave out the pictures of bursts that nobody picked
        EXPORT_SKIP_BURSTS = flag("export-apple-photos-skip-bursts").option("skip-bursts");
        /// Take hidden photos, too
        EXPORT_HIDDEN = flag("export-apple-photos-hidden").option("hidden");
        /// Take what is in "Recently Deleted", too
        EXPORT_DELETED = flag("export-apple-photos-deleted").option("deleted");
        /// Take the reduced copies of shared albums, too
        EXPORT_SHARED = flag("export-apple-photos-shared").option("shared");
        /// Take what came in messages and nobody saved, too
        EXPORT_SYNDICATED = flag("export-apple-photos-syndicated").option("syndicated");
        /// Where files outside of the library are on this machine, as in /Volumes/Disk=/mnt/disk. Once for each
        EXPORT_PATH_MAP = values("export-apple-photos-volume", "MAC=HERE", &['\n']).option("volume");
    }
    "What is said about each photo" {
        /// Put a file with title, caption, keywords, people, place and date beside each photo
        EXPORT_SIDECAR =
            value("export-apple-photos-sidecar", "FORM").option("sidecar").parser(words::<SidecarWord>);
        /// Write the same into the exported copies; the library is never written to
        EXPORT_EMBED = flag("export-apple-photos-embed").option("embed");
        /// Albums as keywords
        EXPORT_ALBUM_KEYWORD = flag("export-apple-photos-album-keyword").option("album-keyword");
        /// Names of people as keywords
        EXPORT_PERSON_KEYWORD = flag("export-apple-photos-person-keyword").option("person-keyword");
        /// Five stars for favourites
        EXPORT_FAVORITE_RATING = flag("export-apple-photos-favorite-rating").option("favorite-rating");
    }
    "Afterwards" {
        /// Put exported files into a trash that this export has no more; files of others are never touched
        EXPORT_CLEANUP = flag("export-apple-photos-cleanup").option("cleanup");
        /// That trash, on the same file system [default: .immich-sync-trash in the folder of the export]
        EXPORT_CLEANUP_TO = value("export-apple-photos-cleanup-to", "DIR").option("cleanup-to").path();
        /// List every file in this file, which ends in .csv or .json
        EXPORT_REPORT = value("export-apple-photos-report", "FILE").option("report").path();
    }
}
