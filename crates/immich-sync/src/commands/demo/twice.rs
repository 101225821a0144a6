//! The second part of the story: photos that the family has twice, found, tagged and untagged.
//!
//! On a server of its own, so that the first part keeps its numbers. Every photo that is there twice was put there by
//! the demo, so it knows what has to be found, and what must not be.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use immich_api::{ApiKey, Client, RateLimit};
use immich_sandbox::{AssetId, Sandbox, Scenario};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages_macros::{tr, word};
use photo_similarity::{HashKind, Limits, Rules};
use sample_pictures::{Kind, Picture};
use sync_core::deeds::TakeBack;
use sync_core::organize::{
    Act, ActOptions, ActSummary, Action, Filters, LookOptions, OrganizeOptions, Scan, ScanSummary,
    SourceChoice,
};
use sync_core::state::{GroupStore as _, SqliteStore, Store as _};
use sync_core::{Account, StopFlag, Summary};

use super::recorder::Recorder;
use super::server::VERSION;
use super::teller::Teller;
use crate::output::{GroupsView, Shown, count};
use crate::room;
use crate::settings::ServerSettings;

/// Landscapes on the server.
const SCENES: u64 = 12;
/// Of these, how many are there in a second form, and in a third.
const TWICE: u64 = 4;
const THRICE: u64 = 1;
/// What photos of an album on a server look like when nobody counts.
const SIZE: (u32, u32) = (960, 720);
/// The tag.
const TAG: &str = "review-duplicate";

/// The server, and which of its photos show the same.
struct Family {
    sandbox: Sandbox,
    /// The best first.
    sets: Vec<Vec<AssetId>>,
}

/// Tells it.
pub(super) fn tell(folder: &Path, teller: &mut Teller) -> Result<()> {
    let family = family(folder)?;
    let (recorder, stop) = (Recorder::default(), StopFlag::new());
    let settings = ServerSettings {
        url: family.sandbox.url(),
        patience: std::time::Duration::ZERO,
        rate_limit: RateLimit::Auto,
        ca_file: None,
        insecure: false,
    };
    let client = room::connect(&settings, ApiKey::new(family.sandbox.api_key())?, &[], &stop)?;
    let state = folder.join("organizer");
    let store = SqliteStore::open(&state)?;
    let stage = Stage {
        family: &family,
        clients: std::slice::from_ref(&client),
        store: &store,
        state: &state,
        recorder,
        stop,
    };
    stage.tell(teller)?;
    store.close().context("the state of the demo cannot be closed")
}

/// Landscapes, some of them also as a messenger sends them and as another program saves them.
fn family(folder: &Path) -> Result<Family> {
    let mut scenario = Scenario::new(VERSION);
    let library = scenario.managed_storage("/data/library/family", folder.join("uploads"));
    let mut sets = Vec::new();
    for scene in 0..SCENES {
        let (width, height) = SIZE;
        let original = Picture::new(Kind::Jpeg).seed(scene + 1).size(width, height);
        let smaller = original.clone().size(width / 2, height / 2);
        let saved =
            Picture::new(Kind::WebpLossless).seed(scene + 1).size(width - width / 8, height - height / 8);
        let forms = [
            (format!("2024/IMG_{:04}.jpg", 2041 + scene), original),
            (format!("messenger/IMG-20240701-WA{scene:04}.jpg"), smaller),
            (format!("edited/IMG_{:04} copy.webp", 2041 + scene), saved),
        ];
        let many = 1 + usize::from(scene < TWICE) + usize::from(scene < THRICE);
        let mut set = Vec::new();
        for (name, picture) in forms.into_iter().take(many) {
            let bytes = picture.try_build().context("a picture of the demo cannot be made")?;
            set.push(scenario.asset(&library, &name).picture(bytes).id());
        }
        // The one with more pixels is the better of the two copies.
        set[1..].reverse();
        sets.push(set);
    }
    let sandbox = Sandbox::start(scenario).context("the second server of the demo cannot start")?;
    Ok(Family { sandbox, sets })
}

struct Stage<'a> {
    family: &'a Family,
    clients: &'a [Client],
    store: &'a SqliteStore,
    state: &'a Path,
    recorder: Recorder,
    stop: StopFlag,
}

