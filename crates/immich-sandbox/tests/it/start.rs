//! Starting: quickly, the same each time, and with everything recorded.

use std::time::{Duration, Instant};

use immich_sandbox::{Sandbox, Scenario, Version};
use serde_json::json;

use crate::http::{get, post, request, search};

#[test]
fn requests_may_be_only_counted() {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
    crate::http::get(&sandbox, "/api/server/ping");

    sandbox.only_count_requests(true);
    crate::http::get(&sandbox, "/api/server/ping");

    assert_eq!((sandbox.request_count(), sandbox.requests().len()), (2, 1));
    sandbox.clear_requests();
    assert_eq!((sandbox.request_count(), sandbox.requests().len()), (0, 0));
}

#[test]
fn the_version_is_the_one_asked_for() {
    for version in Version::ALL {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();

        let answer = get(&sandbox, "/api/server/version");

        let (major, minor, patch) = version.numbers();
        assert_eq!(
            (&answer["major"], &answer["minor"], &answer["patch"]),
            (&json!(major), &json!(minor), &json!(patch))
        );
    }
}

#[test]
fn a_hundred_thousand_assets_start_within_seconds() {
    let begin = Instant::now();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    scenario.many(&library, 100_000, |_, _| {});
    let sandbox = Sandbox::start(scenario).unwrap();
    let started = begin.elapsed();

    let total = post(&sandbox, "/api/search/statistics", &json!({}));
    let mut seen = std::collections::HashSet::new();
    for page in [1, 2, 50, 100] {
        seen.extend(search(
            &sandbox,
            &json!({ "size": 1000, "page": page, "withExif": true, "withPeople": true }),
        ));
    }

    eprintln!("100,000 assets: started after {started:?}, four pages after {:?}", begin.elapsed());
    assert_eq!(total["total"], 100_000);
    assert_eq!(seen.len(), 4_000);
    assert!(started < Duration::from_secs(30), "{started:?}");
}

#[test]
fn the_same_scenario_gives_the_same_bytes() {
    let run = || {
        let mut scenario = Scenario::new(Version::V3_0_3);
        let library = scenario.external_library("/mnt/photos", "/nowhere");
        let alice = scenario.person("Alice");
        scenario.asset(&library, "a.jpg").person(&alice).tag("a/b").id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let key = sandbox.api_key();
        request(
            &sandbox,
            Some(&key),
            "POST",
            "/api/search/metadata",
            &[("content-type", "application/json")],
            b"{}",
        )
        .unwrap()
        .body
    };

    assert_eq!(run(), run());
}

#[test]
fn a_missing_file_of_the_scenario_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", folder.path());
    scenario.asset_file(&library, "missing.jpg").id();

    let error = Sandbox::start(scenario).unwrap_err();

    assert!(error.to_string().contains("missing.jpg"), "{error}");
}
