//! What people see of troubles, and of an address that changes.

use crate::place::{Place, Said};

#[test]
fn troubles_of_one_kind_are_named_twenty_times_and_then_counted() {
    let place = Place::with(30);
    for file in &place.files[..25] {
        std::fs::remove_file(file).unwrap();
    }

    let text = Said::by(&mut place.write(&["--caption", "-n"])).ended_with(3);
    let json = Said::by(&mut place.write(&["--caption", "-n", "--json"])).ended_with(3);

    assert_eq!(text.stderr.lines().filter(|line| line.starts_with("Skipped `")).count(), 20);
    assert!(text.stderr.contains("5 more like those above"), "{}", text.stderr);
    assert_eq!(json.objects().iter().filter(|object| object["reason"] == "missing").count(), 25);
}

#[test]
fn a_wrong_folder_is_explained() {
    let place = Place::with(12);

    let said = Said::by(&mut place.write(&["--caption", "-n", "--path-segments", "1"])).ended_with(3);

    assert!(said.stderr.contains("--path-segments") && said.stderr.contains("--path-map"), "{}", said.stderr);
}

#[test]
fn folders_can_be_mapped_one_by_one() {
    let place = Place::with(3);
    let map = format!("/mnt/photos={}", place.library().display());

    let said = Said::by(&mut place.write(&["--caption", "--json", "--path-map", &map])).ended_with(0);

    assert_eq!(said.last()["done"], 3);
}

#[test]
fn the_state_stays_when_the_address_of_the_server_changes() {
    let place = Place::with(3);
    Said::by(&mut place.write(&["--all"])).ended_with(0);
    let other = place.sandbox.url().replace("127.0.0.1", "localhost");

    let said = Said::by(&mut place.write(&["--all", "--json", "--server", &other])).ended_with(0);

    assert_eq!(said.last()["skipped"]["unchanged"], 3);
}
