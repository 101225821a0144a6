//! The organizer: what is compared, what belongs together, and what is done about it.
//!
//! Each is a setting of its own, also where `write` has one of the same spelling: `--library` names files there and a
//! library of the server here. So in the environment and in the config file they carry the name of the command.

use crate::settings::setting::{choice, flag, value, values, words};
use crate::settings::words::HashWord;

/// What begins the name of each.
pub(crate) const ORGANIZE: &str = "organize-";

settings! {
    "What to do with the groups (without any: they are found and shown)" {
        /// Tag them: `NAME/keep` for the best, `NAME/duplicate` and its like for the others
        ORGANIZE_TAG = choice("organize-tag-only").option("tag-only").also(&["tag"]);
        /// The tag for that
        ORGANIZE_TAG_NAME =
            value("organize-duplicate-tag", "NAME").option("duplicate-tag").default("review-duplicate");
        /// Take this tag and its sub-tags away where this program put them, and do nothing else
        ORGANIZE_REMOVE_TAG = value("organize-remove-tag", "NAME").option("remove-tag").not_in_config();
        /// With --remove-tag: wherever they are, whoever put them there
        ORGANIZE_ALL_TAGGED = flag("organize-all-tagged").option("all-tagged").not_in_config();
        /// One album for each group, `Similar-0001` and so on
        ORGANIZE_ALBUMS = choice("organize-create-albums").option("create-albums");
        /// How the names of these albums begin
        ORGANIZE_ALBUM_PREFIX =
            value("organize-album-prefix", "TEXT").option("album-prefix").default("Similar-");
        /// Stack them, the best on top
        ORGANIZE_STACK = choice("organize-stack").option("stack");
        /// Give the best of each the heart
        ORGANIZE_FAVOURITE = choice("organize-mark-best-favorite")
            .option("mark-best-favorite")
            .also(&["mark-best-favourite"]);
        /// Tag photos on the server that are on this machine too, or among the loaded hashes
        ORGANIZE_TAG_LOCAL =
            choice("organize-tag-duplicates-of-local").option("tag-duplicates-of-local");
        /// A line in their captions that names the group and the distance
        ORGANIZE_DESCRIPTION = choice("organize-description").option("description");
        /// Show them as Immich's own duplicate groups on its review page
        ORGANIZE_REVIEW = choice("organize-to-immich-review").option("to-immich-review");
        /// Put all but the best into Immich's archive; of exact and duplicate ones unless --class says more
        ORGANIZE_ARCHIVE = choice("organize-archive").option("archive");
        /// Put the copies of the best into the trash: Immich's, once the best has what only they have, and for files here
        /// that of this machine; never similar photos or bursts
        ORGANIZE_TRASH = choice("organize-trash").option("trash").not_in_config();
        /// With --trash: where files of this machine go, on the same disk [default: the trash that file managers show]
        ORGANIZE_LOCAL_TRASH = value("organize-local-trash", "DIR").option("local-trash").path();
        /// Only these groups: numbers, or the beginnings of their ids
        ORGANIZE_GROUP = values("organize-group", "GROUP", &[',', ' ', '\n']).option("group").not_in_config();
        /// Only groups of these classes: exact, duplicate, burst, similar
        ORGANIZE_CLASS = values("organize-class", "CLASS", &[',', ' ', '\n']).option("class");
        /// Make a folder for each group in this one, with copies of files and originals of Immich
        ORGANIZE_OUTPUT = value("organize-output", "DIR").option("output").short('o').path();
        /// How files of this machine come into these folders: copy (sharing room where the disk can) or hard (a second
        /// name of the same file: who edits one edits both)
        ORGANIZE_LINK = value("organize-link", "HOW").option("link").default("copy");
        /// A page with all groups side by side, in one file
        ORGANIZE_REPORT = value("organize-report", "FILE").option("report").path();
        /// At most so many groups on the page, of each class its share
        ORGANIZE_REPORT_LIMIT = value("organize-report-limit", "N").option("report-limit").default("1000");
    }
    "What to compare" {
        /// Where photos are: immich, local, or both as immich,local [default: immich, or local with --source-dir]
        ORGANIZE_SOURCE = values("organize-source", "WHERE", &[',', ' ', '\n']).option("source");
        /// Folders of this machine, with all folders below
        ORGANIZE_SOURCE_DIR =
            values("organize-source-dir", "DIR", &['\n']).option("source-dir").short('s').path().many();
        /// Only photos in this album; once for each
        ORGANIZE_ALBUM = values("organize-immich-album", "NAME", &[';', '\n']).option("immich-album").also(&["album"]);
        /// Only photos of this person; of several, those with all of them
        ORGANIZE_PERSON = values("organize-person", "NAME", &[';', '\n']).option("person");
        /// Only photos in this external library of the server; once for each
        ORGANIZE_LIBRARY = values("organize-library", "NAME", &[';', '\n']).option("library");
        /// Only photos taken since, such as 2024-07-01
        ORGANIZE_SINCE = value("organize-since", "DATE").option("since");
        /// The filters hold for one photo of a group; the others may be outside
        ORGANIZE_TOUCHING = flag("organize-touching").option("touching");
        /// Compare with photos of partners and shared albums too; they are never changed
        ORGANIZE_SHARED = flag("organize-include-shared").option("include-shared");
        /// Leave archived photos out
        ORGANIZE_ARCHIVED = crate::settings::setting::flag_that_is_on("organize-archived").option("archived");
        /// Compare with the photos of this file of hashes too; once for each
        ORGANIZE_LOAD_HASHES = values("organize-load-hashes", "FILE", &['\n']).option("load-hashes").path();
        /// Write the hashes of all photos to this file, for another machine; compressed if its name ends in .gz
        ORGANIZE_SAVE_HASHES = value("organize-save-hashes", "FILE").option("save-hashes").path();
    }
    "What belongs together" {
        /// 0 to 10: up to 5 duplicates, above that similar photos too; 8 bits of 256 each
        ORGANIZE_THRESHOLD = value("organize-threshold", "N").option("threshold").default("5");
        /// Similar photos too; the same as --threshold 7
        ORGANIZE_SIMILAR = flag("organize-similar")
            .option("similar")
            .not_with(&["organize-threshold", "organize-max-distance"]);
        /// The same as --threshold in bits
        ORGANIZE_MAX_DISTANCE = value("organize-max-distance", "BITS")
            .option("max-distance")
            .not_with(&["organize-threshold"]);
        /// Shots of one camera within so many seconds of each other are a burst, with a looser limit
        ORGANIZE_BURST = value("organize-burst-seconds", "N").option("burst-seconds");
        /// Find turned and mirrored copies too
        ORGANIZE_ROTATIONS = flag("organize-rotations").option("rotations");
        /// Find copies with borders or bars too
        ORGANIZE_TRIMS = flag("organize-trim-borders").option("trim-borders");
        /// How looks are compared
        ORGANIZE_HASH = value("organize-hash", "KIND")
            .option("hash")
            .default("p256")
            .parser(words::<HashWord>);
        /// What makes a photo the best, before the usual order: larger, heavier, lighter, older, newer, format, camera, album,
        /// metadata, people, place; the first counts most
        ORGANIZE_PREFER = values("organize-prefer", "RULE", &[',', ' ', '\n']).option("prefer");
        /// A folder, or a library of the server, whose photos are kept; the first counts most
        ORGANIZE_PREFER_PLACE = values("organize-prefer-place", "PLACE", &[';', '\n']).option("prefer-place");
    }
    "How pictures are looked at" {
        /// Fetch previews (1440 pixels) instead of thumbnails
        ORGANIZE_DETAIL = flag("organize-detail").option("detail");
        /// Look at every picture again, whatever is remembered of it
        ORGANIZE_REHASH = flag("organize-rehash").option("rehash");
        /// Folder of fetched thumbnails [default: one in the user's cache folder]
        ORGANIZE_CACHE_DIR = value("organize-cache-dir", "DIR").option("cache-dir").path();
        /// How much of them is kept at most; those not used for longest go first
        ORGANIZE_CACHE_SIZE = value("organize-cache-size", "SIZE").option("cache-size").default("5GB");
        /// Keep no thumbnails on the disk
        ORGANIZE_STREAM = flag("organize-stream-mode").option("stream-mode");
        /// Pictures that are decoded at the same time [default: one for each processor]
        ORGANIZE_WORKERS = value("organize-workers", "N").option("workers");
    }
}
