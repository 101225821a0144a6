//! A library with very many groups is acted on in little memory. The process that acts is another one than the server's.

use immich_sandbox::Version;
use jiff::Timestamp;
use photo_similarity::Class;
use sync_core::organize::{Act, ActOptions, Action};
use sync_core::state::{GroupStore, SqliteStore};
use sync_core::{Account, StopFlag};

use super::lab::{Lab, all_actions, group, only};
use crate::child::{self, Kid};
use crate::harness::connect_to;

/// What may be used in all, in kilobytes.
const MOST: u64 = 400_000;

/// A reporter who forgets.
struct Deaf;

impl sync_core::Reporter for Deaf {
    fn report(&self, _: &sync_core::Event<'_>) {}
}

/// The most memory that this process ever had, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Looks what everything would be, and does what is quick on any server.
#[test]
#[ignore = "the child process of other tests"]
fn child_acts_on_all_groups() {
    let folder = child::folder();
    let told = std::fs::read_to_string(folder.join("told")).unwrap();
    let (url, key) = told.split_once('\n').unwrap();
    let store = SqliteStore::open(&folder.join("state")).unwrap();
    let clients = [connect_to(url, key.to_owned()).unwrap()];
    let stop = StopFlag::new();
    let quick = [Action::Favourite, Action::Review { overwrite: false }];
    for (actions, is_real) in [(all_actions(), false), (quick.into(), true)] {
        let options = ActOptions { actions, confirmed: true, ..only(Action::Stack) };
        let act =
            Act { store: &store, options: &options, reporter: &Deaf, stop: &stop, now: &Timestamp::now };
        let summary = if is_real {
            act.run(&clients, "organize").unwrap()
        } else {
            act.preview(&[Account::of(&clients[0])]).unwrap()
        };
        child::say(&format!("{} changes", summary.total.done));
    }
    child::say(&format!("{} kB", peak()));
}

#[expect(clippy::print_stderr, reason = "how much was used is worth knowing")]
fn act_on(groups: usize) -> u64 {
    let lab = Lab::of(Version::V3_0_3, 2 * groups, |_, _| ());
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("state")).unwrap();
    let mut found = (0..groups).map(|n| Ok(group(&lab, Class::Duplicate, &[2 * n, 2 * n + 1])));
    store.replace_groups(&mut found).unwrap();
    store.close().unwrap();
    let told = format!("{}\n{}", lab.sandbox.url(), lab.sandbox.api_key());
    std::fs::write(folder.path().join("told"), told).unwrap();

    let mut kid = Kid::start("deeds::large::child_acts_on_all_groups", folder.path());
    let foreseen = kid.line().unwrap();
    let done = kid.line().unwrap();
    let used = kid.line().unwrap();

    eprintln!("{groups} groups: {foreseen} foreseen, {done} made, {used}");
    assert_eq!(done, format!("{} changes", 3 * groups), "a heart for each, and two photos on the page");
    used.strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn a_thousand_groups_are_acted_on_in_little_memory() {
    assert!(act_on(1000) < MOST);
}

#[test]
#[ignore = "takes minutes; cargo xtask deeds runs it"]
fn two_hundred_thousand_groups_are_acted_on_in_little_memory() {
    assert!(act_on(200_000) < MOST);
}
