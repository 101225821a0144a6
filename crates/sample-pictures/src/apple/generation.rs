//! What differs between the versions of macOS: names of tables and columns, and numbers of entities.

/// Which macOS writes a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AppleGeneration {
    /// Catalina, Photos 5.
    MacOs10_15,
    /// Sonoma, Photos 9.
    MacOs14,
    /// Tahoe, Photos 11.1.
    MacOs26,
}

/// The names and numbers of one version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    /// PLModelVersion.
    pub(super) model: u16,
    pub(super) asset_table: &'static str,
    /// Entities, which are parts of names: asset, album, keyword.
    pub(super) asset: i64,
    pub(super) album: i64,
    pub(super) keyword: i64,
    pub(super) folder: i64,
    pub(super) import: i64,
    pub(super) shared_album: i64,
    /// Of the table of shares, from macOS 26 on.
    pub(super) collection_share: Option<i64>,
    pub(super) edited: &'static str,
    pub(super) depth: &'static str,
    pub(super) hdr: &'static str,
    pub(super) fingerprint: &'static str,
    pub(super) face_asset: &'static str,
    pub(super) face_person: &'static str,
    /// Where files of shared albums are.
    pub(super) shared_folder: &'static str,
}

impl AppleGeneration {
    /// All of them, the oldest first.
    pub const ALL: [Self; 3] = [Self::MacOs10_15, Self::MacOs14, Self::MacOs26];

    pub(super) fn names(self) -> Names {
        match self {
            Self::MacOs10_15 => Names {
                model: 13_703,
                asset_table: "ZGENERICASSET",
                asset: 34,
                album: 26,
                keyword: 37,
                folder: 32,
                import: 33,
                shared_album: 27,
                collection_share: None,
                edited: "ZHASADJUSTMENTS",
                depth: "ZDEPTHSTATES",
                hdr: "ZCUSTOMRENDEREDVALUE",
                fingerprint: "ZMASTERFINGERPRINT",
                face_asset: "ZASSET",
                face_person: "ZPERSON",
                shared_folder: "resources/cloudsharing/data",
            },
            Self::MacOs14 => Names {
                model: 17_120,
                asset_table: "ZASSET",
                asset: 3,
                album: 28,
                keyword: 40,
                folder: 36,
                import: 37,
                shared_album: 29,
                edited: "ZHASADJUSTMENTS",
                depth: "ZDEPTHTYPE",
                hdr: "ZHDRTYPE",
                fingerprint: "ZMASTERFINGERPRINT",
                face_asset: "ZASSETFORFACE",
                face_person: "ZPERSONFORFACE",
                collection_share: None,
                shared_folder: "scopes/cloudsharing/data",
            },
            Self::MacOs26 => Names {
                model: 19_320,
                asset_table: "ZASSET",
                asset: 3,
                album: 33,
                keyword: 52,
                folder: 41,
                import: 42,
                shared_album: 34,
                collection_share: Some(67),
                edited: "ZADJUSTMENTSSTATE",
                depth: "ZDEPTHTYPE",
                hdr: "ZHDRTYPE",
                fingerprint: "ZORIGINALSTABLEHASH",
                face_asset: "ZASSETFORFACE",
                face_person: "ZPERSONFORFACE",
                shared_folder: "scopes/cloudsharing/data",
            },
        }
    }

    /// Whether the database keeps what EXIF said when the photo was imported.
    pub(super) fn keeps_exif_dates(self) -> bool {
        self != Self::MacOs10_15
    }
}
