//! A reversal that a killed undo left open is settled by what the file is.

use sync_core::state::{Intent, JournalId, JournalState, Role, RunId, Store, Verdict};
use sync_core::undo::UndoTarget;
use sync_core::writeback::Target;

use super::lab::{TakesBack, records};
use crate::harness::{Home, Setting};
use crate::state::sample::seal;

/// A photo with a sidecar that run 1 made, and a reversal of that, announced by a run that was killed.
fn left_open() -> (Home, immich_sandbox::AssetId, JournalId) {
    let mut setting = Setting::new();
    setting.file("a.jpg", &super::lab::jpeg());
    let id = setting.scenario.asset_file(&setting.library, "a.jpg").description("new").tag("beach").id();
    let mut home = setting.start();
    home.options.targets.target = Target::Sidecar;
    assert_eq!(home.write().0.done, 1);
    let row = home.store.journal(None).unwrap().remove(0);
    let run = home.store.begin_run("undo 1", jiff::Timestamp::UNIX_EPOCH).unwrap();
    let intent = Intent {
        run,
        before: row.after,
        base: sync_core::state::Base::default(),
        undoes: Some(row.id),
        ..row.intent
    };
    let reversal = home.store.intend(&intent).unwrap();
    (home, id, reversal)
}

fn sidecar(home: &Home, id: immich_sandbox::AssetId) -> (Verdict, bool) {
    let records = records(home, id);
    let record = records.iter().find(|record| record.role == Role::Sidecar).unwrap();
    (record.verdict.clone(), record.file.is_some())
}

#[test]
fn a_sidecar_that_is_gone_was_taken_away() {
    let (home, id, reversal) = left_open();
    home.store.sealed(reversal, &seal(Some("hash of what we made"), None)).unwrap();
    std::fs::remove_file(home.path("a.jpg.xmp")).unwrap();

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.seen, home.store.change(reversal).unwrap().unwrap().state), (0, JournalState::Done));
    assert_eq!(home.store.journal(None).unwrap()[0].undone_by, Some(RunId(2)), "{told:?}");
    assert_eq!(sidecar(&home, id), (Verdict::Undone, false));
    assert_eq!(home.write().0.done, 0);
}

#[test]
fn a_sidecar_that_is_still_there_was_not() {
    let (home, _, reversal) = left_open();
    home.store.sealed(reversal, &seal(Some("hash of what we made"), None)).unwrap();

    let (summary, told) = home.undo(&UndoTarget::Run(RunId(1)));

    assert_eq!(summary.done, 1, "{told:?}");
    assert_eq!(home.store.change(reversal).unwrap().unwrap().state, JournalState::RolledBack);
    assert!(!home.path("a.jpg.xmp").exists());
}

#[test]
fn a_sidecar_that_is_gone_before_anything_was_sealed_is_not_our_doing() {
    let (home, _, reversal) = left_open();
    std::fs::remove_file(home.path("a.jpg.xmp")).unwrap();

    let (summary, _) = home.undo_run(1);

    assert_eq!(summary.skipped.get("missing"), Some(&1));
    assert_eq!(home.store.change(reversal).unwrap().unwrap().state, JournalState::RolledBack);
    assert_eq!(home.store.journal(None).unwrap()[0].undone_by, None);
}
