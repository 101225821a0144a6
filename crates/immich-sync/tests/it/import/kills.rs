//! Ends at any moment, by signals and at every call that writes: the next run completes, and nothing is there twice.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use immich_sandbox::{Fault, Version};
use rustix::process::Signal;

use super::stand::Stand;
use super::stops::{asked, send};
use super::world::World;
use crate::place::Said;
use crate::support::kills::sweep::has_tracer;

/// Photos of several sizes in several folders, some of them twice.
fn photos(stand: &Stand, count: usize) -> PathBuf {
    for number in 0..count {
        let picture = number - usize::from(number % 10 == 9);
        let bytes = format!("picture {picture} ").repeat(1 + picture % 4 * 300);
        stand.file(&format!("photos/{}/{number:04}.jpg", number % 5), bytes.as_bytes());
    }
    stand.folder.path().join("photos")
}

const OPTIONS: [&str; 5] = ["--folder-as-album", "folder", "--tag", "import/old", "--json"];

/// Fails the test unless each photo is there once, in all its albums, with its tag, and nothing is open.
#[track_caller]
fn assert_complete(stand: &Stand, root: &Path) {
    let arrived = stand.arrived();
    let wanted = crate::place::contents(root);
    for (path, bytes) in &wanted {
        let view = arrived.get(bytes).unwrap_or_else(|| panic!("{} is missing", path.display()));
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        assert!(view.albums.iter().any(|album| album == folder), "{}: {view:?}", path.display());
        assert_eq!(view.tags, ["import/old"], "{}", path.display());
    }
    let different: std::collections::BTreeSet<&Vec<u8>> = wanted.values().collect();
    assert_eq!((arrived.len(), stand.sandbox.views().len()), (different.len(), different.len()));
    let again = Said::by(&mut stand.folder(root, &OPTIONS)).ended_with(0).last();
    assert_eq!(again["done"], 0, "{again}");
}

/// Runs that are ended by signals at random moments, one after the other, until so many were; how many came in time.
fn ended_at_random(ends: usize, signals: &[Signal], seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut ended = 0;
    while ended < ends {
        let stand = Stand::with(1);
        let root = photos(&stand, 120);
        stand.sandbox.inject(Fault::latency(Duration::from_millis(8)).on("POST", "/api/assets"));
        loop {
            let signal = random.choice(signals).copied().unwrap();
            let mut command = stand.folder(&root, &OPTIONS);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // Not before its signals are heard: then any program just ends.
            let millis = random.u64(25..300);
            #[expect(clippy::disallowed_methods, reason = "the moment of an end is chosen by nobody else")]
            std::thread::sleep(Duration::from_millis(millis));
            send(&child, signal);
            let status = child.wait().unwrap();
            let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap());
            let of_signal = 128 + signal.as_raw();
            assert!(code == 0 || code == of_signal, "{signal:?} after {millis} ms: {status}");
            ended += usize::from(code != 0);
            if code == 0 || ended >= ends {
                break;
            }
        }
        Said::by(&mut stand.folder(&root, &OPTIONS)).ended_with(0);
        assert_complete(&stand, &root);
    }
    ended
}

#[test]
fn a_few_ends_at_random_moments_cost_nothing() {
    ended_at_random(5, &[Signal::INT, Signal::TERM], 3);
    ended_at_random(5, &[Signal::KILL], 4);
}

#[test]
#[ignore = "takes minutes; cargo xtask imports runs it"]
fn as_many_ends_as_asked_for_cost_nothing() {
    let stops = asked("IMMICH_SYNC_STOPS", 50);
    for (seed, signals) in [(5, &[Signal::INT, Signal::TERM][..]), (6, &[Signal::KILL])] {
        let ended = ended_at_random(stops, signals, seed);
        eprintln!("{ended} ends by {signals:?}: 0 duplicates, 0 missing");
    }
}

/// Calls with which the program writes to its state, and with which it talks to the server.
const CALLS: [&str; 6] = ["pwrite64", "fdatasync", "fsync", "unlink", "sendto", "write"];

