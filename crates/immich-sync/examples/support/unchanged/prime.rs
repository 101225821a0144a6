//! The state as a first run leaves it.
//!
//! What a real run remembers of a file that it wrote is what its plan says ([`Step`]), and what the file was then.
//! So a plan of the whole library gives the records of all. Only the journal of these changes is missing, which an
//! unchanged run has no use for.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use immich_api::{ApiKey, AssetId, Client, ClientOptions, RateLimit};
use jiff::Timestamp;
use photo_metadata::replace::{HardLinkPolicy, ReplaceOptions};
use photo_metadata::{Allowances, Datum, Rules};
use sync_core::paths::{Library, PathMapping, PathRule, PrefixMap};
use sync_core::plan::{SkipReason, Step};
use sync_core::state::{AssetRecord, SqliteStore, Store, Verdict};
use sync_core::writeback::{
    Account, AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, Selection, Targets, WriteBack,
    WriteOptions,
};
use sync_core::{Event, Reporter, StopFlag, Summary};

use super::Scene;
use super::library::album;
use super::process::unchanged;
use super::stub::Memory;
use crate::support::program::{Program, Run, SERVER_ROOT};

/// Records that are kept in one transaction.
const BATCH: usize = 1000;

/// Longer than the largest first run takes.
const PATIENCE: Duration = Duration::from_hours(3);

/// How the state came about.
#[derive(Debug)]
pub(crate) struct Primed {
    /// Photos that the program wrote.
    pub(crate) real: u64,
    /// Photos whose records come from a plan.
    pub(crate) planned: u64,
}

/// Writes a part for real, plans the others, and compares both ways on that part.
pub(crate) fn prime(scene: &Scene, program: &Program) -> anyhow::Result<Primed> {
    let real = write_some(scene, program)?;
    let client = connect(scene)?;
    let library = Library::open(mapping(scene))?;
    let store = SqliteStore::open(&scene.state())?;
    let known = known(scene, &store)?;
    ensure!(known.len() as u64 == real, "{real} photos were written, and {} are remembered", known.len());
    let memory = Memory::default();

    let again = Notes::new(None, &memory);
    let of_these = WriteOptions {
        selection: Selection {
            assets: known.iter().map(|record| record.asset.clone()).collect(),
            ..Selection::default()
        },
        identity: IdentityCheck::TrustPaths,
        ..options(scene)
    };
    preview(&client, &SqliteStore::in_memory()?, &memory, &library, &of_these, &again)?;
    compare(&known, again.all()?)?;

    let others = Notes::new(Some(&store), &memory);
    preview(&client, &store, &memory, &library, &options(scene), &others)?;
    let planned = others.finish(real)?;
    ensure!(real + planned == scene.case.assets as u64, "{real} written and {planned} planned are not all");
    if scene.case.reread {
        read_again(scene, &client, &store, &memory, &library)?;
    }
    store.close()?;
    Ok(Primed { real, planned })
}

/// The program writes the first photos of the listing. On the way it learns all albums and faces.
fn write_some(scene: &Scene, program: &Program) -> anyhow::Result<u64> {
    let mut command = unchanged(program, scene);
    command.args(["--json", "--limit", &scene.case.real.to_string()]);
    let run = Run::of(&mut command, PATIENCE)?;
    ensure!(run.code() == Some(0), "the first run {}", run.complaint());
    ensure!(run.count("done") == scene.case.real as u64, "the first run wrote {} photos", run.count("done"));
    Ok(run.count("done"))
}

/// The server has read the files: hierarchical keywords are tags now. The next run looks into each file, finds
/// nothing to write, and remembers that.
fn read_again(
    scene: &Scene,
    client: &Client,
    store: &SqliteStore,
    memory: &Memory,
    library: &Library,
) -> anyhow::Result<()> {
    for (asset, number) in &scene.assets {
        scene.sandbox.set_tags(*asset, &[&format!("Albums/{}", album(*number))])?;
    }
    let notes = Notes::new(None, memory);
    let options = WriteOptions { after: AfterWrite::Nothing, ..options(scene) };
    let write_back = WriteBack {
        store,
        engine: memory,
        library,
        options: &options,
        reporter: &notes,
        stop: &StopFlag::new(),
        now: &Timestamp::now,
        face_books: &[],
    };
    let summary = write_back.run(std::slice::from_ref(client), "write")?;
    let same = summary.skipped.get(SkipReason::UpToDate.code()).copied().unwrap_or_default();
    ensure!(same == scene.case.assets as u64, "after the server has read its files: {summary:?}");
    Ok(())
}

fn preview(
    client: &Client,
    store: &dyn Store,
    memory: &Memory,
    library: &Library,
    options: &WriteOptions,
    notes: &Notes<'_>,
) -> anyhow::Result<Summary> {
    let (stop, now) = (StopFlag::new(), Timestamp::now);
    let write_back = WriteBack {
        store,
        engine: memory,
        library,
        options,
        reporter: notes,
        stop: &stop,
        now: &now,
        face_books: &[],
    };
    Ok(write_back.preview(&[Account::of(client)])?)
}

fn connect(scene: &Scene) -> anyhow::Result<Client> {
    let key = ApiKey::new(scene.sandbox.api_key())?;
    let mut options = ClientOptions::new(scene.sandbox.url(), key);
    options.rate_limit = RateLimit::PerSecond(100_000.0);
    Ok(Client::connect(options)?)
}

fn mapping(scene: &Scene) -> PathMapping {
    let folder = PrefixMap { server: SERVER_ROOT.to_owned(), local: scene.library() };
    PathMapping { root: scene.library(), rule: PathRule::Prefixes(vec![folder]) }
}

