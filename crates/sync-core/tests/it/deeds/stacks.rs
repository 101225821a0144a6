//! Stacks: the keeper on top, and the user's stacks as they are.

use immich_sandbox::Version;
use photo_similarity::Class;
use sync_core::organize::{ActOptions, Action};

use super::lab::{Lab, group, only};

fn stack() -> ActOptions {
    only(Action::Stack)
}

fn stacks(lab: &Lab) -> Vec<Vec<usize>> {
    let number = |id| lab.ids.iter().position(|known| *known == id).unwrap();
    let mut stacks: Vec<Vec<usize>> =
        lab.sandbox.stacks().into_iter().map(|stack| stack.into_iter().map(number).collect()).collect();
    for stack in &mut stacks {
        stack[1..].sort_unstable();
    }
    stacks.sort();
    stacks
}

#[test]
fn a_group_is_a_stack_with_the_keeper_on_top() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let lab = Lab::of(version, 5, |_, _| ());
        lab.groups(vec![group(&lab, Class::Duplicate, &[2, 0, 1]), group(&lab, Class::Similar, &[3, 4])]);

        let (summary, _) = lab.act(&stack());
        let (again, _) = lab.act(&stack());

        assert_eq!(
            stacks(&lab),
            [[2, 0, 1]],
            "photos that look alike are stacked only when that is asked for"
        );
        assert_eq!((summary.total.done, again.total.done), (1, 0));
    }
}

#[test]
fn stacks_of_the_user_are_never_merged_or_turned() {
    let lab = Lab::of(Version::V3_0_3, 8, |scenario, ids| {
        scenario.stack(&[ids[0], ids[7]]);
        scenario.stack(&[ids[2], ids[3]]);
    });
    lab.duplicates(&[&[0, 1], &[3, 2], &[4, 5]]);

    let (summary, heard) = lab.act(&stack());

    assert_eq!(stacks(&lab), [[0, 7], [2, 3], [4, 5]]);
    assert_eq!(heard.skipped, [(lab.id(0).to_string(), "stacked-otherwise".to_owned())]);
    assert_eq!(summary.total.skipped["up-to-date"], 1);
}

#[test]
fn a_stack_of_ours_follows_its_group() {
    let lab = Lab::new(4);
    lab.duplicates(&[&[0, 1]]);
    lab.act(&stack());

    lab.duplicates(&[&[1, 0]]);
    lab.act(&stack());
    assert_eq!(stacks(&lab), [[1, 0]]);

    lab.duplicates(&[&[2, 1, 0]]);
    lab.act(&stack());
    assert_eq!(stacks(&lab), [[2, 0, 1]]);
}

#[test]
fn every_step_of_a_stack_is_taken_back() {
    let lab = Lab::new(3);
    let mut steps = vec![lab.world()];
    let mut runs = Vec::new();
    for photos in [&[0, 1][..], &[1, 0], &[2, 1, 0]] {
        lab.duplicates(&[photos]);
        runs.push(lab.act(&stack()).0.run.unwrap());
        steps.push(lab.world());
    }

    for run in runs.into_iter().rev() {
        assert_eq!(lab.world(), steps.pop().unwrap());
        let (summary, heard) = lab.undo(run);
        assert!(summary.is_clean() && summary.done == 1, "{summary:?} {heard:?}");
    }
    assert_eq!(lab.world(), steps.pop().unwrap());
}
