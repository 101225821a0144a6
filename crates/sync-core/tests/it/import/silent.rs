//! Servers that fall silent at any request of an import: the next run completes, nothing is there twice, and an undo
//! restores.

use std::collections::{BTreeMap, BTreeSet};

use immich_sandbox::{AssetId, AssetView, Fault, Version};
use sync_core::import::{DeleteRule, EditRule};
use sync_core::state::{DeedStore as _, RunId, SqliteStore, Store as _};

use super::lab::{File, Lab};

/// More runs than any series of faults needs.
const MOST_RUNS: usize = 40;

/// Everything on a server, by what does not change from one to the other.
#[derive(Debug, Clone, PartialEq)]
struct World {
    photos: BTreeMap<String, Photo>,
    albums: Vec<(String, BTreeSet<String>)>,
    stacks: BTreeSet<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Photo {
    is_trashed: bool,
    is_favourite: bool,
    description: String,
    albums: Vec<String>,
    tags: Vec<String>,
    motion: Option<String>,
}

impl World {
    fn of(lab: &Lab) -> Self {
        let views = lab.sandbox.views();
        let sums: BTreeMap<AssetId, String> =
            views.iter().map(|view| (view.id, view.checksum.clone())).collect();
        let sum = |id: &AssetId| sums[id].clone();
        let photo = |view: &AssetView| Photo {
            is_trashed: view.is_trashed,
            is_favourite: view.is_favorite,
            description: view.description.clone().unwrap_or_default(),
            albums: view.albums.clone(),
            tags: view.tags.clone(),
            motion: view.live_photo_video.as_ref().map(sum),
        };
        assert_eq!(sums.values().collect::<BTreeSet<_>>().len(), sums.len(), "something is there twice");
        let albums = lab.sandbox.albums();
        let members = |id| lab.sandbox.album_members(id).iter().map(sum).collect();
        Self {
            photos: views.iter().map(|view| (view.checksum.clone(), photo(view))).collect(),
            albums: albums.into_iter().map(|(id, name, _)| (name, members(id))).collect(),
            stacks: lab.sandbox.stacks().iter().map(|stack| stack.iter().map(sum).collect()).collect(),
        }
    }

