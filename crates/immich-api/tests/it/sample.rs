//! A sample that shows every place where files are, in few requests.

use immich_api::{AssetId, LibraryId};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, basics};
use crate::walk::{asset, name};

/// Assets 1 to 40: the middle twenty are managed, the first ten in library 101, the last ten in 102.
fn library(asked: &Asked) -> crate::fake::Reply {
    let question = asked.json();
    let place = |number: usize| match number {
        1..=10 => json!(name(101)),
        31..=40 => json!(name(102)),
        _ => Value::Null,
    };
    let mut all: Vec<Value> = (1..=40)
        .map(|number| {
            let mut asset = asset(number);
            asset["libraryId"] = place(number);
            asset
        })
        .filter(|asset| question.get("libraryId").is_none_or(|wanted| asset["libraryId"] == *wanted))
        .collect();
    if question["order"] == "desc" {
        all.reverse();
    }
    let size = usize::try_from(question["size"].as_u64().unwrap()).unwrap();
    crate::albums::page(&all[..size.min(all.len())])
}

fn sample(server: &Fake, libraries: &[usize]) -> Vec<immich_api::Asset> {
    let libraries: Vec<LibraryId> =
        libraries.iter().map(|number| LibraryId::parse(&name(*number)).unwrap()).collect();
    server.connect().unwrap().reader().sample_assets(5, &libraries).unwrap()
}

fn searches(server: &Fake) -> usize {
    server.count("POST", "/api/search/metadata")
}

#[test]
fn newest_oldest_and_managed_assets_are_shown_each_once() {
    let server = Fake::immich(|asked, _| library(asked));

    let assets = sample(&server, &[101, 102]);

    let count = |library: Option<usize>| {
        let library = library.map(|number| LibraryId::parse(&name(number)).unwrap());
        assets.iter().filter(|asset| asset.library_id == library).count()
    };
    assert_eq!((count(None), count(Some(101)), count(Some(102))), (5, 5, 5));
    assert_eq!(searches(&server), 3);
}

#[test]
fn a_library_that_newest_and_oldest_do_not_show_is_asked_for() {
    let server = Fake::immich(|asked, _| {
        let is_open = asked.json().get("libraryId").is_none();
        if is_open { crate::albums::page(&[asset(20)]) } else { library(asked) }
    });

    let assets = sample(&server, &[101]);

    assert_eq!(assets.len(), 6);
    assert_eq!(searches(&server), 3, "newest, oldest, the library");
}

#[test]
fn a_small_library_is_sampled_once_although_it_is_both_newest_and_oldest() {
    let server = Fake::immich(|_, _| crate::albums::page(&[asset(1), asset(2)]));

    let ids: Vec<AssetId> = sample(&server, &[]).into_iter().map(|asset| asset.id).collect();

    assert_eq!(ids, [1, 2].map(|number| AssetId::parse(&name(number)).unwrap()));
    assert_eq!(searches(&server), 2);
}

#[test]
fn what_is_not_ours_or_not_shown_is_no_sample() {
    let server = Fake::start(|asked, _| {
        basics(asked, [3, 0, 3]).unwrap_or_else(|| {
            let with = |number: usize, member: &str, value: Value| {
                let mut asset = asset(number);
                asset[member] = value;
                asset
            };
            crate::albums::page(&[
                with(1, "ownerId", json!(name(7))),
                with(2, "isTrashed", json!(true)),
                with(3, "visibility", json!("hidden")),
                with(4, "originalPath", json!(null)),
                asset(5),
            ])
        })
    });

    let assets = sample(&server, &[]);

    assert_eq!(assets.len(), 1);
    assert_eq!(assets[0].id.to_string(), name(5));
}
