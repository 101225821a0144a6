//! Random lives of a source, a server and a user: nothing is lost, nothing is there twice, what the user deleted stays
//! deleted, and in the end everything can be taken back.

use std::collections::BTreeSet;

use sync_core::StopFlag;
use sync_core::import::{AlbumKey, EditRule, SkipKind};
use sync_core::state::{DeedStore as _, Store as _};

use super::lab::{Ear, File, Lab, skipped};

/// One thing that happens.
fn happen(lab: &mut Lab, random: &mut fastrand::Rng, trashed: &mut BTreeSet<String>, number: usize) {
    let names: Vec<String> = lab.shelf.files.keys().cloned().collect();
    let name = random.choice(&names).cloned();
    match (random.u8(0..12), name) {
        (0..=3, _) | (_, None) => {
            // Some bytes come more than once.
            let bytes = format!("bytes {}", random.usize(0..=number));
            lab.shelf.put(&format!("{number}.jpg"), File::of(&bytes));
        }
        (4, Some(name)) => {
            let file = lab.shelf.files.get_mut(&name).unwrap();
            file.facts.description = Some(format!("words {}", random.u8(0..3)));
        }
        (5, Some(name)) => {
            let key = AlbumKey(random.u8(0..3).to_string());
            let albums = &mut lab.shelf.files.get_mut(&name).unwrap().facts.albums;
            if !albums.remove(&key) {
                albums.insert(key);
            }
        }
        (6, Some(name)) => {
            let tags = &mut lab.shelf.files.get_mut(&name).unwrap().facts.tags;
            if !tags.remove("a/b") {
                tags.insert("a/b".to_owned());
            }
        }
        (7, Some(name)) => {
            let file = lab.shelf.files.remove(&name).unwrap();
            lab.shelf.put(&format!("moved {number}.jpg"), file);
        }
        (8, Some(name)) => {
            lab.shelf.files.remove(&name);
        }
        (9, Some(name)) => {
            let file = lab.shelf.files.get_mut(&name).unwrap();
            file.bytes = format!("edited {number}").into_bytes();
        }
        (10, Some(_)) => {
            if let Some(view) = random.choice(&lab.there()) {
                lab.sandbox.trash(view.id).unwrap();
                trashed.insert(view.checksum.clone());
            }
        }
        (_, Some(name)) => lab.shelf.files.get_mut(&name).unwrap().touched += 1,
    }
}

fn life(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut lab = Lab::new();
    lab.options.on_edit = random.choice([EditRule::Stack, EditRule::Replace, EditRule::KeepBoth]).unwrap();
    let mut trashed = BTreeSet::new();
    for number in 0..40 {
        happen(&mut lab, &mut random, &mut trashed, number);
        if random.u8(0..6) == 0 {
            let stop = StopFlag::new();
            let after = if random.bool() { u64::MAX } else { random.u64(1..30) };
            let ear = Ear { stop: Some((stop.clone(), after)), ..Ear::default() };
            let (summary, _) = lab.import_with(&stop, &ear);
            assert!(summary.unwrap().adds_up(), "seed {seed}");
        }
    }
    let (summary, heard) = lab.import();
    assert_eq!(summary.failed, 0, "seed {seed}: {heard:?}");
    let (again, heard) = lab.import();
    let untouched = skipped(&again, SkipKind::Unchanged) + skipped(&again, SkipKind::DeletedHere);
    assert_eq!(untouched, again.seen, "seed {seed}: {again:?} {heard:?}");
    let there: BTreeSet<String> = lab.there().into_iter().map(|view| view.checksum).collect();
    for (name, file) in &lab.shelf.files {
        let sum = lab.view(&file.bytes).checksum;
        assert!(there.contains(&sum) || trashed.contains(&sum), "seed {seed}: {name} is lost");
    }
    for sum in &trashed {
        assert!(!there.contains(sum), "seed {seed}: what the user deleted came back");
    }
    assert!(lab.store.open_deeds().unwrap().is_empty());
    let runs = lab.store.runs().unwrap();
    for run in runs.into_iter().rev().filter(|run| run.command == "import") {
        lab.undo(run.id);
    }
    assert!(lab.there().is_empty(), "seed {seed}: something of ours is left");
}

#[test]
fn random_lives_lose_nothing_and_can_be_taken_back() {
    for seed in 0..12 {
        life(seed);
    }
}
