//! Who is told what, and when.

use immich_sandbox::Fault;
use serde_json::Value;

use super::service::Service;
use super::stage::{CAPTIONS, Stage};
use crate::place::Said;

/// A stage whose runs tell all four services at one address.
fn telling(photos: usize) -> (Stage, Service) {
    let (stage, service) = (Stage::with(photos, ""), Service::start());
    stage.private("token", "tk_of_the_topic\n");
    let url = &service.url;
    stage.say(&format!(
        "stale_after = \"36h\"\n{CAPTIONS}[notify]\nhealthchecks = \"{url}/ping/uuid-1\"\nwebhook = \"{url}/hook\"\n\
         apprise = \"{url}/notify/key-1\"\n[notify.ntfy]\nurl = \"{url}/topic-1\"\ntoken_file = \"token\"\n"
    ));
    (stage, service)
}

fn away(stage: &Stage) {
    stage.place.sandbox.inject(Fault::status(503));
}

#[test]
fn a_check_hears_every_run_and_people_only_what_is_news() {
    let (stage, service) = telling(2);

    stage.run(&[]).ended_with(0);
    assert_eq!(service.paths(), ["/ping/uuid-1/start", "/ping/uuid-1/0"]);

    away(&stage);
    stage.run(&[]).ended_with(10);
    let mut paths = service.paths();
    paths.sort();
    assert_eq!(paths, ["/", "/hook", "/notify/key-1", "/ping/uuid-1/10", "/ping/uuid-1/start"]);

    stage.run(&[]).ended_with(10);
    assert_eq!(service.paths(), ["/ping/uuid-1/start", "/ping/uuid-1/10"], "it is told once");

    stage.place.sandbox.clear_faults();
    stage.run(&[]).ended_with(0);
    let heard = service.heard();
    let hook = heard.iter().find(|heard| heard.path == "/hook").unwrap();
    let body: Value = serde_json::from_str(&hook.body).unwrap();
    assert_eq!(body["event"], "recovered");
    assert!(body["message"].as_str().unwrap().contains("after 2 that failed"), "{body}");

    stage.run(&[]).ended_with(0);
    assert_eq!(service.paths(), ["/ping/uuid-1/start", "/ping/uuid-1/0"]);
}

#[test]
fn a_notice_says_what_happened_and_carries_the_last_lines() {
    let (stage, service) = telling(1);
    away(&stage);

    stage.run(&[]).ended_with(10);

    let heard = service.heard();
    let of = |path: &str| heard.iter().find(|heard| heard.path == path).unwrap();
    let hook: Value = serde_json::from_str(&of("/hook").body).unwrap();
    assert_eq!((&hook["event"], &hook["exit"], &hook["schema"]), (&"failure".into(), &10.into(), &1.into()));
    assert_eq!(hook["jobs"][0]["word"], "unreachable");
    let lines = hook["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line.as_str().unwrap().contains("503")), "{hook}");
    let ping = &of("/ping/uuid-1/10").body;
    assert!(ping.starts_with("captions: unreachable") && ping.contains("503"), "{ping}");
    let ntfy = of("/");
    let body: Value = serde_json::from_str(&ntfy.body).unwrap();
    assert_eq!(body["topic"], "topic-1");
    assert!(ntfy.headers.contains("authorization: bearer tk_of_the_topic"), "{}", ntfy.headers);
    let apprise: Value = serde_json::from_str(&of("/notify/key-1").body).unwrap();
    assert_eq!(apprise["type"], "failure");
}

#[test]
fn a_service_that_refuses_or_points_elsewhere_is_logged_and_fails_no_run() {
    let (stage, service) = telling(1);
    for status in [404, 302] {
        service.answer(status);

        let said = stage.run(&[]).ended_with(0);

        assert!(said.stderr.contains("healthchecks at http://127.0.0.1:"), "{}", said.stderr);
        assert!(said.stderr.contains(&status.to_string()), "{}", said.stderr);
        assert!(!said.stderr.contains("uuid-1") && !stage.log().contains("uuid-1"), "{}", said.stderr);
        assert_eq!(service.paths().len(), 2, "nothing is tried again or followed");
    }
}

#[test]
fn a_failure_that_nobody_took_is_told_by_the_next_run() {
    let (stage, service) = telling(1);
    away(&stage);
    service.answer(404);
    stage.run(&[]).ended_with(10);
    service.paths();
    service.answer(200);

    stage.run(&[]).ended_with(10);

    let hook = service.heard().into_iter().find(|heard| heard.path == "/hook").unwrap();
    assert!(hook.body.contains("1 runs before it failed, too"), "{}", hook.body);
}

#[test]
fn silence_is_told_by_a_schedule_of_its_own() {
    let (stage, service) = telling(1);
    stage.run(&[]).ended_with(0);
    service.paths();
    let said = stage.run(&["--check-stale"]).ended_with(0);
    assert!(said.stdout.contains("in time") && service.paths().is_empty(), "{}", said.stdout);

    stage.remember("last_good", "2020-01-01T00:00:00Z");
    let said = stage.run(&["--check-stale"]).ended_with(1);
    assert!(said.stdout.contains("captions: the last good run is"), "{}", said.stdout);
    let mut paths = service.paths();
    paths.sort();
    assert_eq!(paths, ["/", "/hook", "/notify/key-1", "/ping/uuid-1/fail"]);

    stage.run(&["--check-stale"]).ended_with(1);
    assert!(service.paths().is_empty(), "it is told once");
    stage.run(&[]).ended_with(0);
    assert!(service.paths().contains(&"/hook".to_owned()), "that it is well again is told");
}

#[test]
fn no_secret_is_in_a_notice_the_log_the_status_or_the_process_list() {
    let (stage, service) = telling(1);
    let key = stage.place.sandbox.api_key();
    let hook = stage.script(
        "watch",
        "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done > \"$1\" 2>/dev/null",
    );
    let blab = stage.script("blab", &format!("echo \"the key is {key}\"; exit 1"));
    let config = std::fs::read_to_string(stage.path("config.toml")).unwrap();
    let list = stage.path("list").into_os_string().into_string().unwrap();
    stage.private(
        "config.toml",
        &format!("{config}[hooks]\nbefore = [{hook:?}, {list:?}]\nafter = [{blab:?}]\nfailed = [{blab:?}]\n"),
    );
    away(&stage);

    let said = Said::by(stage.command(&["--log-level", "trace"]).env("IMMICH_API_KEY", &key)).ended_with(10);

    let heard = format!("{:?}", service.heard().iter().map(|heard| &heard.body).collect::<Vec<_>>());
    let list = std::fs::read_to_string(list).unwrap();
    assert!(said.stdout.contains("the key is ***"), "{}", said.stdout);
    assert!(list.contains("immich-sync run --config"), "{list}");
    let status = stage.status("captions").to_string();
    for secret in [key.as_str(), "tk_of_the_topic", "uuid-1", "topic-1/"] {
        for (place, text) in [("log", &stage.log()), ("status", &status), ("list", &list)] {
            assert!(!text.contains(secret), "{secret} in {place}: {text}");
        }
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{secret}: {}", said.stderr);
    }
    assert!(!heard.contains(&key) && !heard.contains("tk_of_the_topic"), "{heard}");
}
