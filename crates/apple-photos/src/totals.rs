//! Counts that the user can compare with what Photos shows.

use crate::{Asset, Flag, Kind, Origin, Presence};

/// What was told of a library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// All assets.
    pub assets: u64,
    /// What Photos shows under "Library": neither hidden nor in the trash, of a burst only what it shows.
    pub shown: u64,
    /// Pictures among [`Totals::shown`].
    pub shown_photos: u64,
    /// Videos among [`Totals::shown`].
    pub shown_videos: u64,
    /// In the album "Hidden".
    pub hidden: u64,
    /// In the album "Recently Deleted".
    pub trashed: u64,
    /// Pictures of bursts that nobody picked.
    pub burst_rest: u64,
    /// Copies of shared albums.
    pub shared_copies: u64,
    /// From Messages and the like, not saved to the library.
    pub syndicated: u64,
    /// Assets whose main file is in iCloud only.
    pub in_cloud: u64,
    /// Assets whose main file is nowhere.
    pub lost: u64,
    /// Assets whose main file is on a volume that is not connected.
    pub offline: u64,
    /// Assets whose main file would be outside of the library without being a referenced one.
    pub lead_out: u64,
    /// Rows that are no asset that can be told.
    pub unreadable: Vec<Unreadable>,
}

/// A row of the database that cannot be told as an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The number of the row.
    pub row: i64,
    /// Its UUID, if it has one.
    pub uuid: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

impl Totals {
    /// Counts one more.
    pub fn add(&mut self, asset: &Asset) {
        self.assets += 1;
        let count = |counter: &mut u64, is_so: bool| *counter += u64::from(is_so);
        let is_rest = asset.burst.as_ref().is_some_and(|burst| !burst.is_shown());
        let is_shown = !asset.flags.has(Flag::Hidden)
            && !asset.flags.has(Flag::Trashed)
            && !asset.flags.has(Flag::NotShown)
            && !is_rest
            && matches!(asset.origin, Origin::Managed | Origin::Referenced);
        count(&mut self.shown, is_shown);
        count(&mut self.shown_photos, is_shown && asset.kind == Kind::Photo);
        count(&mut self.shown_videos, is_shown && asset.kind == Kind::Video);
        count(&mut self.hidden, asset.flags.has(Flag::Hidden));
        count(&mut self.trashed, asset.flags.has(Flag::Trashed));
        count(&mut self.burst_rest, is_rest);
        count(&mut self.shared_copies, asset.origin == Origin::SharedAlbum);
        count(&mut self.syndicated, asset.origin == Origin::Syndicated);
        match asset.main_file().map(|file| &file.presence) {
            Some(Presence::Here) => {}
            Some(Presence::InCloud) => self.in_cloud += 1,
            Some(Presence::VolumeOffline { .. }) => self.offline += 1,
            Some(Presence::LeadsOut) => self.lead_out += 1,
            Some(Presence::Lost) | None => self.lost += 1,
        }
    }
}
