//! Files that are gone from the source.

use sync_core::SyncError;
use sync_core::import::DeleteRule;

use super::lab::{File, Lab};

/// So many photos of ours, and the wish to follow deletes.
fn sent(count: usize) -> Lab {
    let mut lab = Lab::new();
    lab.shelf.fill(count);
    lab.import();
    lab.options.delete = DeleteRule::Trash;
    lab
}

#[test]
fn what_is_gone_stays_unless_the_user_wants_it_trashed() {
    let mut lab = sent(30);
    lab.options.delete = DeleteRule::Keep;
    lab.shelf.files.remove("00007.jpg");
    let (summary, heard) = lab.import();
    assert_eq!((summary.trashed, heard.gone, lab.there().len()), (0, 1, 30));

    lab.options.delete = DeleteRule::Trash;
    let (summary, heard) = lab.import();

    assert_eq!(summary.trashed, 1, "{heard:?}");
    assert!(lab.view(b"picture 7").is_trashed);
    lab.assert_all_once();
    lab.shelf.put("00007.jpg", File::of("picture 7"));
    lab.import();
    lab.assert_all_once();
}

#[test]
fn an_incomplete_listing_an_empty_one_and_one_that_shrank_trash_nothing() {
    let mut lab = sent(30);
    let files = std::mem::take(&mut lab.shelf.files);
    lab.import();
    assert_eq!(lab.there().len(), 30, "empty");

    lab.shelf.files = files.clone().into_iter().skip(1).collect();
    lab.shelf.is_incomplete = true;
    lab.import();
    assert_eq!(lab.there().len(), 30, "incomplete");

    lab.shelf.is_incomplete = false;
    lab.shelf.files = files.into_iter().skip(15).collect();
    lab.shelf.put("new.jpg", File::of("new"));
    let (result, _) = lab.try_import();
    assert!(matches!(result, Err(SyncError::SourceShrank { gone: 15, .. })), "{result:?}");
    assert_eq!(lab.there().len(), 31, "what is new was sent");

    lab.options.confirmed = true;
    let (summary, _) = lab.import();
    assert_eq!((summary.trashed, lab.there().len()), (15, 16));
    let undone = lab.undo(summary.run.unwrap());
    assert_eq!((undone.done, lab.there().len()), (15, 31));
    let (summary, _) = lab.import();
    assert_eq!(summary.trashed, 0, "what the user fetched back stays");
}

#[test]
fn what_was_moved_or_was_there_before_is_not_trashed() {
    let mut lab = Lab::new();
    lab.shelf.fill(30);
    lab.import();
    let file = lab.shelf.files.remove("00001.jpg").unwrap();
    lab.shelf.put("moved.jpg", file);
    lab.options.delete = DeleteRule::Trash;

    let (summary, _) = lab.import();

    assert_eq!((summary.trashed, summary.adopted), (0, 1));
    lab.assert_all_once();
}
