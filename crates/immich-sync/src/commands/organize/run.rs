//! `organize` itself: photos are compared, and what was asked for is done with the groups.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::ArgMatches;
use immich_api::Client;
use jiff::Timestamp;
use sync_core::lock::RunLock;
use sync_core::organize::{ActSummary, Filters, OrganizeOptions, ScanSummary};
use sync_core::state::SqliteStore;
use sync_core::{Account, StopFlag};

use super::super::frame;
use super::last_scan::LastScan;
use super::{act, folders, found, local_trash, names, permissions, report, scan};
use crate::args::JobCommand;
use crate::exit::ExitStatus;
use crate::output::{
    Asker, Console, Everybody, OrganizeEnd, Presenter as _, Traffic, lost_log, lost_results,
    make_room_for_statistics, start_tracing,
};
use crate::queues;
use crate::room;
use crate::same_state::SameState;
use crate::settings::{OrganizeSettings, OutputSettings};
use crate::signals::Signals;
use crate::start::{Start, typed_json};
use crate::states;

/// Runs it; tells how it went.
pub(super) fn run(matches: &ArgMatches) -> ExitStatus {
    let console = Console::detect();
    let (start, settings, output) = match resolve(matches) {
        Ok(resolved) => resolved,
        Err(error) => return frame::never_began(console, typed_json(matches), &error),
    };
    let presenter = Everybody::of(&output, console, Path::new(""));
    let stop = StopFlag::new();
    let asker = Asker::new(console, &output, &stop);
    let run = Run {
        settings: &settings,
        output: &output,
        start: &start,
        console,
        presenter: &presenter,
        stop: &stop,
        asker,
    };
    frame::run(console, &presenter, &stop, |signals| run.to_its_end(signals))
}

fn resolve(matches: &ArgMatches) -> Result<(Start<'_>, OrganizeSettings, OutputSettings)> {
    let start = Start::of_job(matches, JobCommand::Organize)?;
    let output = OutputSettings::resolve(&start.sources())?;
    start_tracing(&output)?;
    start.tell_without_meaning();
    let settings = OrganizeSettings::resolve(&start.sources(), &start.folders)?;
    make_room_for_statistics(&output)?;
    Ok((start, settings, output))
}

/// What one run works with.
pub(super) struct Run<'a> {
    pub(super) settings: &'a OrganizeSettings,
    pub(super) output: &'a OutputSettings,
    pub(super) start: &'a Start<'a>,
    pub(super) console: Console,
    pub(super) presenter: &'a Everybody,
    pub(super) stop: &'a StopFlag,
    pub(super) asker: Asker<'a>,
}

impl Run<'_> {
    fn to_its_end(&self, signals: &Signals) -> Result<ExitStatus> {
        let begin = Instant::now();
        frame::tell_concerns(&self.settings.concerns, self.settings.strict, self.presenter)?;
        let page = report::file(self)?;
        self.presenter.begin();
        let clients = self.connect()?;
        let state = self.state(&clients)?;
        let _run = RunLock::acquire(&state, &room::holder())?;
        let store = SqliteStore::open(&state)?;
        queues::resume_left(&store, &clients, self.settings.dry_run, self.presenter)?;
        let scan = match self.settings.wishes.remove_tag {
            Some(_) => None,
            None => Some(self.scan(&clients, &store, &state)?),
        };
        let same = self.same_state(&state);
        let mut next = Vec::new();
        if let (Some(page), Some(false)) = (&page, scan.as_ref().map(|scan| scan.stopped)) {
            next.push(report::write(self, page, &clients, &store, &same)?);
        }
        let acted = match &scan {
            Some(scan) if scan.stopped => None,
            scan => act::run(self, &clients, &store, scan.as_ref())?,
        };
        let may_go_on = !self.stop.is_raised() && scan.as_ref().is_some_and(|scan| !scan.stopped);
        let made = if may_go_on { folders::run(self, &clients, &store)? } else { None };
        // Last of all: what went cannot be copied any more.
        let gone = match scan.as_ref().filter(|_| may_go_on && !self.stop.is_raised()) {
            Some(scan) => local_trash::run(self, &clients, &store, scan)?,
            None => None,
        };
        let acted = [acted, made, gone].into_iter().flatten().reduce(ActSummary::and);
        if acted.is_none() && scan.as_ref().is_some_and(|scan| !scan.stopped) {
            found::show(self, &store)?;
        }
        next.extend(found::next(self, scan.as_ref(), &same));
        let status = ExitStatus::of_organizing(scan.as_ref(), acted.as_ref(), signals.caught());
        store.close().context("everything is remembered, but the state could not be closed")?;
        self.presenter.finish_organizing(&OrganizeEnd {
            scan: scan.as_ref(),
            acted: acted.as_ref(),
            traffic: Traffic::of(&clients),
            elapsed: begin.elapsed(),
            dry_run: self.settings.dry_run,
            next: &next,
            same: &same,
            status,
        });
        if lost_results() {
            anyhow::bail!(
                "not all results could be written; `immich-sync organize list{}` shows the groups",
                same.groups
            );
        }
        if let Some(lost) = lost_log() {
            anyhow::bail!("{lost}; make room for the log");
        }
        Ok(status)
    }

    /// The accounts; none for folders of this machine alone.
    fn connect(&self) -> Result<Vec<Client>> {
        let Some((server, keys)) = &self.settings.server else { return Ok(Vec::new()) };
        let keys = keys.iter().map(crate::key::KeySource::read).collect::<Result<Vec<_>>>()?;
        room::connect_all(server, keys, &permissions::needed(self.settings), self.stop)
    }

    fn state(&self, clients: &[Client]) -> Result<PathBuf> {
        let states = self.start.folders.states.as_deref();
        if let Some(folder) = &self.settings.state_dir {
            return Ok(folder.clone());
        }
        if clients.is_empty() {
            return states::of_this_machine(states);
        }
        let users: Vec<String> = clients.iter().map(|client| client.server().user.id.to_string()).collect();
        states::of_users(states, &users)
    }

    /// How later commands find this state.
    fn same_state(&self, state: &Path) -> SameState {
        let given = self.settings.state_dir.is_some();
        SameState::of(state, given, self.settings.server.is_none(), self.start.folders.states.as_deref())
    }

    /// Compares, and remembers how.
    fn scan(&self, clients: &[Client], store: &SqliteStore, state: &Path) -> Result<ScanSummary> {
        let accounts: Vec<Account<'_>> = clients.iter().map(Account::of).collect();
        let options = self.options(&accounts)?;
        let scan = scan::run(self, &accounts, store, state, &options)?;
        if !scan.stopped && !scan.groups_kept {
            let hash = options.look.kind.name().to_owned();
            LastScan { at: Timestamp::now(), hash, photos: scan.seen }.write(store)?;
        }
        Ok(scan)
    }

    fn options(&self, accounts: &[Account<'_>]) -> Result<OrganizeOptions> {
        let settings = self.settings;
        let found = names::find(&settings.names, accounts)?;
        Ok(OrganizeOptions {
            source: settings.source.clone(),
            rules: settings.rules,
            look: settings.look,
            filters: Filters {
                albums: found.albums,
                people: found.people,
                libraries: found.libraries,
                since: settings.since,
                scope: settings.scope,
                include_shared: settings.include_shared,
                archived: settings.archived,
            },
            prefer: settings.prefer.clone(),
            prefer_places: settings.prefer_places.clone(),
            workers: settings.workers,
            load_hashes: settings.exchange.load.clone(),
            save_hashes: settings.exchange.save.clone(),
            rehash: settings.rehash,
        })
    }
}
