//! What others do while a run is at work, or did before it: nothing of it is taken for ours, and nothing is overrun.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use immich_sandbox::{Fault, Question, Sandbox, Visibility};
use jiff::{SignedDuration, Timestamp};
use sync_core::deeds::{Deed, Restack, What};
use sync_core::organize::{Act, ActOptions, ActSummary, Action};
use sync_core::state::{DeedStore, Store};
use sync_core::{Event, Reporter};

use super::lab::{Lab, all_actions, assert_same, only};

type Deeds<'a> = Box<dyn FnOnce(&Sandbox) + Send + 'a>;

/// Does something to the server once, after the first change of a run, and lets an hour pass.
struct Intruder<'a> {
    does: Mutex<Option<Deeds<'a>>>,
    sandbox: &'a Sandbox,
    hours: AtomicI64,
}

impl Reporter for Intruder<'_> {
    fn report(&self, event: &Event<'_>) {
        if matches!(event, Event::Changed(_))
            && let Some(does) = self.does.lock().unwrap().take()
        {
            does(self.sandbox);
            self.hours.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn act_while<'a>(lab: &'a Lab, actions: Vec<Action>, does: impl FnOnce(&Sandbox) + Send + 'a) -> ActSummary {
    let intruder =
        Intruder { does: Mutex::new(Some(Box::new(does))), sandbox: &lab.sandbox, hours: AtomicI64::new(0) };
    let now = || {
        let hours = SignedDuration::from_hours(intruder.hours.load(Ordering::Relaxed));
        Timestamp::UNIX_EPOCH.checked_add(hours).unwrap()
    };
    let options = ActOptions { actions, whole: true, ..ActOptions::default() };
    let act = Act { store: &lab.store, options: &options, reporter: &intruder, stop: &lab.stop, now: &now };
    act.run(&[lab.client()], "organize").unwrap()
}

#[test]
fn a_photo_that_was_locked_away_while_others_were_tagged_is_not_brought_back_into_the_archive() {
    let lab = Lab::new(10);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    let actions = vec![Action::Tag { name: "review".to_owned() }, Action::Archive];

    act_while(&lab, actions, |sandbox| {
        sandbox.edit(lab.ids[1], |asset| asset.visibility = Visibility::Locked).unwrap();
    });

    let mut seen = [Visibility::Timeline; 2];
    for (seen, photo) in seen.iter_mut().zip([1, 3]) {
        lab.sandbox.edit(lab.ids[photo], |asset| *seen = asset.visibility).unwrap();
    }
    assert_eq!(seen, [Visibility::Locked, Visibility::Archive]);
}

#[test]
fn a_stack_that_the_user_made_while_photos_were_tagged_is_not_merged() {
    let lab = Lab::new(10);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    let actions = vec![Action::Tag { name: "review".to_owned() }, Action::Stack];

    act_while(&lab, actions, |_| {
        lab.client().writer().make_stack(&[lab.id(0), lab.id(9)]).unwrap();
    });

    let mut stacks = lab.sandbox.stacks();
    stacks.sort();
    assert_eq!(stacks, [[lab.ids[0], lab.ids[9]], [lab.ids[2], lab.ids[3]]]);
}

#[test]
fn what_the_user_put_into_an_album_of_ours_stays_there_after_an_undo() {
    let lab = Lab::new(6);
    let albums = only(Action::Albums { prefix: "Similar-".to_owned() });
    lab.duplicates(&[&[0, 1]]);
    lab.act(&albums);
    let album = lab.sandbox.albums()[0].0;
    lab.sandbox.add_to_album(album, &[lab.ids[2]]);

    lab.duplicates(&[&[0, 1, 2, 3]]);
    let (summary, _) = lab.act(&albums);
    assert_eq!((summary.total.done, summary.total.skipped["up-to-date"]), (1, 3));
    lab.undo(summary.run.unwrap());

    assert_eq!(lab.sandbox.album_members(album), [lab.ids[0], lab.ids[1], lab.ids[2]]);
}

#[test]
fn a_tag_that_the_user_gives_at_that_moment_stays_the_users() {
    let lab = Lab::new(3);
    lab.duplicates(&[&[0, 1]]);
    let actions = vec![Action::Tag { name: "review".to_owned() }];

    let summary = act_while(&lab, actions, |sandbox| sandbox.set_tags(lab.ids[0], &["review/keep"]).unwrap());
    assert_eq!((summary.total.done, summary.total.skipped["up-to-date"]), (1, 1));
    lab.undo(summary.run.unwrap());

    assert_eq!(lab.sandbox.view(lab.ids[0]).unwrap().tags, ["review/keep"]);
    assert!(lab.sandbox.view(lab.ids[1]).unwrap().tags.is_empty());
}

#[test]
fn an_album_whose_photos_are_not_told_is_not_removed() {
    let lab = Lab::new(6);
    let albums = only(Action::Albums { prefix: "Similar-".to_owned() });
    lab.duplicates(&[&[0, 1]]);
    let (summary, _) = lab.act(&albums);
    let album = lab.sandbox.albums()[0].0;
    lab.sandbox.add_to_album(album, &[lab.ids[5]]);

    lab.sandbox.answer_nothing(Question::AlbumMembers, true);
    lab.groups(Vec::new());
    lab.act(&albums);
    lab.undo(summary.run.unwrap());
    lab.sandbox.answer_nothing(Question::AlbumMembers, false);

    assert!(lab.sandbox.album_members(album).contains(&lab.ids[5]));
}

#[test]
fn a_change_of_stacks_that_nobody_can_complete_any_more_does_not_stop_every_later_run() {
    let lab = Lab::new(6);
    let run = lab.store.begin_run("organize", Timestamp::UNIX_EPOCH).unwrap();
    let (old, new) = (vec![lab.id(0), lab.id(1)], vec![lab.id(0), lab.id(2)]);
    let what = What::Restack { stacks: vec![Restack { before: vec![old], after: vec![new] }] };
    let (account, at) = (lab.account.clone(), Timestamp::UNIX_EPOCH);
    lab.store.announce(&Deed { run, account, undoes: None, at, what }).unwrap();
    lab.sandbox.remove(lab.ids[2]).unwrap();
    lab.duplicates(&[&[3, 4]]);

    let (result, _) = lab.try_act(&ActOptions { actions: all_actions(), ..only(Action::Stack) });

    assert!(result.is_ok(), "{result:?}");
    assert!(lab.store.open_deeds().unwrap().is_empty());
}

#[test]
fn stacks_are_as_they_were_when_the_server_refuses_new_ones() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[0, 1]]);
    let (first, _) = lab.act(&only(Action::Stack));
    lab.duplicates(&[&[2, 0, 1]]);
    let (second, _) = lab.act(&only(Action::Stack));
    let before = lab.world();
    lab.sandbox.inject(Fault::status(400).on("POST", "/stacks").times(1));

    // Taking back a stack that grew dissolves it, and makes the smaller one.
    lab.undo(second.run.unwrap());

    assert_same(&lab.world(), &before, "after a refusal");
    lab.undo(second.run.unwrap());
    lab.undo(first.run.unwrap());
    assert!(lab.sandbox.stacks().is_empty());
}
