//! How data are laid out in files, who wins, and what belongs to a single kind of data.

use crate::settings::setting::{flag, flag_that_is_on, value, values};

settings! {
    "How it is written" {
        /// Who wins: overwrite (the server), fill-missing (the file) or never; KIND=WHO for one kind of data
        POLICY = values("policy", "WHO", &[',', ' ', '\n']).default("overwrite");
        /// Characters of the longest caption
        CAPTION_MAX_LEN = value("caption-max-len", "N").default("2000").aliases(&["CAPTION_MAX_LEN"]);
        /// Names of people also as keywords; Immich turns those into tags
        PEOPLE_KEYWORDS = flag("people-keywords");
        /// Names of people also as hierarchical keywords, `People|Name`
        PEOPLE_HIERARCHY = flag("people-hierarchy");
        /// Albums only as Event, not as hierarchical keywords `Albums|Name`
        ALBUM_HIERARCHY = flag_that_is_on("album-hierarchy");
        /// Albums also in the comment (EXIF UserComment), which some programs take for a caption
        ALBUM_COMMENT = flag("album-comment");
        /// Tags only as hierarchical keywords, not as flat ones
        FLAT_TAGS = flag_that_is_on("flat-tags");
        /// Faces also in Microsoft's form
        MICROSOFT_REGIONS = flag("microsoft-regions");
    }
    "Albums and faces" {
        /// Also albums that others share with you
        SHARED_ALBUMS = flag("shared-albums");
        /// Ask for all albums again
        CLEAR_ALBUM_CACHE = flag("clear-album-cache");
        /// How long the members of an unchanged album are not asked for again: seconds, or such as 12h or 7d
        ALBUM_CACHE_TTL =
            value("album-cache-ttl", "TIME").default("24h").aliases(&["IMMICH_ALBUM_CACHE_TTL"]);
        /// How long what is known of albums may be used while the server does not answer
        ALBUM_CACHE_MAX_STALE =
            value("album-cache-max-stale", "TIME").default("7d").aliases(&["IMMICH_ALBUM_CACHE_MAX_STALE"]);
        /// Write faces although the server imports them from files, which doubles its faces
        FACES_ALTHOUGH_IMPORTED = flag("faces-although-imported");
        /// Ask again for the faces of one in N photos whose people did not change, where each costs a request
        FACE_RECHECK = value("face-recheck", "N").default("7");
    }
}
