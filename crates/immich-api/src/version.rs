//! Every difference between server versions that this client knows, in one table.
//!
//! The first versions come from comparing the API descriptions of 134 releases. Newer servers than the
//! newest known one are taken for the newest: Immich adds far more than it removes, and every answer is
//! read tolerantly.

use std::fmt;

/// The oldest server that this client works with.
pub const OLDEST: ServerVersion = ServerVersion::new(1, 118, 0);

/// The version of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerVersion {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number.
    pub patch: u32,
}

impl ServerVersion {
    /// A version from its three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Whether this client works with it.
    pub fn is_supported(self) -> bool {
        self >= OLDEST
    }

    /// Whether servers of this version have that.
    pub(crate) fn has(self, what: Trait) -> bool {
        let (since, until) = what.span();
        self >= since && until.is_none_or(|until| self < until)
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Something that some versions have and others have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trait {
    /// `GET /api-keys/me` says what the key may do.
    OwnKey,
    /// `POST /search/statistics` counts what a search finds.
    SearchStatistics,
    /// `visibility` replaced `isArchived` and `isVisible`, in filters and answers.
    Visibility,
    /// A search leaves archived assets out unless their visibility is named.
    SearchHidesArchive,
    /// `POST /search/metadata` takes `albumIds`; before, `GET /albums/{id}` lists all assets at once.
    AlbumFilter,
    /// `POST /search/metadata` takes `tagIds`.
    TagFilter,
    /// `GET /albums` lists own albums, and those shared with or by the user only with `shared=true`.
    AlbumsAskShared,
    /// `POST /sync/stream` streams faces and people.
    FaceStream,
    /// Its faces say whether they were deleted or cut off; from 3.0 on the older form is refused.
    FaceStreamV2,
    /// The stream says at its end that it was all.
    StreamEnds,
    /// Listings name the boxes of faces; afterwards each asset has to be asked for them.
    FacesInListing,
    /// `PUT /assets` takes a description.
    DescribesMany,
    /// Null takes a rating away; before, zero did.
    RatingIsNull,
    /// `DELETE /stacks/{id}/assets/{assetId}` takes one asset out of a stack.
    LeavesStack,
    /// `GET /timeline/bucket` tells a month in columns; before, it needs more to be asked.
    TimelineColumns,
    /// `POST /faces` and `DELETE /faces/{id}` draw and remove faces.
    FaceOrders,
    /// `DELETE /people/{id}` removes a person.
    PersonDelete,
    /// An asset keeps notes under keys of anybody's choice, several assets in one order.
    Notes,
    /// An upload has notes, but of one key that is not ours.
    NotesDemanded,
    /// `PUT /assets/copy` takes albums and more over to another asset.
    Copy,
    /// `/queues` took the place of `/jobs`.
    Queues,
}

impl Trait {
    /// The first version that has it.
    pub(crate) const fn since(self) -> ServerVersion {
        self.span().0
    }

    /// The first version that has it, and the first that has it no more.
    const fn span(self) -> (ServerVersion, Option<ServerVersion>) {
        const fn v(major: u32, minor: u32) -> ServerVersion {
            ServerVersion::new(major, minor, 0)
        }
        match self {
            Self::OwnKey => (v(1, 139), None),
            Self::SearchStatistics | Self::AlbumFilter => (v(1, 135), None),
            Self::Visibility | Self::DescribesMany | Self::TimelineColumns => (v(1, 133), None),
            Self::FaceOrders => (v(1, 127), None),
            Self::TagFilter => (v(1, 126), None),
            Self::AlbumsAskShared => (OLDEST, Some(v(3, 0))),
            // The second came into the source between 1.135 and 1.136.
            Self::FaceStream | Self::PersonDelete => (v(1, 136), None),
            Self::FaceStreamV2 | Self::RatingIsNull => (v(2, 6), None),
            Self::Notes => (v(2, 5), None),
            Self::NotesDemanded => (v(1, 140), Some(v(2, 5))),
            Self::Queues => (v(2, 4), None),
            Self::Copy => (v(2, 2), None),
            // The oldest description that was seen to have the second of them; it came after 1.132.
            Self::StreamEnds | Self::LeavesStack => (v(1, 144), None),
            Self::FacesInListing => (v(1, 106), Some(v(3, 0))),
            Self::SearchHidesArchive => (v(1, 133), Some(v(3, 0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(ServerVersion::new(1, 118, 0).is_supported());
        assert!(ServerVersion::new(99, 0, 0).is_supported());
        assert!(!ServerVersion::new(1, 117, 9).is_supported());
        assert!(!ServerVersion::new(1, 20, 0).is_supported());
    }

    #[test]
    fn a_trait_has_a_first_and_a_last_version() {
        let (v2, v3) = (ServerVersion::new(2, 7, 5), ServerVersion::new(3, 0, 3));

        assert!(v2.has(Trait::SearchHidesArchive) && !v3.has(Trait::SearchHidesArchive));
        assert!(!ServerVersion::new(1, 138, 2).has(Trait::OwnKey) && v3.has(Trait::OwnKey));
    }
}
