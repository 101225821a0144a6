//! The server releases that the sandbox can play.
//!
//! One enum decides every difference in shape, so that a test can say "the same, on 2.x". Two releases
//! are enough: they are the last of their line, and their answers were recorded from real servers.

/// A server release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// 2.7.5, the last 2.x: faces inside people, `message` may be a list, albums carry their assets.
    V2_7_5,
    /// 3.0.3: no boxes in asset answers, validation `errors`, PATCH beside PUT.
    V3_0_3,
}

impl Version {
    /// Every release, to run a test on each.
    pub const ALL: [Self; 2] = [Self::V2_7_5, Self::V3_0_3];

    /// Major, minor and patch number.
    pub const fn numbers(self) -> (u16, u16, u16) {
        match self {
            Self::V2_7_5 => (2, 7, 5),
            Self::V3_0_3 => (3, 0, 3),
        }
    }

    /// Whether this is a 3.x server.
    pub const fn is_v3(self) -> bool {
        matches!(self, Self::V3_0_3)
    }

    /// The ExifTool that this release carries, as `/server/about` says it.
    pub(crate) const fn exiftool(self) -> &'static str {
        match self {
            Self::V2_7_5 => "13.53",
            Self::V3_0_3 => "13.59",
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (major, minor, patch) = self.numbers();
        write!(f, "v{major}.{minor}.{patch}")
    }
}
