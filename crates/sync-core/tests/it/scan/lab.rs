//! A user who scans: options, a state, and what was told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use immich_api::{ApiKey, Client, ClientOptions, RateLimit};
use immich_sandbox::Sandbox;
use jiff::Timestamp;
use photo_similarity::{Class, HashKind, Limits, Rules};
use sample_pictures::{Kind, Picture};
use sync_core::organize::{
    Filters, GroupRecord, LookOptions, OrganizeOptions, Scan, ScanSummary, SourceChoice, ThumbnailCache,
};
use sync_core::state::{GroupStore as _, SqliteStore};
use sync_core::{Account, Event, Reporter, StopFlag, SyncError};
use tempfile::TempDir;

use crate::harness::FastClock;

/// All defaults.
pub(crate) fn options(source: SourceChoice) -> OrganizeOptions {
    OrganizeOptions {
        source,
        rules: Rules { duplicate: 40, similar: 40, bursts: None },
        look: LookOptions {
            kind: HashKind::P256,
            detail: false,
            rotations: false,
            trims: false,
            limits: Limits::default(),
        },
        filters: Filters { archived: true, ..Filters::default() },
        prefer: Vec::new(),
        prefer_places: Vec::new(),
        workers: 2,
        load_hashes: Vec::new(),
        save_hashes: None,
        rehash: false,
    }
}

pub(crate) struct Lab {
    pub(crate) store: SqliteStore,
    pub(crate) options: OrganizeOptions,
    pub(crate) scratch: TempDir,
    pub(crate) stop: StopFlag,
    pub(crate) cache: Option<ThumbnailCache>,
    pub(crate) now: Timestamp,
}

/// What a scan said.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Name, code of the reason or nothing, words.
    pub(crate) not_compared: Vec<(String, Option<&'static str>, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) looked: u64,
}

struct Recorder {
    told: Mutex<Told>,
    stop: Option<(StopFlag, u64)>,
}

impl Reporter for Recorder {
    fn report(&self, event: &Event<'_>) {
        let mut told = self.told.lock().unwrap();
        match event {
            Event::NotCompared(photo) => {
                let code = photo.kind.map(sync_core::organize::SkipKind::code);
                told.not_compared.push((photo.name.clone(), code, photo.why.clone()));
            }
            Event::Warning(text) => told.warnings.push((*text).to_owned()),
            Event::Looking { done, .. } => {
                told.looked = *done;
                if let Some((stop, after)) = &self.stop
                    && done >= after
                {
                    stop.raise();
                }
            }
            _ => {}
        }
    }
}

impl Lab {
    pub(crate) fn new(source: SourceChoice) -> Self {
        Self {
            store: SqliteStore::in_memory().unwrap(),
            options: options(source),
            scratch: tempfile::tempdir().unwrap(),
            stop: StopFlag::new(),
            cache: None,
            now: "2026-11-21T10:00:00Z".parse().unwrap(),
        }
    }

    pub(crate) fn immich() -> Self {
        Self::new(SourceChoice::Immich)
    }

    pub(crate) fn folder(folder: &Path) -> Self {
        Self::new(SourceChoice::Local(vec![folder.to_owned()]))
    }

    /// A scan that has to come to its end.
    pub(crate) fn scan(&self, clients: &[Client]) -> (ScanSummary, Told) {
        let (result, told) = self.try_scan(clients, None);
        (result.unwrap(), told)
    }

    pub(crate) fn try_scan(
        &self,
        clients: &[Client],
        stop_after: Option<u64>,
    ) -> (Result<ScanSummary, SyncError>, Told) {
        let stop = stop_after.map(|after| (self.stop.clone(), after));
        let recorder = Recorder { told: Mutex::default(), stop };
        let accounts: Vec<Account<'_>> = clients.iter().map(Account::of).collect();
        let now = self.now;
        let scan = Scan {
            accounts: &accounts,
            store: &self.store,
            options: &self.options,
            cache: self.cache.as_ref(),
            scratch: self.scratch.path(),
            reporter: &recorder,
            stop: &self.stop,
            now: &move || now,
        };
        let result = scan.run();
        assert_eq!(std::fs::read_dir(self.scratch.path()).unwrap().count(), 0, "nothing stays");
        (result, recorder.told.into_inner().unwrap())
    }

    pub(crate) fn groups(&self) -> Vec<GroupRecord> {
        self.store.groups_after(0, None, 10_000).unwrap().into_iter().map(|(_, group)| group).collect()
    }

    /// Class and names of the members of all groups, the keeper of each first.
    pub(crate) fn names(&self) -> Vec<(Class, Vec<String>)> {
        let names = |group: GroupRecord| {
            (group.class, group.members.into_iter().map(|member| member.name).collect::<Vec<_>>())
        };
        self.groups().into_iter().map(names).collect()
    }

    /// The groups with sorted names, since ids follow from paths and decide ties.
    pub(crate) fn sorted_names(&self) -> Vec<(Class, Vec<String>)> {
        let mut groups = self.names();
        for (_, names) in &mut groups {
            names.sort();
        }
        groups.sort();
        groups
    }
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    client_with(sandbox, sandbox.api_key())
}

pub(crate) fn client_with(sandbox: &Sandbox, key: String) -> Client {
    let mut options = ClientOptions::new(sandbox.url(), ApiKey::new(key).unwrap());
    options.rate_limit = RateLimit::PerSecond(10_000.0);
    options.clock = Arc::new(FastClock::default());
    Client::connect(options).unwrap()
}

/// How many thumbnails were asked for.
pub(crate) fn thumbnails(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path.contains("/thumbnail")).count()
}

/// A scene of its own for each number; the same scene in any size.
pub(crate) fn scene(number: u64, width: u32, height: u32) -> Vec<u8> {
    Picture::new(Kind::Jpeg).seed(1000 + number * 7).size(width, height).build()
}

/// Files by their names below a folder.
pub(crate) fn plant(folder: &Path, files: &[(&str, Vec<u8>)]) -> BTreeMap<String, PathBuf> {
    let mut paths = BTreeMap::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        paths.insert((*name).to_owned(), path);
    }
    paths
}
