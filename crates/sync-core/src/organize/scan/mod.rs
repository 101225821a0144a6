//! One scan: photos are listed, looked at, compared and put into groups, which take the place of those before.
//!
//! Whatever was learnt of a picture is remembered as soon as some dozens of them are done, so that a scan that was ended
//! in the middle goes on where it was. Groups change at the end only, all at once.

mod about;
mod compare;
mod contents;
mod desk;
mod detail;
mod exchange;
mod gate;
mod judge;
mod look;
mod open_file;
mod shelf;
mod shots;
mod spool;

use std::path::Path;

use jiff::Timestamp;

pub(super) use about::About;
pub(super) use contents::sha1_of;
pub(super) use desk::Desk;
pub(super) use detail::{Detail, Found, How, camera_name, camera_number, digest8, digest16, format_of};
pub(super) use look::SHORT_SIDE;
pub(super) use open_file::{FileFacts, NotRead, facts_of, is_same, open as open_listed, read_rest};

use super::cache::ThumbnailCache;
use super::options::{OrganizeOptions, SourceChoice};
use super::sources;
use super::summary::ScanSummary;
use crate::account::{self, Account};
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::state::{DeedStore, GroupStore, PictureStore, Store};
use crate::stop::StopFlag;

/// What a scan remembers and finds.
pub trait ScanStore: Store + GroupStore + PictureStore + DeedStore {}

impl<T: Store + GroupStore + PictureStore + DeedStore> ScanStore for T {}

/// Everything a scan needs, told by the caller.
pub struct Scan<'a> {
    /// The accounts whose photos are looked at; none for folders alone.
    pub accounts: &'a [Account<'a>],
    /// What is remembered.
    pub store: &'a dyn ScanStore,
    /// What the user decided.
    pub options: &'a OrganizeOptions,
    /// Where thumbnails are kept; `None` keeps none.
    pub cache: Option<&'a ThumbnailCache>,
    /// A folder with room for some hundred bytes per photo while the scan goes on; nothing stays in it.
    pub scratch: &'a Path,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current photo.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl Scan<'_> {
    /// Looks at everything and stores the groups. Changes nothing on the server or in any folder.
    pub fn run(&self) -> Result<ScanSummary, SyncError> {
        if !self.accounts.is_empty() {
            let identity = account::identity(self.accounts, self.store)?;
            self.store.set_identity(&identity)?;
        }
        let mut desk = Desk::open(self)?;
        exchange::load(&mut desk)?;
        sources::list(self, &mut desk)?;
        desk.tell_listed();
        look::look(&mut desk)?;
        contents::find(&mut desk)?;
        desk.summary.scope = compare::scope(self.options);
        let is_file = |rest: &&shelf::Rest| rest.marks.is_file && !rest.marks.is_gone;
        desk.summary.files = desk.shelf.rest.iter().filter(is_file).count() as u64;
        let mut summary = judge::judge(desk)?;
        summary.require_sum()?;
        summary.groups = self.store.group_counts()?;
        self.reporter.report(&Event::Scanned(&summary));
        Ok(summary)
    }

    /// Whether photos of the server are looked at.
    pub(super) fn asks_the_server(&self) -> bool {
        !matches!(self.options.source, SourceChoice::Local(_))
    }

    /// Days since 1970.
    fn day(&self) -> i64 {
        (self.now)().as_second().div_euclid(24 * 60 * 60)
    }
}
