//! Exit codes, and what is said when something is in the way.

use immich_sandbox::Fault;

use super::pictures::{jpeg, picture};
use super::shelf::Shelf;
use crate::place::Said;

#[test]
fn a_name_that_nobody_has_is_answered_with_the_nearest_before_anything_is_compared() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&["--create-albums", "--album-prefix", "Summer-"])).ended_with(0);

    let album = Said::by(&mut shelf.organize(&["--immich-album", "Sumer-0001"])).ended_with(2);
    let person = Said::by(&mut shelf.organize(&["--person", "Anna"])).ended_with(2);

    assert!(album.stderr.contains("did you mean `Summer-0001`?"), "{}", album.stderr);
    assert!(person.stderr.contains("no person is called `Anna`"), "{}", person.stderr);
    let one = Said::by(&mut shelf.organize(&["--immich-album", "summer-0001", "--json"])).ended_with(0);
    assert_eq!(one.last()["scan"]["seen"], 3);
}

#[test]
fn missing_permissions_are_twelve_and_all_named_before_anything_is_listed() {
    let shelf = Shelf::new();
    let admin = shelf.sandbox.admin();
    let reads = ["user.read", "asset.read", "asset.statistics", "asset.view", "album.read", "stack.read"];
    let key = shelf.sandbox.add_api_key(admin, &reads);
    let with = |arguments: &[&str]| Said::by(shelf.organize(arguments).env("IMMICH_API_KEY", &key));

    let said = with(&["--tag-only", "--create-albums"]).ended_with(12);

    for permission in ["tag.create", "tag.asset", "album.create", "albumAsset.create"] {
        assert!(said.stderr.contains(&format!("`{permission}`")), "{permission}: {}", said.stderr);
    }
    assert!(!shelf.sandbox.requests().iter().any(|request| request.path.contains("/search/")));
    with(&[]).ended_with(0);
}

#[test]
fn a_picture_that_is_damaged_is_named_and_makes_it_three() {
    let shelf = Shelf::new();
    let disk = shelf.disk();
    let whole = jpeg(&picture(77), 90);
    std::fs::write(disk.join("broken.jpg"), &whole[..whole.len() / 10]).unwrap();

    let said = Said::by(&mut shelf.bare(&["organize", "-s", disk.to_str().unwrap()])).ended_with(3);

    assert!(said.stderr.contains("Not compared") && said.stderr.contains("broken.jpg"), "{}", said.stderr);
    assert!(said.stdout.contains("keep `cat.jpg`"), "{}", said.stdout);
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let shelf = Shelf::new();

    let said = Said::by(&mut shelf.bare(&["organize", "-s", "/nowhere/photos"]));

    assert!([Some(2), Some(3)].contains(&said.code), "{:?}", said.code);
    assert!(said.stderr.contains("/nowhere/photos"), "{}", said.stderr);
}

#[test]
fn a_server_that_answers_with_nothing_takes_no_groups_away() {
    let shelf = Shelf::new();
    Said::by(&mut shelf.organize(&["--tag-only"])).ended_with(0);
    let tags = shelf.all_tags();
    let empty = r#"{"assets":{"total":0,"count":0,"items":[],"facets":[],"nextPage":null},"albums":{"total":0,"count":0,"items":[],"facets":[]}}"#;
    shelf.sandbox.inject(Fault::body(empty).on("POST", "/api/search/metadata").times(9));

    let said = Said::by(&mut shelf.organize(&["--tag-only"]));

    assert_ne!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(shelf.all_tags(), tags);
}

#[test]
fn quiet_says_nothing_when_all_is_well() {
    let shelf = Shelf::new();

    let said = Said::by(&mut shelf.organize(&["--quiet"])).ended_with(0);

    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
}

#[test]
fn a_server_that_is_not_there_is_ten_and_a_refused_key_is_twelve() {
    let shelf = Shelf::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");

    Said::by(shelf.organize(&[]).env("IMMICH_URL", &url)).ended_with(10);
    Said::by(shelf.organize(&[]).env("IMMICH_API_KEY", "no-such-key")).ended_with(12);
    Said::by(shelf.organize(&[]).env_remove("IMMICH_API_KEY")).ended_with(2);
}
