//! The last part of the story: an export of Google Photos goes to a server of its own, again, and back.
//!
//! The export is made with all that is odd about such exports, and with the right answer, so the demo knows what has to
//! arrive.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use immich_api::{ApiKey, Client, RateLimit};
use immich_sandbox::{AssetView, Sandbox, Scenario};
use jiff::Timestamp;
use messages_macros::{tr, word};
use sample_pictures::{Takeout, TakeoutPhoto};
use sync_core::deeds::TakeBack;
use sync_core::import::sources::takeout::{TakeoutOptions, TakeoutSource};
use sync_core::import::{Import, ImportOptions, ImportSummary};
use sync_core::state::{SqliteStore, Store as _};
use sync_core::{StopFlag, Summary};

use super::recorder::Recorder;
use super::server::VERSION;
use super::teller::Teller;
use crate::output::count;
use crate::room;
use crate::settings::{ServerSettings, import_options};

/// Photos in the export.
const PHOTOS: usize = 24;
/// The same demo every time.
const SEED: u64 = 7;

/// Tells it.
pub(super) fn tell(folder: &Path, teller: &mut Teller) -> Result<()> {
    let takeout = Takeout::generate(&folder.join("takeout"), PHOTOS, SEED, &["en", "de"])
        .context("the export of the demo cannot be made")?;
    let sandbox =
        Sandbox::start(Scenario::new(VERSION)).context("the third server of the demo cannot start")?;
    let settings = ServerSettings {
        url: sandbox.url(),
        patience: std::time::Duration::ZERO,
        rate_limit: RateLimit::Auto,
        ca_file: None,
        insecure: false,
    };
    let stop = StopFlag::new();
    let client = room::connect(&settings, ApiKey::new(sandbox.api_key())?, &[], &stop)?;
    let store = SqliteStore::open(&folder.join("imports"))?;
    let source = TakeoutSource::new(TakeoutOptions::new(takeout.parts.clone()));
    let stage = Stage { takeout: &takeout, sandbox: &sandbox, client: &client, store: &store, source, stop };
    stage.tell(teller)?;
    store.close().context("the state of the demo cannot be closed")
}

struct Stage<'a> {
    takeout: &'a Takeout,
    sandbox: &'a Sandbox,
    client: &'a Client,
    store: &'a SqliteStore,
    source: TakeoutSource,
    stop: StopFlag,
}

impl Stage<'_> {
    fn tell(&self, teller: &mut Teller) -> Result<()> {
        teller.part(word!("An export of Google Photos: `immich-sync import google-takeout`"));
        let parts: Vec<_> = self.takeout.parts.iter().filter_map(|part| part.file_name()).collect();
        let names: Vec<_> = parts.iter().map(|name| name.to_string_lossy()).collect();
        teller.say(&format!("{} in {}", count(self.takeout.files as u64, "file"), names.join(", ")));
        let first = self.import()?;
        self.check(&first, teller);
        teller.part(word!("The same again"));
        self.sandbox.clear_requests();
        let again = self.import()?;
        teller.claim(
            again.done() == 0 && self.sandbox.writes().is_empty(),
            word!("nothing sent, nothing changed on the server"),
        );
        teller.claim(again.bytes_read == 0, word!("no photo opened"));
        self.undo(&first, teller)
    }

    fn check(&self, summary: &ImportSummary, teller: &mut Teller) {
        let taken = self.taken();
        let (there, sums) = (self.there(), distinct(&taken));
        let checksums: BTreeSet<&String> = there.iter().map(|view| &view.checksum).collect();
        teller.claim(
            checksums.len() == there.len() && there.len() == sums,
            &tr!(
                "{} on the server, with the videos of live ones, each once",
                count(there.len() as u64, "file")
            ),
        );
        let titles: BTreeSet<&String> = taken.iter().flat_map(|photo| &photo.albums).collect();
        let albums = self.sandbox.albums();
        let made: BTreeSet<&String> = albums.iter().map(|(_, title, _)| title).collect();
        let memberships: usize = taken.iter().map(|photo| photo.albums.len()).sum();
        teller.claim(
            made == titles && albums.iter().map(|(.., photos)| photos).sum::<usize>() == memberships,
            &tr!("{}, each with its photos", count(albums.len() as u64, "album")),
        );
        let hearts = taken.iter().filter(|photo| photo.is_favourite).count();
        teller.claim(
            there.iter().filter(|view| view.is_favorite).count() == hearts,
            &count(hearts as u64, "heart"),
        );
        teller.claim(
            summary.adds_up(),
            &tr!(
                "{} sent + {} left out + {} failed = {} in the export, a live photo with its video being one",
                summary.done(),
                summary.skipped_in_all(),
                summary.failed,
                summary.seen
            ),
        );
    }

    fn undo(&self, first: &ImportSummary, teller: &mut Teller) -> Result<()> {
        let run = first.run.context("nothing was sent that could be taken back")?;
        teller.part(&tr!("Taken back: `immich-sync undo {}`", run.0));
        let back = self.store.begin_run("undo", Timestamp::now())?;
        let recorder = Recorder::default();
        let take_back =
            TakeBack { store: self.store, reporter: &recorder, stop: &self.stop, now: &Timestamp::now };
        let summary: Summary = take_back.run(run, back, std::slice::from_ref(self.client))?;
        self.store.end_run(back, &summary, Timestamp::now())?;
        let all = self.sandbox.views().len();
        teller.claim(
            summary.failed == 0 && self.there().is_empty() && all > 0,
            &tr!("{} in the trash of the server, none deleted", count(all as u64, "file")),
        );
        teller.claim(self.sandbox.albums().is_empty(), word!("the albums that were made are gone too"));
        Ok(())
    }

    fn import(&self) -> Result<ImportSummary> {
        let recorder = Recorder::default();
        let options: ImportOptions = import_options();
        let import = Import {
            source: &self.source,
            store: self.store,
            options: &options,
            reporter: &recorder,
            stop: &self.stop,
            now: &Timestamp::now,
        };
        Ok(import.run(self.client, "import google-takeout")?)
    }

    fn taken(&self) -> Vec<&TakeoutPhoto> {
        self.takeout.photos.iter().filter(|photo| !photo.is_trashed && !photo.is_locked).collect()
    }

    fn there(&self) -> Vec<AssetView> {
        self.sandbox.views().into_iter().filter(|view| !view.is_trashed).collect()
    }
}

/// Photos and moving halves with different bytes.
fn distinct(photos: &[&TakeoutPhoto]) -> usize {
    let sums = photos.iter().flat_map(|photo| [Some(photo.sum), photo.motion_sum]).flatten();
    sums.collect::<BTreeSet<u32>>().len()
}
