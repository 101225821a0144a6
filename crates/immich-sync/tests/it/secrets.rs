//! The key is in no output, whatever happens, however much is told.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use immich_sandbox::Fault;

use crate::place::{Place, Said, contents};

/// Everything that a run can tell, in the loudest form.
fn loud(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.write(&[&["--log-level", "trace"], arguments].concat());
    command.env("IMMICH_LOG_FILE", log_file(place)).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    command
}

fn log_file(place: &Place) -> PathBuf {
    place.folder.path().join("log")
}

fn file_with(place: &Place, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = place.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[track_caller]
fn assert_hidden(place: &Place, said: &Said, key: &str) {
    let log = std::fs::read_to_string(log_file(place)).unwrap_or_default();
    assert!(!said.stdout.contains(key), "stdout: {}", said.stdout);
    assert!(!said.stderr.contains(key), "stderr: {}", said.stderr);
    assert!(!log.contains(key), "log: {log}");
    for (path, bytes) in contents(&place.home()) {
        let holds = bytes.windows(key.len()).any(|window| window == key.as_bytes());
        assert!(!holds, "{}", path.display());
    }
}

#[test]
fn a_run_at_its_loudest_does_not_show_the_key() {
    let place = Place::with(3);
    let key = place.sandbox.api_key();

    let text = Said::by(&mut loud(&place, &["--all"])).ended_with(0);
    let json = Said::by(&mut loud(&place, &["--all", "--recheck", "--json"])).ended_with(0);

    assert!(
        text.stderr.contains("TRACE") || text.stderr.contains("DEBUG"),
        "it was not loud: {}",
        text.stderr
    );
    assert_hidden(&place, &text, &key);
    assert_hidden(&place, &json, &key);
}

#[test]
fn errors_of_the_server_do_not_show_the_key() {
    for (fault, code) in [
        (Fault::status(401), 12),
        (Fault::status(403), 1),
        (Fault::redirect(307, "http://127.0.0.1:9/api"), 10),
        (Fault::body("<html>not Immich</html>"), 10),
    ] {
        let place = Place::with(1);
        let key = place.sandbox.api_key();
        let shown = format!("{fault:?}");
        place.sandbox.inject(fault.on("POST", "/api/search"));

        for format in [&["--all"][..], &["--all", "--json"]] {
            let said = Said::by(&mut loud(&place, &[format, &["--rate-limit", "1000"]].concat()));

            assert_eq!(said.code, Some(code), "{shown}: {}", said.stderr);
            assert_hidden(&place, &said, &key);
        }
    }
}

#[test]
fn every_source_of_the_key_works_and_none_is_shown() {
    let place = Place::with(1);
    let key = place.sandbox.api_key();
    let file = file_with(&place, "key", &format!("{key}\n"), 0o600);
    let config = file_with(&place, "config.toml", &format!("api_key_command = [\"cat\", {file:?}]\n"), 0o600);

    let of_file =
        Said::by(loud(&place, &["--all"]).env_remove("IMMICH_API_KEY").env("IMMICH_API_KEY_FILE", &file));
    let of_command =
        Said::by(loud(&place, &["--all", "--config", config.to_str().unwrap()]).env_remove("IMMICH_API_KEY"));
    let of_flag = Said::by(loud(&place, &["--all", "--api-key", &key]).env_remove("IMMICH_API_KEY"));

    for said in [of_file, of_command] {
        let said = said.ended_with(0);
        assert!(!said.stderr.contains("Warning:"), "{}", said.stderr);
        assert_hidden(&place, &said, &key);
    }
    let of_flag = of_flag.ended_with(0);
    assert!(of_flag.stderr.contains("can be seen by every user"), "{}", of_flag.stderr);
    assert_hidden(&place, &of_flag, &key);
}

#[test]
fn a_secret_that_a_group_can_read_is_a_warning_and_with_strict_an_error() {
    let place = Place::with(1);
    let text = format!("api_key = {:?}\n", place.sandbox.api_key());
    let config = file_with(&place, "config.toml", &text, 0o640);
    let run = |more: &[&str], config: &Path| {
        let all = [&["--all", "--dry-run", "--config", config.to_str().unwrap()], more].concat();
        Said::by(loud(&place, &all).env_remove("IMMICH_API_KEY"))
    };

    let warned = run(&[], &config).ended_with(0);
    let refused = run(&["--strict"], &config).ended_with(2);

    assert!(warned.stderr.contains("chmod 600"), "{}", warned.stderr);
    assert!(refused.stderr.contains("--strict"), "{}", refused.stderr);
    assert_hidden(&place, &warned, &place.sandbox.api_key());
    assert_hidden(&place, &refused, &place.sandbox.api_key());
}

#[test]
fn a_secret_that_everybody_can_read_is_an_error_unless_that_is_meant() {
    let place = Place::with(1);
    let key = place.sandbox.api_key();
    let file = file_with(&place, "key", &key, 0o644);
    let config = file_with(&place, "config.toml", &format!("workers = 1\napi_key = {key:?}\n"), 0o644);
    let run = |more: &[&str]| {
        Said::by(loud(&place, &[&["--all", "--dry-run"], more].concat()).env_remove("IMMICH_API_KEY"))
    };

    let of_file = run(&["--api-key-file", file.to_str().unwrap()]).ended_with(2);
    let of_config = run(&["--config", config.to_str().unwrap()]).ended_with(2);
    place.sandbox.clear_requests();
    let borne = run(&["--no-strict", "--config", config.to_str().unwrap()]).ended_with(0);

    assert!(of_file.stderr.contains(&format!("chmod 600 {}", file.display())), "{}", of_file.stderr);
    assert!(of_config.stderr.contains("config.toml`, line 2"), "{}", of_config.stderr);
    for said in [&of_file, &of_config] {
        assert!(said.stderr.contains("[IS-1007]"), "{}", said.stderr);
        assert_hidden(&place, said, &key);
    }
    assert!(borne.stderr.contains("chmod 600"), "{}", borne.stderr);
}

#[test]
fn a_broken_config_file_does_not_show_the_key_in_it() {
    let place = Place::with(1);
    let key = place.sandbox.api_key();
    for text in [
        format!("api_key = {key}\n"),
        format!("api_key = \"{key}\nlibrary = 1\n"),
        format!("api_kye = \"{key}\""),
    ] {
        let config = file_with(&place, "config.toml", &text, 0o600);

        let said =
            Said::by(&mut loud(&place, &["--all", "--config", config.to_str().unwrap()])).ended_with(2);

        assert_hidden(&place, &said, &key);
    }
}
