//! What is written, and of which photos.

use crate::settings::setting::{asset_id, choice, value, values};

settings! {
    "What to write (at least one)" {
        /// Names of people
        PEOPLE = choice("people");
        /// Coordinates
        GPS = choice("gps");
        /// The caption
        CAPTION = choice("caption");
        /// The capture time with its offset
        TIME = choice("time");
        /// Stars; a favourite without stars gets five
        RATING = choice("rating");
        /// All five
        EVERY_BASIC_KIND = choice("all");
        /// Names of albums
        ALBUMS = choice("albums");
        /// Where the faces of named people are
        FACE_COORDINATES = choice("face-coordinates");
        /// Tags
        TAGS = choice("tags");
        /// All eight
        EVERYTHING = choice("everything");
        /// What to write, by name
        WRITE = values("write", "KIND", &[',', ' ', '\n']).not_on_command_line();
    }
    "Which photos" {
        /// Change at most so many photos
        LIMIT = value("limit", "N");
        /// Only these assets
        ASSET = values("asset", "ID", &[',', ' ', '\n']).many().parser(asset_id);
        /// Only this file or what is below this folder, as the server or as this machine sees it
        PATH = value("path", "PATH");
        /// Only what the server changed since, such as 2024-07-01 or 2024-07-01T12:00:00Z
        SINCE = value("since", "DATE");
    }
}
