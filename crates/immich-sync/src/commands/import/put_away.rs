//! Files of this machine go to its trash when the server has them.

use anyhow::Result;
use immich_api::Client;
use jiff::tz::TimeZone;
use messages_macros::tr;
use sync_core::import::{ImportOptions, PutAway};
use sync_core::local_trash::TrashPlace;
use sync_core::lock::LibraryLock;
use sync_core::state::{RunId, SqliteStore};
use sync_core::{Reporter as _, Summary, SyncError};

use super::opened::Opened;
use super::run::{Run, command};
use crate::language::said;
use crate::output::Presenter as _;

/// What became of them, and in which run.
pub(super) type Ended = (Summary, Option<RunId>);

impl Run<'_> {
    /// Puts them away. Much of a source only goes after a yes.
    pub(super) fn put_away(
        &self,
        client: &Client,
        opened: &Opened,
        store: &SqliteStore,
        place: &TrashPlace,
        zone: &TimeZone,
    ) -> Result<Ended> {
        // Nobody may write into these files at the same time.
        let roots = self.settings.from.paths().iter().filter(|root| root.is_dir());
        let _locks = roots.map(|root| LibraryLock::acquire(root)).collect::<Result<Vec<_>, _>>()?;
        let command = format!("{} --delete-after (files)", command(&self.settings.from));
        let mut options: ImportOptions = self.settings.options.clone();
        loop {
            let import = self.with(store, opened, &options, self.presenter);
            let error = match (PutAway { import: &import, place, zone: zone.clone() }).run(client, &command) {
                Ok(ended) => return Ok(ended),
                Err(error) => error,
            };
            let SyncError::Brake(what) = &error else { return Err(error.into()) };
            self.presenter.pause();
            options.confirmed = self.asker.confirm(&tr!("{}. Go on?", said(what)));
            if !options.confirmed {
                self.presenter.report(&sync_core::Event::Warning(
                    "everything was sent and nothing went to the trash; say --yes to put it there",
                ));
                return Err(error.into());
            }
            self.presenter.begin();
        }
    }
}
