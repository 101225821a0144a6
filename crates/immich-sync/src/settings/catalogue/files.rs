//! Where the files are, and which of them are written.

use crate::settings::setting::{flag, value, values, words};
use crate::settings::words::{FormWord, HardLinks, Managed};

settings! {
    "Files" {
        /// Folder of the original files on this machine
        LIBRARY = value("library", "DIR").path().aliases(&["IMMICH_PHOTO_DIR", "PHOTO_DIR"]);
        /// How many last parts of a path on the server lead to the file below --library [default: found out by
        /// comparing a few photos]
        PATH_SEGMENTS = value("path-segments", "N")
            .aliases(&["IMMICH_PATH_SEGMENTS"])
            .not_with(&["path-map"]);
        /// A folder of the server and where it is below --library; the first that fits is taken
        PATH_MAP = values("path-map", "SERVER=LOCAL", &[';']);
        /// Take every file for the asset that its path belongs to, without comparing size, time or content
        TRUST_PATHS = flag("trust-paths");
        /// Where data go: original, sidecar or both; LIBRARY-ID=WHERE for one external library
        TARGET = values("target", "WHERE", &[',', ' ', '\n']).default("original");
        /// How new sidecars are named
        SIDECAR_FORM = value("sidecar-form", "FORM").default("immich").parser(words::<FormWord>);
        /// Write a sidecar where the original must not be written
        SIDECAR_WHEN_REFUSED = flag("sidecar-when-refused");
        /// What to do with files that Immich manages itself (uploads)
        MANAGED = value("managed", "WHAT").parser(words::<Managed>);
        /// What to do with a file that has more than one name
        HARD_LINKS = value("hard-links", "WHAT").default("skip").parser(words::<HardLinks>);
        /// Give changed files the present time instead of the one they had
        TOUCH = flag("touch");
        /// Compare all of a new version with the original before it takes its place, not only what is new and the ends
        /// of what is copied
        PARANOID = flag("paranoid");
        /// Write into a video itself from this size on, in megabytes, where nothing in it moves and the file system
        /// cannot share blocks between files; `never` copies it whatever its size
        IN_PLACE_FROM = value("in-place-from", "MB").default("32");
        /// Write into signed files too; the signature (C2PA) does not fit any more afterwards
        WRITE_SIGNED = flag("write-signed");
        /// Write into the raw files of cameras too
        WRITE_RAW = flag("write-raw");
    }
}
