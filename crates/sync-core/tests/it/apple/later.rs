//! What changes in Photos after the first run, in a copy of a library: exactly that changes on the server.

use sync_core::import::SkipKind;

use super::lab::{Lab, shared, skipped};

/// A copy that was imported once.
fn sent(test: &str) -> Option<Lab> {
    let lab = Lab::of_copy(&shared(test)?.join("macos26.1.photoslibrary"));
    lab.import();
    Some(lab)
}

/// The lines that are not the same, before and after.
fn changed(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let without = |one: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).map(str::to_owned).collect()
    };
    (without(before, after), without(after, before))
}

/// Runs again: what is different on the server then. The run after it does nothing.
#[track_caller]
fn follow(lab: &Lab) -> (Vec<String>, Vec<String>) {
    let before = lab.told();
    let ran = lab.import();
    assert_eq!(
        (ran.summary.failed, &ran.heard.conflicts[..], &ran.heard.warnings[..]),
        (0, &[][..], &[][..])
    );
    let changes = changed(&before, &lab.told());
    let again = lab.import();
    assert_eq!((again.summary.done(), lab.writes()), (0, Vec::new()), "the run after it did something");
    changes
}

#[test]
fn what_is_said_of_photos_travels() {
    let Some(lab) = sent("what_is_said_of_photos_travels") else { return };
    lab.read_files();
    lab.change("UPDATE ZASSET SET ZFAVORITE = 1 WHERE ZUUID LIKE 'F12384F6%'");
    lab.change("UPDATE ZASSET SET ZFAVORITE = 0 WHERE ZUUID LIKE 'E9BC5C36%'");
    lab.change("UPDATE ZASSETDESCRIPTION SET ZLONGDESCRIPTION = 'Another' WHERE Z_PK = 5");
    lab.change("UPDATE ZASSET SET ZDATECREATED = ZDATECREATED + 86400 WHERE ZUUID LIKE '1EB2B765%'");
    lab.change("UPDATE ZASSET SET ZLATITUDE = 48.5, ZLONGITUDE = 9.25 WHERE ZUUID LIKE '1EB2B765%'");

    let (_, now) = follow(&lab);

    let line = |name: &str| now.iter().find(|line| line.starts_with(name)).unwrap();
    assert!(
        line("Pumkins1.jpg | ").contains("| heart |") && !line("wedding_edited.jpeg | ").contains("heart")
    );
    assert!(line("Pumkins2.jpg | ").contains("I found one!\\nAnother"), "{now:?}");
    let moved = line("Pumpkins3.jpg | ");
    assert!(moved.contains("2018-09-29T16:09:33.022") && moved.contains("48.5000 9.2500"), "{moved}");
    assert_eq!(now.len(), 4, "nothing else changed: {now:?}");
}

#[test]
fn albums_are_followed_when_they_are_renamed_filled_emptied_and_deleted() {
    let Some(lab) = sent("albums_are_followed") else { return };
    lab.change("UPDATE ZGENERICALBUM SET ZTITLE = 'Farm / 2018' WHERE Z_PK = 5");
    lab.change("UPDATE ZGENERICALBUM SET ZTITLE = 'Elsewhere' WHERE Z_PK = 47");
    lab.change("UPDATE ZGENERICALBUM SET ZTRASHEDSTATE = 1 WHERE Z_PK = 60");
    lab.change("DELETE FROM Z_33ASSETS WHERE Z_33ALBUMS = 55 AND Z_3ASSETS = (SELECT MIN(Z_3ASSETS) FROM Z_33ASSETS WHERE Z_33ALBUMS = 55)");
    lab.change("INSERT INTO Z_33ASSETS (Z_33ALBUMS, Z_3ASSETS, Z_FOK_3ASSETS) SELECT 58, Z_PK, 1 FROM ZASSET WHERE ZUUID LIKE 'F12384F6%'");

    let changes = follow(&lab);

    insta::assert_debug_snapshot!(changes);
}