    /// Without what came since and is in the trash now.
    fn settled_as(mut self, before: &Self) -> Self {
        self.photos.retain(|sum, photo| before.photos.contains_key(sum) || !photo.is_trashed);
        let photos = &self.photos;
        self.stacks = self
            .stacks
            .into_iter()
            .map(|stack| stack.into_iter().filter(|sum| photos.contains_key(sum)).collect::<Vec<_>>())
            .filter(|stack| stack.len() > 1)
            .collect();
        for (_, members) in &mut self.albums {
            members.retain(|sum| photos.contains_key(sum));
        }
        self
    }
}

/// What somebody sent earlier, and then everything that can change at once.
fn lab(version: Version, rule: EditRule) -> Lab {
    let mut lab = Lab::with(version);
    lab.options.on_edit = rule;
    lab.shelf.fill(14);
    let ours = std::mem::replace(&mut lab.store, SqliteStore::in_memory().unwrap());
    // The phone sent this one.
    let mut files = std::mem::take(&mut lab.shelf.files);
    lab.shelf.put("phone.jpg", File::of("from the phone"));
    lab.import();
    lab.store = ours;
    std::mem::swap(&mut lab.shelf.files, &mut files);
    lab.shelf.put("00002.jpg", File::of("picture 2").in_albums(&["A"]));
    lab.shelf.put("00003.jpg", File::of("picture 3").in_albums(&["A", "B"]));
    lab.import();
    change(&mut lab);
    lab
}

fn change(lab: &mut Lab) {
    let said = |text: &str, caption: &str, tags: &[&str]| {
        let mut file = File::of(text);
        file.facts.description = Some(caption.to_owned());
        file.facts.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        file
    };
    lab.options.delete = DeleteRule::Trash;
    lab.shelf.put("00000.jpg", said("picture 0", "a caption", &["Trips/Sea"]));
    lab.shelf.put("00001.jpg", File::of("picture 1, edited").in_albums(&["A"]));
    lab.shelf.put("00002.jpg", File::of("picture 2"));
    lab.shelf.titles.insert("B".to_owned(), "Renamed".to_owned());
    lab.shelf.files.remove("00013.jpg");
    lab.shelf.put("adopted.jpg", said("from the phone", "adopted", &["Trips"]).in_albums(&["A"]));
    lab.shelf.put("new.jpg", said("a new one", "", &["Trips/Sea"]).in_albums(&["C"]));
    // New ones have no caption: it would travel in a sidecar, which this server does not read.
    let live = File { motion: Some(b"moving".to_vec()), ..said("a live one", "", &[]) };
    lab.shelf.put("live.jpg", live.in_albums(&["B", "C"]));
    lab.shelf.put("twice.jpg", File::of("a new one").in_albums(&["B"]));
}

/// Runs until there is nothing left to do.
#[track_caller]
fn come_through(lab: &Lab, what: &str) {
    for _ in 0..MOST_RUNS {
        let (result, _) = lab.try_import();
        if result.is_ok_and(|summary| summary.done() + summary.failed + summary.trashed == 0) {
            assert!(lab.store.open_deeds().unwrap().is_empty(), "{what}");
            return;
        }
    }
    panic!("{what}: {MOST_RUNS} runs, and none found nothing to do");
}

/// Takes back what was done since a run, the newest first, until nothing counts any more.
fn take_back(lab: &Lab, since: i64, what: &str) {
    let last = i64::try_from(lab.store.runs().unwrap().len()).unwrap();
    for run in (since + 1..=last).rev() {
        let summary = lab.undo(RunId(run));
        assert_eq!(summary.failed, 0, "{what}: {summary:?}");
    }
}

fn reference(version: Version, rule: EditRule) -> (World, World, u64) {
    let lab = lab(version, rule);
    let before = World::of(&lab);
    lab.sandbox.clear_requests();
    lab.import();
    let requests = lab.sandbox.requests().len() as u64;
    come_through(&lab, "without a fault");
    (before, World::of(&lab), requests)
}

#[track_caller]
fn survives(version: Version, rule: EditRule, fault: Fault, (before, after): (&World, &World), what: &str) {
    let lab = lab(version, rule);
    let runs = i64::try_from(lab.store.runs().unwrap().len()).unwrap();
    lab.sandbox.inject(fault);
    let _ = lab.try_import();
    lab.sandbox.clear_faults();
    come_through(&lab, what);
    assert_eq!(&World::of(&lab), after, "{what}");
    take_back(&lab, runs, what);
    assert_eq!(&World::of(&lab).settled_as(before), before, "{what}: taken back");
}

fn at_every(version: Version, rule: EditRule, step: usize) -> usize {
    let (before, after, requests) = reference(version, rule);
    assert!(requests > 25, "{requests}");
    let mut tried = 0;
    for request in (0..requests).step_by(step) {
        for (name, fault) in [
            ("lost", Fault::lost_answer().times(1)),
            ("all lost", Fault::lost_answer()),
            ("all cut", Fault::cut_before_answer()),
            ("half an answer", Fault::cut_within_answer().times(2)),
            ("500", Fault::status(500).times(8)),
        ] {
            let what = format!("{version:?}, {rule:?}, request {request}: {name}");
            survives(version, rule, fault.after(request), (&before, &after), &what);
            tried += 1;
        }
    }
    tried
}

#[test]
fn an_import_whose_server_falls_silent_at_some_request_is_completed_and_can_be_taken_back() {
    at_every(Version::V3_0_3, EditRule::Stack, 8);
    at_every(Version::V3_0_3, EditRule::Replace, 11);
}

#[test]
#[ignore = "takes minutes; cargo xtask imports runs it"]
fn an_import_whose_server_falls_silent_at_any_request_is_completed_and_can_be_taken_back() {
    let mut tried = 0;
    for version in [Version::V3_0_3, Version::V2_7_5] {
        for rule in [EditRule::Stack, EditRule::Replace, EditRule::KeepBoth] {
            tried += at_every(version, rule, 1);
        }
    }
    eprintln!("{tried} silent servers: 0 duplicates, 0 missing, all taken back");
}

#[test]
fn an_undo_whose_server_falls_silent_is_completed_by_the_next_one() {
    let (before, ..) = reference(Version::V3_0_3, EditRule::Stack);
    for request in (0..30).step_by(4) {
        let lab = lab(Version::V3_0_3, EditRule::Stack);
        let run = lab.import().0.run.unwrap();
        lab.sandbox.inject(Fault::lost_answer().after(request));
        let _ = lab.try_undo(run);
        lab.sandbox.clear_faults();

        for _ in 0..MOST_RUNS {
            if lab.try_undo(run).is_ok_and(|summary| summary.failed == 0) {
                break;
            }
        }

        assert_eq!(World::of(&lab).settled_as(&before), before, "request {request}");
        assert!(lab.store.open_deeds().unwrap().is_empty());
    }
}
