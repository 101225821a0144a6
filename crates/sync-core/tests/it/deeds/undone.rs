//! What was done on the server is taken back there, exactly, and only where it is still what we left.

use photo_similarity::Class;
use sync_core::organize::{ActOptions, Action};
use sync_core::state::{DeedStore, RunId, Store};
use sync_core::{SyncError, history};

use super::lab::{Ear, Lab, all_actions, assert_same, group, only};

fn all() -> ActOptions {
    ActOptions { actions: all_actions(), confirmed: true, ..only(Action::Stack) }
}

/// A library in which somebody did things before us.
fn lived_in() -> Lab {
    let lab = Lab::new(10);
    lab.sandbox.set_tags(lab.ids[0], &["review", "trip/lake"]).unwrap();
    lab.sandbox.set_favorite(lab.ids[2], true).unwrap();
    lab.sandbox.edit(lab.ids[1], |asset| asset.description = Some("At the lake".to_owned())).unwrap();
    lab.groups(vec![
        group(&lab, Class::Exact, &[0, 1]),
        group(&lab, Class::Duplicate, &[2, 3, 4]),
        group(&lab, Class::Similar, &[6, 5]),
    ]);
    lab
}

#[test]
fn everything_is_taken_back_and_the_taking_back_too() {
    let lab = lived_in();
    let before = lab.world();
    let run = lab.act(&all()).0.run.unwrap();
    let after = lab.world();
    assert_ne!(after, before);

    let (summary, heard) = lab.undo(run);
    assert!(summary.is_clean() && summary.skipped.is_empty(), "{summary:?} {heard:?}");
    assert_same(&lab.world(), &before, "afterwards");

    lab.undo(RunId(run.0 + 1));
    assert_same(&lab.world(), &after, "afterwards");

    lab.undo(run);
    assert_same(&lab.world(), &before, "afterwards");

    let (nothing, heard) = lab.undo(run);
    assert_eq!((nothing.seen, heard.warnings.len()), (0, 1));
}

#[test]
fn a_preview_of_an_undo_foretells_it_and_that_of_the_undo_too() {
    let lab = lived_in();
    let run = lab.act(&all()).0.run.unwrap();
    lab.sandbox.set_tags(lab.ids[8], &["review/duplicate"]).unwrap();
    lab.sandbox.add_to_album(lab.sandbox.albums()[0].0, &[lab.ids[9]]);

    for run in [run, RunId(run.0 + 1)] {
        let before = lab.world();
        let (foreseen, told) = lab.preview_undo(run);
        assert_same(&lab.world(), &before, "after a preview");

        let (done, heard) = lab.undo(run);

        assert_eq!(told.warnings, heard.warnings);
        assert_eq!((foreseen.done, foreseen.skipped), (done.done, done.skipped));
    }
}

#[test]
fn what_somebody_changed_since_stays_and_is_told() {
    let lab = lived_in();
    let run = lab.act(&all()).0.run.unwrap();
    lab.sandbox.set_favorite(lab.ids[0], false).unwrap();
    lab.sandbox.set_tags(lab.ids[8], &["review/keep"]).unwrap();
    lab.sandbox.add_to_album(lab.sandbox.albums()[0].0, &[lab.ids[9]]);
    lab.sandbox.rename_album(lab.sandbox.albums()[1].0, "Mine");

    let (summary, heard) = lab.undo(run);

    let world = lab.world();
    assert!(!world.photos[&lab.id(0)].is_favourite);
    assert!(world.photos[&lab.id(8)].tags.contains("review/keep"));
    let names: Vec<&str> = world.albums.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(names, ["Mine", "Similar-0001"]);
    assert_eq!(world.albums[1].2, [lab.id(9)].into());
    assert_eq!(summary.skipped["touched-since"], 3, "two albums and a tag: {heard:?}");
    assert!(heard.warnings.iter().any(|text| text.contains("other photos")), "{heard:?}");

    lab.sandbox.remove_from_album(lab.sandbox.albums()[1].0, &[lab.ids[9]]);
    lab.undo(run);
    assert_eq!(lab.world().albums.len(), 1, "the rest is taken back when nothing is in the way any more");
}

#[test]
fn runs_are_taken_back_in_any_order() {
    let lab = lived_in();
    let before = lab.world();
    let first = lab.act(&all()).0.run.unwrap();
    lab.groups(vec![group(&lab, Class::Exact, &[1, 0, 7]), group(&lab, Class::Burst, &[3, 2])]);
    let second = lab.act(&all()).0.run.unwrap();

    lab.undo(first);
    lab.undo(second);
    lab.undo(first);

    assert_same(&lab.world(), &before, "afterwards");
}

#[test]
fn an_undo_without_a_server_says_what_it_needs() {
    let lab = lived_in();
    let run = lab.act(&all()).0.run.unwrap();

    let result = lab.undo_as(&[], run, &Ear::default());

    assert!(
        matches!(&result, Err(SyncError::NeedsServer(what)) if what == &format!("run {}", run.0)),
        "{result:?}"
    );
}

#[test]
fn the_history_says_what_was_done_and_what_was_taken_back() {
    let lab = lived_in();
    let run = lab.act(&only(Action::Tag { name: "review".to_owned() })).0.run.unwrap();
    lab.undo(run);

    let runs = history::runs(&lab.store).unwrap();
    let told: Vec<(&str, &str, u64, u64)> = runs[0]
        .deeds
        .iter()
        .map(|deed| (deed.kind.as_str(), deed.subject.as_str(), deed.items, deed.undone))
        .collect();

    assert!(told.contains(&("tag", "review/keep", 3, 3)), "{told:?}");
    assert!(told.contains(&("make-tags", "", 4, 4)), "{told:?}");
    assert_eq!(runs[1].deeds.iter().map(|deed| deed.items).sum::<u64>(), 11);
    let mut deeds = 0;
    history::deeds(&lab.store, run, |row| {
        deeds += row.deed.what.len();
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(deeds, 11);
    assert_eq!(lab.store.runs().unwrap().len(), 2);
    assert!(lab.store.open_deeds().unwrap().is_empty());
}
