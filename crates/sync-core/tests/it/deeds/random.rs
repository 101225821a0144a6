//! Any sequence of actions, changes of groups and undos: when all is taken back, the server is as it was.

use immich_sandbox::Version;
use photo_similarity::Class;
use proptest::prelude::*;
use sync_core::organize::{ActOptions, Action};
use sync_core::state::{RunId, Store};

use super::disk::{Disk, replace};
use super::lab::{Ear, Lab, all_actions, assert_same, group, only};
use super::lost::take_all_back;

const PHOTOS: usize = 9;
/// The trash among the actions.
const TRASH: usize = 8;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// A scan finds other groups: photos in a new order, cut into pieces.
    Scan(Vec<usize>, Vec<usize>, usize),
    /// Some of the actions.
    Act(Vec<usize>, bool),
    /// Group folders are made.
    Folders,
    /// Copies on the disk go to the trash.
    LocalTrash,
    /// Takes back one of the runs so far.
    Undo(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let order = Just((0..PHOTOS).collect::<Vec<_>>()).prop_shuffle();
    prop_oneof![
        2 => (order, prop::collection::vec(2..4_usize, 0..4), 0..4_usize)
            .prop_map(|(order, sizes, class)| Step::Scan(order, sizes, class)),
        3 => (prop::collection::vec(0..9_usize, 1..4), any::<bool>()).prop_map(|(acts, whole)| Step::Act(acts, whole)),
        1 => Just(Step::Folders),
        1 => Just(Step::LocalTrash),
        2 => (0..20_usize).prop_map(Step::Undo),
    ]
}

fn actions(chosen: &[usize]) -> Vec<Action> {
    let mut all = all_actions();
    all.push(Action::RemoveTags { name: "review".to_owned(), all: false });
    all.push(Action::Trash);
    // What hides photos comes last, as in the program.
    let mut chosen: Vec<usize> = chosen.to_vec();
    chosen.sort_by_key(|index| *index == TRASH);
    chosen.iter().map(|index| all[*index].clone()).collect()
}

fn take(lab: &Lab, disk: &Disk, step: &Step) {
    match step {
        Step::Scan(order, sizes, class) => {
            let classes = [Class::Exact, Class::Duplicate, Class::Burst, Class::Similar];
            let (mut rest, mut groups) = (order.as_slice(), Vec::new());
            for (number, size) in sizes.iter().enumerate().filter(|(_, size)| **size <= PHOTOS) {
                if rest.len() < *size {
                    break;
                }
                let (photos, others) = rest.split_at(*size);
                groups.push(group(lab, classes[(class + number) % 4], photos));
                rest = others;
            }
            replace(&lab.store, groups, &disk.scan().1);
        }
        Step::Act(chosen, whole) => {
            let options = ActOptions {
                actions: actions(chosen),
                whole: *whole,
                confirmed: true,
                ..only(Action::Stack)
            };
            let (summary, heard) = lab.act(&options);
            assert!(summary.total.adds_up() && heard.failed.is_empty(), "{summary:?} {heard:?}");
            if chosen.contains(&TRASH) {
                // Each run of the program scans first, and finds no group with what is in the trash.
                replace(&lab.store, Vec::new(), &disk.scan().1);
            }
        }
        Step::Folders => {
            let summary = disk.make_folders(&lab.store, &lab.client(), &Ear::default()).unwrap();
            // A copy that went to the trash cannot be copied any more.
            assert!(summary.total.adds_up(), "{summary:?}");
        }
        Step::LocalTrash => {
            let summary = disk.trash(&lab.store, &Ear::default()).unwrap();
            assert!(summary.total.adds_up() && summary.total.failed == 0, "{summary:?}");
            disk.assert_whole("after the trash");
        }
        Step::Undo(number) => {
            let runs = lab.store.runs().unwrap().len();
            if runs > 0 {
                lab.undo(RunId(i64::try_from(number % runs + 1).unwrap()));
            }
        }
    }
}

fn comes_back(steps: &[Step]) {
    let lab = Lab::of(Version::V3_0_3, PHOTOS, |scenario, ids| {
        scenario.stack(&[ids[0], ids[1]]);
        scenario.duplicates(&[ids[3], ids[4]]);
        let album = scenario.album("Trip");
        scenario.add_to_album(album, &[ids[2], ids[3]]);
    });
    lab.sandbox.set_tags(lab.ids[0], &["review/keep", "trip"]).unwrap();
    lab.sandbox.set_favorite(lab.ids[5], true).unwrap();
    lab.sandbox.edit(lab.ids[6], |asset| asset.description = Some("At the lake".to_owned())).unwrap();
    for (photo, id) in lab.ids.iter().enumerate() {
        lab.sandbox.set_picture(*id, photo.to_string().as_bytes()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::plant(folder.path());
    let (before, photos) = (lab.world(), disk.world());
    for step in steps {
        take(&lab, &disk, step);
    }

    // An undo of an undo brings things back, so only what was not an undo is taken back: all of it, newest first.
    let runs = lab.store.runs().unwrap();
    for run in runs.iter().rev().filter(|run| !run.command.starts_with("undo")) {
        lab.undo(run.id);
    }
    take_back_what_counts(&lab);

    assert_same(&lab.world(), &before, "afterwards");
    assert_eq!(disk.world(), photos, "to the number and time of each file");
}

/// What an undo had to leave, because a later deed stood in its way, is taken back now.
fn take_back_what_counts(lab: &Lab) {
    let acts: Vec<RunId> = lab
        .store
        .runs()
        .unwrap()
        .iter()
        .filter(|run| !run.command.starts_with("undo"))
        .map(|run| run.id)
        .collect();
    for _ in 0..3 {
        for run in acts.iter().rev() {
            lab.undo(*run);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_can_be_taken_back(steps in prop::collection::vec(step(), 1..10)) {
        comes_back(&steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "takes minutes; cargo xtask deeds runs it"]
    fn a_thousand_lives_are_taken_back(steps in prop::collection::vec(step(), 1..14)) {
        comes_back(&steps);
    }
}

#[test]
fn taking_all_back_does_nothing_where_nothing_was_done() {
    let lab = Lab::new(2);
    let before = lab.world();

    take_all_back(&lab, 0);

    assert_same(&lab.world(), &before, "afterwards");
}