impl Stage<'_> {
    fn tell(&self, teller: &mut Teller) -> Result<()> {
        self.find(teller)?;
        let tagged = self.tag(teller)?;
        self.again(teller)?;
        self.undo(&tagged, teller)
    }

    fn find(&self, teller: &mut Teller) -> Result<()> {
        teller.part(word!("Photos that are there twice: `immich-sync organize`"));
        let photos = self.family.sets.iter().flatten().count() as u64;
        teller.say(&tr!(
            "another server with {}, some of them sent, shrunk and saved again",
            count(photos, "photo")
        ));
        let scan = self.scan()?;
        let view = GroupsView {
            console: teller.console,
            json: false,
            zone: TimeZone::UTC,
            server: None,
            hash: HashKind::P256,
        };
        let groups = self.store.groups_after(0, None, 1000)?;
        let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
        for (number, group) in groups {
            found.insert(group.members.iter().map(|member| member.place.to_string()).collect());
            view.list(&Shown::new(number, group, None));
        }
        let copies = self.copies();
        let members = |groups: Vec<&Vec<String>>| {
            groups.into_iter().map(|group| sorted(group)).collect::<BTreeSet<_>>()
        };
        teller.claim(
            members(found.iter().collect()) == members(copies.iter().collect()),
            &tr!("{} found: exactly those that were put there", count(found.len() as u64, "group")),
        );
        teller.claim(
            found.iter().all(|group| copies.iter().any(|set| set.first() == group.first())),
            word!("the one to keep is the one with the most pixels"),
        );
        teller.claim(scan.adds_up() && scan.seen == photos, &in_numbers(&scan));
        teller.claim(
            self.family.sandbox.writes().is_empty(),
            word!("no request could have changed the server"),
        );
        Ok(())
    }

    fn tag(&self, teller: &mut Teller) -> Result<ActSummary> {
        teller.part(word!("Tagged for a review: `immich-sync organize --tag-only`"));
        let tagged = self.act()?;
        let copies = self.copies();
        let has = |asset: &AssetId, part: &str| {
            let view = self.family.sandbox.view(*asset);
            view.is_some_and(|view| view.tags == [format!("{TAG}/{part}")])
        };
        let sets = self.family.sets.iter().filter(|set| set.len() > 1);
        let right = sets
            .clone()
            .all(|set| has(&set[0], "keep") && set[1..].iter().all(|asset| has(asset, "duplicate")));
        let photos = copies.iter().map(Vec::len).sum::<usize>() as u64;
        teller.claim(
            right && tagged.total.done == photos,
            &tr!(
                "{} tagged `{TAG}/keep` or `{TAG}/duplicate`, as they were put there",
                count(photos, "photo")
            ),
        );
        let others = self.family.sets.iter().filter(|set| set.len() == 1).flatten();
        teller.claim(others.clone().all(|asset| self.is_untagged(asset)), word!("no other photo was tagged"));
        Ok(tagged)
    }

    fn again(&self, teller: &mut Teller) -> Result<()> {
        teller.part(word!("The same again"));
        let (fetched, ordered) = (self.fetched(), self.family.sandbox.writes().len());
        let scan = self.scan()?;
        let acted = self.act()?;
        teller.claim(
            self.fetched() == fetched && scan.looked_at == 0,
            word!("0 pictures fetched: all are remembered"),
        );
        teller.claim(
            acted.total.done == 0 && self.family.sandbox.writes().len() == ordered,
            word!("0 photos tagged: all are right"),
        );
        Ok(())
    }

    fn undo(&self, tagged: &ActSummary, teller: &mut Teller) -> Result<()> {
        let run = tagged.run.context("nothing was tagged that could be taken back")?;
        teller.part(&tr!("Taken back: `immich-sync undo {}`", run.0));
        let back = self.store.begin_run("undo", Timestamp::now())?;
        let take_back =
            TakeBack { store: self.store, reporter: &self.recorder, stop: &self.stop, now: &Timestamp::now };
        let summary: Summary = take_back.run(run, back, self.clients)?;
        self.store.end_run(back, &summary, Timestamp::now())?;
        let clean = self.family.sets.iter().flatten().all(|asset| self.is_untagged(asset));
        let owner = self.family.sandbox.admin();
        teller.claim(summary.failed == 0 && clean, word!("no photo has a tag any more"));
        teller.claim(
            self.family.sandbox.tags_of(owner).is_empty(),
            word!("the tags that were made are gone too"),
        );
        Ok(())
    }

    fn scan(&self) -> Result<ScanSummary> {
        let options = OrganizeOptions {
            source: SourceChoice::Immich,
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
        };
        let accounts: Vec<Account<'_>> = self.clients.iter().map(Account::of).collect();
        let scan = Scan {
            accounts: &accounts,
            store: self.store,
            options: &options,
            cache: None,
            scratch: self.state,
            reporter: &self.recorder,
            stop: &self.stop,
            now: &Timestamp::now,
        };
        Ok(scan.run()?)
    }

    fn act(&self) -> Result<ActSummary> {
        let options = ActOptions {
            actions: vec![Action::Tag { name: TAG.to_owned() }],
            whole: true,
            ..ActOptions::default()
        };
        let act = Act {
            store: self.store,
            options: &options,
            reporter: &self.recorder,
            stop: &self.stop,
            now: &Timestamp::now,
        };
        Ok(act.run(self.clients, "organize --tag-only")?)
    }

    /// What has to be found: the photos of each set of copies, the best first.
    fn copies(&self) -> Vec<Vec<String>> {
        let sets = self.family.sets.iter().filter(|set| set.len() > 1);
        sets.map(|set| set.iter().map(|asset| format!("asset {asset}")).collect()).collect()
    }

    fn is_untagged(&self, asset: &AssetId) -> bool {
        self.family.sandbox.view(*asset).is_some_and(|view| view.tags.is_empty())
    }

    fn fetched(&self) -> usize {
        let requests = self.family.sandbox.requests();
        requests.iter().filter(|request| request.path.ends_with("/thumbnail")).count()
    }
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

fn in_numbers(scan: &ScanSummary) -> String {
    tr!(
        "{} = {} looked at + {} skipped + {} failed",
        count(scan.seen, "photo"),
        scan.looked_at,
        scan.skipped_in_all(),
        scan.failed
    )
}
