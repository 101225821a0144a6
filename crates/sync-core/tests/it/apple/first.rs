//! The first run, and the second one.

use sync_core::import::sources::apple::{BurstRule, EditedRule};
use sync_core::import::{HiddenRule, SkipKind};

use super::lab::{Lab, Ran, shared, skipped};

/// The lines of what was left out and of what is on the server.
fn told(lab: &Lab, ran: &Ran) -> String {
    format!("{}\n\nleft out:\n{}", lab.told(), ran.passed.join("\n"))
}

/// Runs again, and fails the test unless that does nothing.
#[track_caller]
fn assert_nothing_more(lab: &Lab) {
    let before = lab.told();
    let ran = lab.import();

    assert_eq!(lab.writes(), [""; 0], "the second run changed something");
    assert_eq!((ran.summary.done(), ran.summary.bytes_read, ran.summary.run), (0, 0, None));
    assert!(ran.heard.changed.is_empty() && ran.heard.warnings.is_empty(), "{:?}", ran.heard);
    assert!(lab.sandbox.request_count() <= 6, "{}", lab.sandbox.request_count());
    assert_eq!(lab.told(), before);
}

#[test]
fn a_library_of_macos_26_arrives_with_all_that_it_says_and_once() {
    let Some(libraries) = shared("a_library_of_macos_26") else { return };
    let lab = Lab::of(&libraries.join("macos26.1.photoslibrary"));

    let ran = lab.import();

    assert_eq!(ran.heard.warnings, [""; 0]);
    insta::assert_snapshot!(told(&lab, &ran));
    assert_nothing_more(&lab);
}

#[test]
fn every_kind_of_photo_arrives_as_what_it_is() {
    let Some(libraries) = shared("every_kind_of_photo") else { return };
    let mut lab = Lab::of(&libraries.join("macos15.7-mediatypes.photoslibrary"));
    lab.apple.type_tags = true;

    let ran = lab.import();

    insta::assert_snapshot!(told(&lab, &ran));
    assert_nothing_more(&lab);
}

#[test]
fn shared_albums_are_left_out_unless_they_are_asked_for() {
    let Some(libraries) = shared("shared_albums") else { return };
    let mut lab = Lab::of(&libraries.join("macos10.15-shared.photoslibrary"));

    let ran = lab.import();

    insta::assert_snapshot!("without_shared_albums", told(&lab, &ran));
    assert_nothing_more(&lab);
    lab.apple.shared_albums = true;
    let ran = lab.import();
    insta::assert_snapshot!("with_shared_albums", told(&lab, &ran));
    assert_nothing_more(&lab);
}

#[test]
fn wishes_decide_what_of_edits_and_bursts_is_sent() {
    let Some(libraries) = shared("wishes_decide") else { return };
    let package = libraries.join("macos15.7-mediatypes.photoslibrary");
    let count = |edited: EditedRule, burst: BurstRule| {
        let mut lab = Lab::of(&package);
        (lab.apple.edited, lab.apple.burst) = (edited, burst);
        let ran = lab.import();
        assert_nothing_more(&lab);
        let stacks: Vec<usize> = lab.sandbox.stacks().iter().map(Vec::len).collect();
        (ran.summary.uploaded, stacks.iter().sum::<usize>(), skipped(&ran.summary, SkipKind::Excluded))
    };

    let usual = count(EditedRule::Stack, BurstRule::Selected);
    let original = count(EditedRule::Original, BurstRule::Selected);
    let edited = count(EditedRule::Edited, BurstRule::Selected);
    let both = count(EditedRule::Both, BurstRule::Selected);
    let all = count(EditedRule::Stack, BurstRule::All);

    insta::assert_debug_snapshot!([usual, original, edited, both, all]);
}

#[test]
fn without_stacks_everything_is_sent_and_nothing_stacked() {
    let Some(libraries) = shared("without_stacks") else { return };
    let mut lab = Lab::of(&libraries.join("macos26.1.photoslibrary"));
    let stacked = Lab::of(&libraries.join("macos26.1.photoslibrary"));
    lab.apple.stack.clear();

    let (ran, other) = (lab.import(), stacked.import());

    assert_eq!(ran.summary.uploaded, other.summary.uploaded);
    assert!(lab.sandbox.stacks().is_empty() && !stacked.sandbox.stacks().is_empty());
    assert_nothing_more(&lab);
}

#[test]
fn hidden_photos_go_into_the_archive_when_asked() {
    let Some(libraries) = shared("hidden_photos") else { return };
    let mut lab = Lab::of_copy(&libraries.join("macos26.1.photoslibrary"));
    lab.change("UPDATE ZASSET SET ZHIDDEN = 1 WHERE ZUUID LIKE 'F12384F6%'");
    let left = lab.import();
    assert_eq!(skipped(&left.summary, SkipKind::Hidden), 2);

    lab.apple.hidden = HiddenRule::Archive;
    lab.import();

    assert_eq!(format!("{:?}", lab.asset("Pumkins1.jpg").visibility), "Archive");
}

#[test]
fn a_preview_changes_nothing_and_counts_the_same() {
    let Some(libraries) = shared("a_preview") else { return };
    let lab = Lab::of(&libraries.join("macos26.1.photoslibrary"));

    let would = lab.preview();

    assert_eq!(lab.writes(), [""; 0]);
    assert_eq!(would.uploaded, lab.import().summary.uploaded);
}

#[test]
fn an_undo_takes_everything_off_the_server_again() {
    let Some(libraries) = shared("an_undo") else { return };
    let lab = Lab::of(&libraries.join("macos26.1.photoslibrary"));
    let run = lab.import().summary.run.unwrap();

    let undone = lab.undo(run);

    assert_eq!(undone.failed, 0);
    assert_eq!(lab.told(), "");
}