/// Runs a command under the tracer, which kills it before this call; whether it was killed.
fn killed_at(stand: &Stand, command: &Command, call: &str, number: usize) -> bool {
    let mut traced = Command::new("strace");
    traced.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", stand.folder.path().join("home"));
    traced.env("IMMICH_API_KEY", stand.sandbox.api_key()).env("IMMICH_URL", stand.sandbox.url());
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace=?{call}")]);
    traced.args(["-e", &format!("inject=?{call}:signal=KILL:when={number}")]);
    traced.arg(command.get_program()).args(command.get_args());
    let ended = traced.output().unwrap().status;
    assert!(ended.signal() == Some(9) || ended.code() == Some(0), "{call} {number}: {ended}");
    ended.signal() == Some(9)
}

/// Kills an import, and the undo of it, at each of these calls in turn; how often one came in time.
fn killed_at_each(calls: &[&str], step: usize) -> usize {
    let mut kills = 0;
    for call in calls {
        for number in (1..4000).step_by(step) {
            let stand = Stand::lived_in(1);
            let root = photos(&stand, 12);
            let before = World::of(&stand.sandbox);
            let import = stand.folder(&root, &OPTIONS);
            let was_killed = killed_at(&stand, &import, call, number);
            Said::by(&mut stand.folder(&root, &OPTIONS)).ended_with(0);
            let arrived: usize = stand.sandbox.views().len() - before.photos.len();
            assert_eq!(arrived, 11, "{call} {number}: none twice, none missing");
            let runs = runs(&stand);
            let undo = stand.bare(&["undo", &runs[0], "--yes"]);
            let undone = killed_at(&stand, &undo, call, number);
            for run in &runs {
                Said::by(&mut stand.bare(&["undo", run, "--yes"]));
            }
            let now = World::of(&stand.sandbox).without_new_trash(&before);
            now.assert_same(&before, &format!("{call} {number}"));
            kills += usize::from(was_killed) + usize::from(undone);
            if !was_killed && !undone {
                break;
            }
        }
    }
    kills
}

/// The numbers of all imports, the newest first.
fn runs(stand: &Stand) -> Vec<String> {
    let history = Said::by(&mut stand.bare(&["history", "--json"])).ended_with(0);
    let mut runs: Vec<i64> = history
        .objects()
        .iter()
        .filter(|run| run["command"].as_str().is_some_and(|command| command.starts_with("import")))
        .map(|run| run["run"].as_i64().unwrap())
        .collect();
    runs.sort_unstable_by_key(|run| -run);
    runs.iter().map(i64::to_string).collect()
}

#[test]
fn a_kill_at_a_write_of_the_state_costs_nothing() {
    if !has_tracer() {
        return crate::strace_dry_run::skipped("a_kill_at_a_write_of_the_state_costs_nothing");
    }
    let kills = killed_at_each(&["fsync"], 7);

    assert!(kills > 2, "{kills}");
}

#[test]
#[ignore = "takes minutes; cargo xtask imports runs it"]
fn a_kill_at_any_write_of_the_state_and_any_word_to_the_server_costs_nothing() {
    let kills = killed_at_each(&CALLS, asked("IMMICH_SYNC_STEP", 3));

    eprintln!("{kills} kills at calls: 0 duplicates, 0 missing, all taken back");
    assert!(kills > 60, "{kills}");
}

#[test]
fn a_live_photo_whose_import_was_killed_between_its_halves_is_one_photo() {
    let stand = Stand::on(Version::V3_0_3, 60);
    // The moving halves are sent first; the pictures wait.
    stand.sandbox.inject(Fault::latency(Duration::from_millis(60)).on("POST", "/api/assets"));
    for _ in 0..4 {
        let mut child = stand.import(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let before = stand.sandbox.views().len();
        while stand.sandbox.views().len() < before + 3 && child.try_wait().unwrap().is_none() {
            std::thread::park_timeout(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    stand.sandbox.clear_faults();

    Said::by(&mut stand.import(&[])).ended_with(0);

    stand.assert_all_once();
    let motions = stand.taken().iter().filter(|photo| photo.motion_sum.is_some()).count();
    let linked = stand.there().iter().filter(|view| view.live_photo_video.is_some()).count();
    assert_eq!(linked, motions);
}
