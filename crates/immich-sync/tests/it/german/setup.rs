//! Setting up, running alone, and the demo, in German.

use std::process::Command;

use immich_sandbox::Fault;
use serde_json::Value;

use super::{assert_german, german};
use crate::place::{Place, Said, exiftool};
use crate::run::service::Service;
use crate::run::stage::{CAPTIONS, Stage};
use crate::schedule::systems::Stage as Systems;
use crate::terminal::converse;

fn doctor(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.bare(&["doctor", "--caption", "--server", &place.sandbox.url()]);
    command.env("IMMICH_API_KEY", place.sandbox.api_key()).env("TZ", "Europe/Berlin");
    command.arg("--library").arg(place.library()).arg("--exiftool").arg(exiftool()).args(arguments);
    command
}

/// The checks of a run with `--json`, without what differs from second to second.
fn checks(said: &Said) -> Vec<Value> {
    let changing = ["clock", "space", "cache", "state-disk"];
    let last = said.last();
    let all = last["checks"].as_array().unwrap();
    all.iter().filter(|check| !changing.contains(&check["id"].as_str().unwrap())).cloned().collect()
}

#[test]
fn the_checks_are_german_for_people_and_english_for_machines() {
    let place = Place::with(3);

    let shown = Said::by(german(&mut doctor(&place, &[]))).ended_with(0);
    let [english, asked_in_german] =
        [&[][..], &["--lang", "de"]].map(|more| checks(&Said::by(doctor(&place, &["--json"]).args(more))));

    assert_german(&shown, &[]);
    for sentence in [
        "Konfigurationsdatei ",
        "  er antwortet als Immich",
        "von 3 Fotos sind 3 hier und gleich",
        "Bibliothek: was ihre Platte kann",
        "32 Prüfungen: ",
    ] {
        assert!(shown.stdout.contains(sentence), "{sentence}\n{}", shown.stdout);
    }
    assert_eq!(english, asked_in_german);
    assert!(english[0]["title"] == "Config file" && english.len() > 20);
}

#[test]
fn what_is_wrong_and_what_to_do_about_it_is_german_too() {
    let place = Place::with(1);
    let elsewhere = place.folder.path().join("no-library");
    let mut command = place.bare(&["doctor", "--server", "http://127.0.0.1:9", "--library"]);
    command.arg(elsewhere).args(["--exiftool", "/nowhere/exiftool", "--time-zone", "Nowhere/Town"]);

    let said = Said::by(german(&mut command)).ended_with(1);

    assert_german(&said, &[]);
    for sentence in ["Fehler", "→ öffne die Adresse im Browser dieses Rechners", "→ prüfe den Pfad"] {
        assert!(said.stdout.contains(sentence), "{sentence}\n{}", said.stdout);
    }
}

#[test]
fn a_place_is_set_up_in_german() {
    let place = Place::with(3);
    let mut command = place.bare(&["init", "--server", &place.sandbox.url(), "--sync", "write"]);
    command.env("IMMICH_API_KEY", place.sandbox.api_key()).arg("--library").arg(place.library());
    command.arg("--exiftool").arg(exiftool());

    let said = Said::by(german(&mut command)).ended_with(0);

    assert_german(&said, &[]);
    let written = format!("Geschrieben: {}", place.home().join(".config/immich-sync/config.toml").display());
    for sentence in ["3 von 3 Fotos gefunden:", &written, "Als Nächstes: `immich-sync write --dry-run`"] {
        assert!(said.stderr.contains(sentence), "{sentence}\n{}", said.stderr);
    }
}

