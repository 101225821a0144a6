//! Albums: one for each group, which goes on with it.

use std::collections::BTreeSet;

use photo_similarity::Class;
use sync_core::organize::{ActOptions, Action};
use sync_core::state::{DeedStore, SqliteStore};

use super::lab::{Lab, group, only};

fn albums() -> ActOptions {
    only(Action::Albums { prefix: "Similar-".to_owned() })
}

/// Names with the numbers of the photos.
fn shelves(lab: &Lab) -> Vec<(String, Vec<usize>)> {
    let number = |id: &immich_api::AssetId| (0..lab.ids.len()).find(|photo| lab.id(*photo) == *id).unwrap();
    let photos = |photos: BTreeSet<immich_api::AssetId>| {
        let mut photos: Vec<usize> = photos.iter().map(number).collect();
        photos.sort_unstable();
        photos
    };
    lab.world().albums.into_iter().map(|(name, _, inside)| (name, photos(inside))).collect()
}

fn shelf(name: &str, photos: &[usize]) -> (String, Vec<usize>) {
    (name.to_owned(), photos.to_vec())
}

#[test]
fn each_group_has_an_album_that_is_shown_by_its_keeper() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[1, 0], &[4, 2, 3]]);

    let (summary, _) = lab.act(&albums());
    lab.sandbox.clear_requests();
    let (again, _) = lab.act(&albums());

    assert_eq!(shelves(&lab), [shelf("Similar-0001", &[0, 1]), shelf("Similar-0002", &[2, 3, 4])]);
    assert_eq!((summary.total.done, again.total.done), (5, 0));
    assert!(lab.sandbox.writes().iter().all(|write| write.path.contains("/search/")));
    let client = lab.client();
    let album = &client.reader().albums(immich_api::AlbumScope::Own).unwrap()[0];
    assert!(album.description.contains("immich-sync album Similar-000"), "{album:?}");
}

#[test]
fn a_group_that_changes_keeps_its_album_and_its_number() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[0, 1, 2], &[3, 4]]);
    lab.act(&albums());

    lab.duplicates(&[&[4, 3], &[1, 2, 5]]);
    lab.act(&albums());

    assert_eq!(shelves(&lab), [shelf("Similar-0001", &[1, 2, 5]), shelf("Similar-0002", &[3, 4])]);
}

#[test]
fn what_the_user_did_to_an_album_stays() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[0, 1, 2]]);
    lab.act(&albums());
    let id = lab.sandbox.albums()[0].0;
    lab.sandbox.add_to_album(id, &[lab.ids[5]]);
    lab.sandbox.remove_from_album(id, &[lab.ids[2]]);
    lab.sandbox.rename_album(id, "The lake");

    lab.duplicates(&[&[0, 1, 2, 3]]);
    lab.act(&albums());
    assert_eq!(shelves(&lab), [shelf("The lake", &[0, 1, 3, 5])]);

    lab.groups(Vec::new());
    lab.act(&albums());
    assert_eq!(shelves(&lab), [shelf("The lake", &[5])]);
}

#[test]
fn an_album_whose_group_is_gone_goes_when_nothing_else_is_in_it() {
    let lab = Lab::new(4);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.act(&albums());
    lab.duplicates(&[&[2, 3]]);

    lab.act(&ActOptions { whole: false, ..albums() });
    assert_eq!(shelves(&lab).len(), 2);

    lab.act(&albums());
    assert_eq!(shelves(&lab), [shelf("Similar-0002", &[2, 3])]);
}

#[test]
fn albums_are_found_again_when_the_state_is_lost() {
    let mut lab = Lab::new(5);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.act(&albums());
    lab.sandbox.add_to_album(lab.sandbox.albums()[1].0, &[lab.ids[4]]);
    lab.store = SqliteStore::in_memory().unwrap();

    lab.duplicates(&[&[3, 2], &[0, 1]]);
    let (summary, _) = lab.act(&albums());

    assert_eq!(shelves(&lab), [shelf("Similar-0001", &[0, 1]), shelf("Similar-0002", &[2, 3, 4])]);
    assert_eq!(summary.total.done, 0);
}

#[test]
fn an_album_that_the_user_deleted_is_made_again_under_its_number() {
    let lab = Lab::new(4);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.act(&albums());
    lab.sandbox.delete_album(lab.sandbox.albums()[1].0);

    lab.act(&albums());

    assert_eq!(shelves(&lab), [shelf("Similar-0001", &[0, 1]), shelf("Similar-0002", &[2, 3])]);
    assert_eq!(lab.store.numbered_albums(&lab.account, "Similar-").unwrap().len(), 2);
}

#[test]
fn very_many_albums_are_asked_for() {
    let lab = Lab::new(2002);
    let groups = (0..1001).map(|n| group(&lab, Class::Exact, &[2 * n, 2 * n + 1])).collect();
    lab.groups(groups);

    let (result, _) = lab.try_act(&albums());

    assert!(result.unwrap_err().to_string().contains("1001 albums"));
    assert!(lab.sandbox.albums().is_empty());
}
