//! Imports: what is taken from a source, and what becomes of it on the server.
//!
//! Options have the names that people know from other uploaders where they mean the same. In the environment and in the
//! config file they carry the name of the command, and where they are for one source alone, its name.

use crate::settings::setting::{flag, flag_that_is_on, value, values, words};
use crate::settings::words::{
    BurstWord, DeleteWord, EditWord, EditedWord, FolderAlbumWord, HiddenWord, MediaWord, PeopleWord,
    WinnerWord,
};

/// What begins the name of each.
pub(crate) const IMPORT: &str = "import-";

/// What begins the names of those for folders alone.
pub(crate) const IMPORT_OF_FOLDERS: &str = "import-folder-";

/// What begins the names of those for exports of Google Photos alone.
pub(crate) const IMPORT_OF_TAKEOUTS: &str = "import-google-takeout-";

/// What begins the names of those for libraries of Apple Photos alone.
pub(crate) const IMPORT_OF_APPLE: &str = "import-apple-photos-";

settings! {
    "What becomes of it on the server" {
        /// Put every photo into this album, too
        IMPORT_INTO_ALBUM = value("import-into-album", "NAME").option("into-album");
        /// Give every photo this tag; `/` divides a tag from what is below it. Once for each
        IMPORT_TAG = values("import-tag", "TAG", &[',', '\n']).option("tag");
        /// Give what is sent in this run a tag of its own, with date and time
        IMPORT_SESSION_TAG = flag("import-session-tag").option("session-tag");
        /// Names of people as tags, `People/Name`
        IMPORT_PEOPLE_TAG = flag("import-people-tag").option("people-tag");
        /// Who wins where something about a photo differs from what the server says
        IMPORT_PREFER = value("import-prefer", "WHO")
            .option("prefer")
            .default("changed")
            .parser(words::<WinnerWord>);
        /// What happens with photos that were sent and are gone from the source
        IMPORT_DELETE =
            value("import-delete", "WHAT").option("delete").default("keep").parser(words::<DeleteWord>);
        /// Put files into the trash of this machine once the server was asked again and has their very bytes. Folders only
        IMPORT_DELETE_AFTER = flag("import-delete-after").option("delete-after");
        /// What happens with a photo that has other bytes than when it was sent
        IMPORT_ON_EDIT =
            value("import-on-edit", "WHAT").option("on-edit").default("stack").parser(words::<EditWord>);
        /// Stack what was taken at the same time and belongs together: raw-jpeg, heic-jpeg, burst, edited, or none. In a library
        /// of Apple Photos, which knows what belongs together, all of it is stacked unless this says what
        IMPORT_STACK = values("import-stack", "KIND", &[',', ' ', '\n']).option("stack");
        /// What happens with hidden or locked photos of the source
        IMPORT_HIDDEN =
            value("import-hidden", "WHAT").option("hidden").default("skip").parser(words::<HiddenWord>);
        /// Send also what was deleted on the server since it was sent
        IMPORT_RESTORE = flag("import-restore").option("restore").not_in_config();
    }
    "How files are read and sent" {
        /// Read every file, also those whose size and times are as they were
        IMPORT_REHASH = flag("import-rehash").option("rehash").not_in_config();
        /// Uploads at the same time
        IMPORT_CONCURRENT_TASKS =
            value("import-concurrent-tasks", "N").option("concurrent-tasks").default("4");
        /// Let the heavy jobs of the server (thumbnails, videos, faces, search) wait until everything is sent. Takes
        /// the key of an administrator
        IMPORT_PAUSE_JOBS =
            flag("import-pause-jobs").option("pause-jobs").also(&["pause-immich-jobs"]);
    }
    "What of the folders" {
        /// Folders, where none are named on the command line
        IMPORT_FOLDER_PATHS = values("import-folder-paths", "PATH", &['\n']).path().not_on_command_line();
        /// Make albums of folders
        IMPORT_FOLDER_AS_ALBUM = value("import-folder-folder-as-album", "HOW")
            .option("folder-as-album")
            .default("none")
            .parser(words::<FolderAlbumWord>);
        /// What stands between folders in the name of an album that is a path; ` / ` when nobody says
        IMPORT_FOLDER_JOINER =
            value("import-folder-album-path-joiner", "TEXT").option("album-path-joiner");
        /// Give each photo the folders it lies in as a tag
        IMPORT_FOLDER_AS_TAGS = flag("import-folder-folder-as-tags").option("folder-as-tags");
        /// Leave out folders below
        IMPORT_FOLDER_RECURSIVE = flag_that_is_on("import-folder-recursive").option("recursive");
        /// Only files that this pattern matches, such as `2023/**` or `*.jpg`. Once for each
        IMPORT_FOLDER_INCLUDE = values("import-folder-include", "GLOB", &['\n']).option("include");
        /// No files or folders that this pattern matches. Once for each
        IMPORT_FOLDER_EXCLUDE = values("import-folder-exclude", "GLOB", &['\n'])
            .option("exclude")
            .also(&["ban-file"]);
        /// Only files with these extensions
        IMPORT_FOLDER_INCLUDE_EXTENSIONS =
            values("import-folder-include-extensions", "EXT", &[',', ' ', '\n']).option("include-extensions");
        /// No files with these extensions
        IMPORT_FOLDER_EXCLUDE_EXTENSIONS =
            values("import-folder-exclude-extensions", "EXT", &[',', ' ', '\n']).option("exclude-extensions");
        /// Only pictures, or only videos
        IMPORT_FOLDER_INCLUDE_TYPE = value("import-folder-include-type", "TYPE")
            .option("include-type")
            .parser(words::<MediaWord>);
        /// Only what was taken in 2023, 2023-07, 2023-07-15 or 2023-07-01,2023-08-15
        IMPORT_FOLDER_DATE_RANGE = value("import-folder-date-range", "DATES").option("date-range");
        /// Do not guess the date of a file that says none from its name
        IMPORT_FOLDER_DATE_FROM_NAME =
            flag_that_is_on("import-folder-date-from-name").option("date-from-name");
        /// Do not read XMP, JSON and lists beside photos
        IMPORT_FOLDER_IGNORE_SIDECARS =
            flag("import-folder-ignore-sidecar-files").option("ignore-sidecar-files");
        /// Make no albums of the lists of Picasa and iCloud
        IMPORT_FOLDER_LISTED_ALBUMS =
            flag_that_is_on("import-folder-listed-albums").option("listed-albums").also(&["album-picasa"]);
        /// Take what the lists of iCloud call deleted, too
        IMPORT_FOLDER_TRASHED = flag("import-folder-include-trashed").option("include-trashed");
        /// With --delete-after: where files go, on the same disk [default: the trash that file managers show]
        IMPORT_FOLDER_LOCAL_TRASH = value("import-folder-local-trash", "DIR").option("local-trash").path();
        /// The file system gives files other numbers each time; compare size and time alone
        IMPORT_FOLDER_IGNORE_INODE = flag("import-folder-ignore-inode").option("ignore-inode");
    }
    "What of the export" {
        /// Parts of the export, where none are named on the command line
        IMPORT_TAKEOUT_PATHS =
            values("import-google-takeout-paths", "PATH", &['\n']).path().not_on_command_line();
        /// Leave out what is in the archive of Google Photos
        IMPORT_TAKEOUT_ARCHIVED =
            flag_that_is_on("import-google-takeout-include-archived").option("include-archived");
        /// Take what is in the trash of Google Photos, too
        IMPORT_TAKEOUT_TRASHED = flag("import-google-takeout-include-trashed").option("include-trashed");
        /// Leave out what a partner shared
        IMPORT_TAKEOUT_PARTNER =
            flag_that_is_on("import-google-takeout-include-partner").option("include-partner");
        /// Put what a partner shared into this album
        IMPORT_TAKEOUT_PARTNER_ALBUM = value("import-google-takeout-partner-shared-album", "NAME")
            .option("partner-shared-album");
        /// Leave out photos and videos that the export says nothing about
        IMPORT_TAKEOUT_UNMATCHED =
            flag_that_is_on("import-google-takeout-include-unmatched").option("include-unmatched");
        /// Make no albums
        IMPORT_TAKEOUT_ALBUMS = flag_that_is_on("import-google-takeout-sync-albums").option("sync-albums");
        /// Make albums without a title, too, called as their folders
        IMPORT_TAKEOUT_UNTITLED =
            flag("import-google-takeout-include-untitled-albums").option("include-untitled-albums");
        /// Give what is sent the name of its export as a tag, as far as the names of its parts tell
        IMPORT_TAKEOUT_TAG = flag("import-google-takeout-takeout-tag").option("takeout-tag");
        /// Only photos of the album with this title
        IMPORT_TAKEOUT_FROM_ALBUM =
            value("import-google-takeout-from-album-name", "NAME").option("from-album-name");
    }
    "What of the library" {
        /// The library, where none is named on the command line
        IMPORT_APPLE_LIBRARY =
            value("import-apple-photos-library", "LIBRARY").path().not_on_command_line();
        /// What happens with photos that were edited
        IMPORT_APPLE_EDITED = value("import-apple-photos-edited", "WHAT")
            .option("edited")
            .default("stack")
            .parser(words::<EditedWord>);
        /// What of a burst is taken
        IMPORT_APPLE_BURST = value("import-apple-photos-burst", "WHAT")
            .option("burst")
            .default("selected")
            .parser(words::<BurstWord>);
        /// Take the reduced copies in shared albums, too, with their albums
        IMPORT_APPLE_SHARED = flag("import-apple-photos-shared-albums").option("shared-albums");
        /// Make no albums
        IMPORT_APPLE_ALBUMS = flag_that_is_on("import-apple-photos-sync-albums").option("sync-albums");
        /// How the names of people travel
        IMPORT_APPLE_PEOPLE = value("import-apple-photos-people", "HOW")
            .option("people")
            .default("tags")
            .parser(words::<PeopleWord>);
        /// Give panoramas, screenshots, portraits and so on a tag below `Type`
        IMPORT_APPLE_TYPE_TAGS = flag("import-apple-photos-type-tags").option("type-tags");
        /// Where files are here that stayed outside of the library, such as /Volumes/Disk=/mnt/disk. Once for each
        IMPORT_APPLE_MAP = values("import-apple-photos-volume", "THERE=HERE", &['\n']).option("volume");
    }
}