#[test]
fn questions_are_german_and_so_are_their_answers() {
    let place = Place::with(1);
    let (url, key, library) = (place.sandbox.url(), place.sandbox.api_key(), place.library());
    let config = place.home().join(".config/immich-sync/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "").unwrap();
    let mut command = place.bare(&["init", "--exiftool", exiftool().to_str().unwrap()]);

    let (code, shown) = converse(
        german(&mut command),
        &[
            ("Neu schreiben und die alte aufheben? [j/N]", "j"),
            ("1/4  Adresse von Immich", &url),
            ("2/4  API-Schlüssel", &key),
            ("3/4  Ordner der Originale", "/nowhere/at/all"),
            ("Fehler: `/nowhere/at/all` ist nicht da", crate::terminal::NOTHING),
            ("3/4  Ordner der Originale", library.to_str().unwrap()),
            ("4/4  Was zu tun ist", "9"),
            ("keine Zahl von 1 bis 3", crate::terminal::NOTHING),
            ("4/4  Was zu tun ist", "1"),
        ],
    );

    assert_eq!(code, Some(0), "{shown}");
    assert_german(&Said { code, stdout: String::new(), stderr: shown }, &[]);
}

#[test]
fn a_run_says_in_german_which_job_failed_and_why() {
    let fails = "[[job]]\nname = \"phone\"\ncommand = \"import folder\"\npaths = [\"nowhere\"]\n";
    let stage = Stage::with(2, &format!("{CAPTIONS}{fails}hooks.failed = [\"false\"]\n"));

    let said = Said::by(german(&mut stage.command(&[]))).ended_with(3);
    let english = stage.run(&[]);

    assert_german(&said, &[]);
    let output = format!("{}{}", said.stdout, said.stderr);
    for sentence in [
        "captions: ok, ",
        ": 2 erledigt",
        "phone: teilweise (3), ",
        "Warnung: der Hook `failed` von `phone` schlug fehl: beendet mit 1",
    ] {
        assert!(output.contains(sentence), "{sentence}\n{output}");
    }
    assert!(english.stderr.contains("the hook `failed` of `phone` failed: it ended with 1"));
    assert_eq!(stage.status("phone")["word"], "partial", "what is remembered is for machines");
    assert!(stage.log().contains("hook failed"), "{}", stage.log());
    assert!(!stage.log().contains("schlug fehl"), "{}", stage.log());
}

#[test]
fn people_get_notices_in_german_and_the_words_for_machines_stay() {
    let (stage, service) = (Stage::with(1, ""), Service::start());
    let url = &service.url;
    stage.say(&format!(
        "lang = \"de\"\n{CAPTIONS}[notify]\nwebhook = \"{url}/hook\"\n[notify.ntfy]\nurl = \"{url}/topic\"\n"
    ));
    stage.place.sandbox.inject(Fault::status(503));

    stage.run(&[]).ended_with(10);
    let failed = service.heard();
    stage.place.sandbox.clear_faults();
    stage.run(&[]).ended_with(0);
    let well = service.heard();

    let body = |heard: &[crate::run::service::Heard], path: &str| -> Value {
        serde_json::from_str(&heard.iter().find(|heard| heard.path == path).unwrap().body).unwrap()
    };
    let [ntfy, hook] = ["/", "/hook"].map(|path| body(&failed, path));
    let (title, message) = (ntfy["title"].as_str().unwrap(), ntfy["message"].as_str().unwrap());
    assert!(title.starts_with("immich-sync auf ") && title.ends_with(": captions fehlgeschlagen"), "{title}");
    assert!(message.starts_with("captions: nicht erreichbar (10)"), "{message}");
    assert_eq!((&hook["event"], &hook["jobs"][0]["word"]), (&"failure".into(), &"unreachable".into()));
    let well = body(&well, "/");
    assert!(well["title"].as_str().unwrap().ends_with(": captions läuft wieder gut"), "{well}");
}

#[test]
fn jobs_get_the_language_that_was_typed_and_hooks_get_no_more_than_before() {
    let stage = Stage::with(1, "");
    let hook = stage.script("hook", &format!("env >> {:?}", stage.path("environment")));
    stage.say(&format!("{CAPTIONS}[hooks]\nafter = [{hook:?}]\n"));

    let said = Said::by(german(&mut stage.command(&[]))).ended_with(0);

    let environment = std::fs::read_to_string(stage.path("environment")).unwrap();
    assert!(said.stderr.contains("[captions]") && said.stderr.contains(" Anfragen, "), "{}", said.stderr);
    assert!(environment.contains("IMMICH_SYNC_EVENT=after"), "{environment}");
    assert!(!environment.contains("LANG"), "{environment}");
}

#[test]
fn a_schedule_tells_in_german_how_it_stands() {
    let stage = Systems::with(&["systemctl", "loginctl", "crontab"]);
    let say = |words: &[&str]| {
        let said = Said::by(german(&mut stage.command(words)));
        assert_german(&said, &[]);
        said
    };

    let none = say(&["schedule", "status"]).ended_with(1);
    let shown = say(&["schedule", "install", "--as", "systemd-user"]).ended_with(0);
    let status = say(&["schedule", "status"]).ended_with(0);
    let gone = say(&["schedule", "uninstall"]).ended_with(0);
    let cron = say(&["schedule", "install", "--as", "cron"]).ended_with(0);

    assert!(none.stdout.contains("Zeitplan: nicht eingerichtet;"), "{}", none.stdout);
    assert!(shown.stdout.contains("Eingerichtet (systemd-user)."), "{}", shown.stdout);
    assert!(shown.stderr.contains("Hinweis: Dieser Timer läuft nur, während"), "{}", shown.stderr);
    assert!(status.stdout.contains("Zeitplan: eingerichtet (systemd-user)"), "{}", status.stdout);
    assert!(status.stdout.contains(", bis zu 10 min später)"), "{}", status.stdout);
    assert!(status.stdout.contains("Letzter Lauf: noch keiner"), "{}", status.stdout);
    assert!(gone.stdout.contains("Entfernt: `"), "{}", gone.stdout);
    assert!(cron.stdout.contains("der Block von immich-sync in deiner Crontab"), "{}", cron.stdout);
}

#[test]
fn what_systems_get_is_the_same_in_every_language() {
    let stage = Systems::with(&["systemctl", "loginctl"]);
    let words = ["schedule", "install", "--as", "systemd-user", "--dry-run"];

    let english = Said::by(&mut stage.command(&words)).ended_with(0);
    let in_german = Said::by(german(&mut stage.command(&words))).ended_with(0);

    assert_eq!(english.stdout, in_german.stdout);
    assert!(in_german.stderr.contains("Geschrieben würde `"), "{}", in_german.stderr);
}

#[test]
fn the_demo_tells_its_story_in_german() {
    let place = Place::with(1);
    let folder = place.folder.path().join("demo");
    let mut command = place.bare(&["demo", "--assets", "12", "--keep", folder.to_str().unwrap()]);
    command.arg("--exiftool").arg(exiftool());

    let said = Said::by(german(&mut command)).ended_with(0);

    let captions = [
        "First morning at the lake",
        "Grandpa's \"secret\" recipe: 100 % butter & 5 $",
        "The day the boat would not start 🚤",
    ];
    assert_german(&said, &captions);
    for sentence in [
        "1. Eine Bibliothek und ein Server",
        "✓ keine Datei wurde geändert",
        "✓ 0 Dateien geöffnet: Server und Datei sind, wie sie waren",
        "Behauptungen wurden geprüft und stimmen.",
    ] {
        assert!(said.stdout.contains(sentence), "{sentence}\n{}", said.stdout);
    }
}

#[test]
fn the_language_comes_from_options_variables_the_config_file_and_the_locale() {
    let place = Place::with(1);
    let path = place.folder.path().join("config.toml");
    std::fs::write(&path, "lang = \"de\"\n").unwrap();
    let show = || place.bare(&["config", "show", "--origin"]);
    let is_german = |command: &mut Command| {
        let said = Said::by(command).ended_with(0);
        assert_ne!(said.stdout.contains("(Voreinstellung)"), said.stdout.contains("(default)"));
        said.stdout.contains("(Voreinstellung)")
    };

    assert!(is_german(show().args(["--lang", "de"])));
    assert!(is_german(show().env("IMMICH_SYNC_LANG", "de")));
    assert!(is_german(show().env("LC_MESSAGES", "de_DE.UTF-8")));
    assert!(is_german(show().arg("--config").arg(&path)));
    assert!(!is_german(show().env("LC_MESSAGES", "de_DE.UTF-8").args(["--lang", "en"])));
    assert!(!is_german(show().env("LANG", "fr_FR.UTF-8")));
    assert!(!is_german(&mut show()));
}

#[test]
fn a_language_that_is_not_spoken_is_refused_with_those_that_are() {
    let place = Place::with(1);

    for command in [place.bare(&["doctor", "--lang", "fr"]), {
        let mut command = place.bare(&["config", "show"]);
        command.env("IMMICH_SYNC_LANG", "fr");
        command
    }] {
        let mut command = command;
        let said = Said::by(&mut command).ended_with(2);
        assert!(said.stderr.contains("fr") && said.stderr.contains("en") && said.stderr.contains("de"));
    }
}