/// What the program makes of its arguments. If that were something else, the comparison would say so.
fn options(scene: &Scene) -> WriteOptions {
    let mut data = vec![Datum::People, Datum::Gps, Datum::Caption, Datum::Time, Datum::Rating, Datum::Albums];
    data.extend(scene.case.faces.then_some(Datum::FaceCoordinates));
    WriteOptions {
        data: data.into_iter().collect(),
        caption_limit: 2000,
        rules: Rules::default(),
        targets: Targets::default(),
        allowed: Allowances::default(),
        replace: ReplaceOptions {
            hard_links: HardLinkPolicy::Refuse,
            touch: false,
            ..ReplaceOptions::default()
        },
        mapping: mapping(scene),
        identity: IdentityCheck::Strict,
        managed: None,
        albums: AlbumOptions::default(),
        faces: FaceOptions::default(),
        brake: Brake::default(),
        after: AfterWrite::Refresh,
        selection: Selection::default(),
        recheck: false,
        workers: 2,
    }
}

/// What the state remembers, in the order of the ids.
fn known(scene: &Scene, store: &SqliteStore) -> anyhow::Result<Vec<AssetRecord>> {
    let ids: Result<Vec<AssetId>, _> =
        scene.assets.iter().map(|(id, _)| AssetId::parse(&id.to_string())).collect();
    let mut records = Vec::new();
    for page in ids?.chunks(BATCH) {
        records.extend(store.records(page)?.into_values().flatten());
    }
    records.sort_by(|one, other| one.asset.cmp(&other.asset));
    Ok(records)
}

/// Both ways lead to the same, but for the file itself, which the real run replaced.
fn compare(real: &[AssetRecord], mut planned: Vec<AssetRecord>) -> anyhow::Result<()> {
    planned.sort_by(|one, other| one.asset.cmp(&other.asset));
    ensure!(real.len() == planned.len(), "{} records are real and {} planned", real.len(), planned.len());
    for (real, planned) in real.iter().zip(planned) {
        let planned = AssetRecord { file: real.file, ..planned };
        if *real != planned {
            bail!("a real run leaves\n{real:#?}\nand a plan\n{planned:#?}");
        }
    }
    Ok(())
}

/// Bytes of the database.
pub(crate) fn size_of_state(folder: &Path) -> anyhow::Result<u64> {
    Ok(folder.join(SqliteStore::FILE_NAME).metadata().context("the state")?.len())
}

/// How the last run ended, by the state.
pub(crate) fn last_summary(folder: &Path) -> anyhow::Result<Summary> {
    let store = SqliteStore::open_read_only(folder)?.context("there is no state")?;
    store.runs()?.pop().and_then(|run| run.summary).context("the last run did not come to its end")
}

/// Makes records of steps that are planned.
struct Notes<'a> {
    store: Option<&'a dyn Store>,
    memory: &'a Memory,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    records: Vec<AssetRecord>,
    planned: u64,
    unchanged: u64,
    others: u64,
    trouble: Option<String>,
}

impl<'a> Notes<'a> {
    fn new(store: Option<&'a dyn Store>, memory: &'a Memory) -> Self {
        Self { store, memory, heard: Mutex::new(Heard::default()) }
    }

    /// All records, if they were not stored.
    fn all(self) -> anyhow::Result<Vec<AssetRecord>> {
        let heard = self.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        heard.trouble.map_or(Ok(heard.records), |trouble| bail!("a plan of what was written: {trouble}"))
    }

    /// Stores what is left; the number of all that were stored.
    fn finish(self, unchanged: u64) -> anyhow::Result<u64> {
        let mut heard = self.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        heard.store(self.store);
        ensure!(heard.trouble.is_none(), "a plan of the others: {:?}", heard.trouble);
        ensure!(heard.unchanged == unchanged, "{} photos are unchanged, not {unchanged}", heard.unchanged);
        ensure!(heard.others == 0, "{} photos ended otherwise", heard.others);
        Ok(heard.planned)
    }
}

impl Heard {
    fn store(&mut self, store: Option<&dyn Store>) {
        let Some(store) = store else { return };
        if let Err(error) = store.remember_all(&std::mem::take(&mut self.records)) {
            self.trouble.get_or_insert(error.to_string());
        }
    }
}

impl Reporter for Notes<'_> {
    fn report(&self, event: &Event<'_>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::WouldDo(step) => {
                self.memory.note(step);
                heard.planned += 1;
                heard.records.push(record(step));
                if heard.records.len() >= BATCH {
                    heard.store(self.store);
                }
            }
            Event::Skipped(skipped) if skipped.reason == SkipReason::Unchanged => heard.unchanged += 1,
            Event::Skipped(skipped) => {
                heard.others += 1;
                if skipped.reason.is_trouble() {
                    heard.trouble.get_or_insert(format!("{skipped:?}"));
                }
            }
            Event::Failed(failed) => {
                heard.trouble.get_or_insert(format!("{failed:?}"));
            }
            Event::Warning(text) => {
                heard.trouble.get_or_insert((*text).to_owned());
            }
            _ => {}
        }
    }
}

/// What is remembered once a step is done.
fn record(step: &Step) -> AssetRecord {
    AssetRecord {
        asset: step.asset.clone(),
        role: step.role,
        path: step.path.clone(),
        fingerprint: step.fingerprint,
        file: step.expects,
        verdict: Verdict::InStep,
        base: step.base.clone(),
        sha1: None,
    }
}
