//! Which photos count, and what that means for the other half of a pair.

use immich_sandbox::{Sandbox, Scenario, Version};
use sync_core::organize::{Filters, Scope};

use super::lab::{Lab, client, scene, thumbnails};

struct World {
    sandbox: Sandbox,
    album: immich_api::AlbumId,
    person: immich_api::PersonId,
    library: immich_api::LibraryId,
}

/// Two pairs; of the second, one photo is in an album, shows somebody, lies in a library and is new.
fn world() -> World {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    let external = scenario.external_library("/mnt/photos", "/nowhere");
    let album = scenario.album("Trip");
    let person = scenario.person("Ada");
    let old = "2001-01-01T00:00:00Z";
    scenario.asset(&storage, "1a.jpg").picture(scene(1, 400, 300)).taken(old, None);
    scenario.asset(&storage, "1b.jpg").picture(scene(1, 800, 600)).taken(old, None);
    scenario.asset(&storage, "2a.jpg").picture(scene(2, 400, 300)).taken(old, None);
    scenario
        .asset(&external, "2b.jpg")
        .picture(scene(2, 800, 600))
        .taken("2026-01-01T00:00:00Z", None)
        .album(&album)
        .person(&person);
    let id = |text: String| text.parse().unwrap();
    let library = external.id().unwrap().to_string();
    let (album, person) = (album.to_string(), person.to_string());
    World {
        sandbox: Sandbox::start(scenario).unwrap(),
        album: id(album),
        person: person.parse().unwrap(),
        library: library.parse().unwrap(),
    }
}

fn each_filter(world: &World) -> [Filters; 4] {
    let filters = || Filters { archived: true, ..Filters::default() };
    [
        Filters { albums: vec![world.album.clone()], ..filters() },
        Filters { people: vec![world.person.clone()], ..filters() },
        Filters { libraries: vec![world.library.clone()], ..filters() },
        Filters { since: Some("2020-01-01T00:00:00Z".parse().unwrap()), ..filters() },
    ]
}

#[test]
fn inside_a_filter_only_its_photos_are_looked_at() {
    let world = world();
    for filters in each_filter(&world) {
        world.sandbox.clear_requests();
        let mut lab = Lab::immich();
        lab.options.filters = filters.clone();

        let (summary, _) = lab.scan(&[client(&world.sandbox)]);

        assert_eq!((summary.seen, thumbnails(&world.sandbox)), (1, 1), "{filters:?}");
        assert_eq!(summary.groups_in_all(), 0);
    }
}

#[test]
fn a_group_that_touches_a_filter_is_shown_whole() {
    let world = world();
    for filters in each_filter(&world) {
        let mut lab = Lab::immich();
        lab.options.filters = Filters { scope: Scope::Touching, ..filters.clone() };

        let (summary, _) = lab.scan(&[client(&world.sandbox)]);

        assert_eq!(summary.seen, 4, "{filters:?}");
        let names = lab.sorted_names();
        assert_eq!(names.len(), 1, "{names:?}");
        assert_eq!(names[0].1, ["2a.jpg", "2b.jpg"]);
    }
}

#[test]
fn a_filtered_scan_does_not_make_the_next_one_forget() {
    let world = world();
    let mut lab = Lab::immich();
    lab.scan(&[client(&world.sandbox)]);
    let all = lab.groups();
    assert_eq!(all.len(), 2);

    lab.options.filters = each_filter(&world)[0].clone();
    let (summary, _) = lab.scan(&[client(&world.sandbox)]);
    assert!(!summary.groups_kept && lab.groups().is_empty());
    lab.options.filters = Filters { archived: true, ..Filters::default() };
    let (summary, _) = lab.scan(&[client(&world.sandbox)]);

    assert_eq!(summary.remembered, 4);
    assert_eq!(lab.groups(), all);
}