#[test]
fn an_edit_comes_on_top_and_goes_below_when_it_is_reverted() {
    let Some(lab) = sent("an_edit_comes_on_top") else { return };
    let render = "resources/renders/6/6191423D-8DB8-4D4C-92BE-9BBBA308AAC4_1_201_a.jpeg";
    let render = lab.apple.library.join(render);
    let bytes = std::fs::read(&render).unwrap();

    // Edited once more: the new version comes on top of both others.
    let mut other = bytes.clone();
    other.extend_from_slice(b"edited again");
    std::fs::write(&render, &other).unwrap();
    lab.change(
        "UPDATE ZASSET SET ZADJUSTMENTTIMESTAMP = ZADJUSTMENTTIMESTAMP + 60 WHERE ZUUID LIKE '6191423D%'",
    );
    let again = follow(&lab);

    // Reverted: the original comes on top.
    std::fs::remove_file(&render).unwrap();
    lab.change(
        "UPDATE ZASSET SET ZADJUSTMENTSSTATE = 0, ZADJUSTMENTTIMESTAMP = NULL WHERE ZUUID LIKE '6191423D%'",
    );
    lab.change("DELETE FROM ZINTERNALRESOURCE WHERE ZVERSION = 2 AND ZASSET = (SELECT Z_PK FROM ZASSET WHERE ZUUID LIKE '6191423D%')");
    let reverted = follow(&lab);

    insta::assert_debug_snapshot!((again, reverted));
}

#[test]
fn a_file_that_went_back_to_icloud_is_followed_and_one_that_never_was_here_waits() {
    let Some(lab) = sent("a_file_that_went_back") else { return };
    let original = lab.apple.library.join("originals/F/F12384F6-CD17-4151-ACBA-AE0E3688539E.jpeg");
    let bytes = std::fs::read(&original).unwrap();
    std::fs::remove_file(&original).unwrap();
    lab.change(
        "UPDATE ZINTERNALRESOURCE SET ZLOCALAVAILABILITY = -1, ZREMOTEAVAILABILITY = 1
                WHERE ZASSET = (SELECT Z_PK FROM ZASSET WHERE ZUUID LIKE 'F12384F6%')",
    );
    lab.change("UPDATE ZASSET SET ZFAVORITE = 1 WHERE ZUUID LIKE 'F12384F6%'");

    follow(&lab);

    assert_eq!(lab.asset("Pumkins1.jpg").is_favorite, Some(true));
    let fresh = Lab::of(&lab.apple.library);
    let waiting = fresh.import();
    assert_eq!(skipped(&waiting.summary, SkipKind::InCloud), 1, "{:?}", waiting.passed);
    assert!(waiting.passed.iter().any(|line| line.contains("`Pumkins1.jpg` is in iCloud only")));
    std::fs::write(&original, bytes).unwrap();
    assert_eq!(fresh.import().summary.uploaded, 1);
}

#[test]
fn what_went_to_the_trash_of_photos_stays_on_the_server_until_deletes_are_asked_for() {
    let Some(mut lab) = sent("what_went_to_the_trash") else { return };
    lab.change("UPDATE ZASSET SET ZTRASHEDSTATE = 1 WHERE ZUUID LIKE 'F12384F6%'");
    lab.change("UPDATE ZASSET SET ZHIDDEN = 1 WHERE ZUUID LIKE '1EB2B765%'");

    let (gone, come) = follow(&lab);
    assert!(gone.is_empty() && come.is_empty(), "{gone:?} {come:?}");
    lab.options.delete = sync_core::import::DeleteRule::Trash;
    let ran = lab.import();

    assert_eq!(ran.summary.trashed, 1, "what is hidden is not gone");
    assert!(!lab.told().contains("Pumkins1.jpg") && lab.told().contains("Pumpkins3.jpg"));
}
