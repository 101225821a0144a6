//! What a shell meets first: help, version, completions, the demo.

use std::time::{Duration, Instant};

use crate::place::{Place, Said, exiftool};

/// 50 ms for people; the rest is for a test machine under load and a program that is not optimised.
const AT_ONCE: Duration = Duration::from_millis(500);

#[test]
fn help_and_version_come_at_once() {
    let place = Place::with(1);

    for arguments in [&["--help"][..], &["--version"], &["write", "--help"], &["completions", "bash"]] {
        let times = (0..5).map(|_| {
            let begin = Instant::now();
            Said::by(&mut place.bare(arguments)).ended_with(0);
            begin.elapsed()
        });
        let best = times.min().unwrap();

        eprintln!("{arguments:?}: {best:?}");
        assert!(best < AT_ONCE, "{arguments:?} took {best:?}");
    }
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn no_command_shows_the_help_and_is_a_mistake() {
    let place = Place::with(1);

    let said = Said::by(&mut place.bare(&[])).ended_with(2);

    assert!(said.stderr.contains("write") && said.stderr.contains("demo"), "{}", said.stderr);
}

#[test]
fn every_shell_gets_completions() {
    let place = Place::with(1);

    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = Said::by(&mut place.bare(&["completions", shell])).ended_with(0);

        assert!(said.stdout.contains("dry-run"), "{shell}");
    }
}

#[test]
fn completions_and_the_manual_know_every_command_of_the_help() {
    let place = Place::with(1);
    let help = Said::by(&mut place.bare(&["--help"])).ended_with(0).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next())
        .collect();
    assert!(
        commands.len() > 12 && commands.contains(&"doctor") && commands.contains(&"daemon"),
        "{commands:?}"
    );
    let folder = place.folder.path().join("man");
    Said::by(&mut place.bare(&["man", "--dir", folder.to_str().unwrap()])).ended_with(0);

    for shell in ["bash", "zsh", "fish"] {
        let completions = Said::by(&mut place.bare(&["completions", shell])).ended_with(0).stdout;
        for command in &commands {
            assert!(completions.contains(command), "{shell} does not know {command}");
        }
    }
    for command in commands {
        assert!(folder.join(format!("immich-sync-{command}.1")).exists(), "no page of {command}");
    }
}

#[test]
fn the_manual_is_printed_or_written_into_a_folder() {
    let place = Place::with(1);
    let folder = place.folder.path().join("man");

    let page = Said::by(&mut place.bare(&["man", "write"])).ended_with(0);
    Said::by(&mut place.bare(&["man", "--dir", folder.to_str().unwrap()])).ended_with(0);
    let unknown = Said::by(&mut place.bare(&["man", "nothing"])).ended_with(2);

    assert!(page.stdout.starts_with(".ie") || page.stdout.contains(".TH"), "{}", page.stdout);
    assert!(folder.join("immich-sync-write.1").is_file());
    assert!(unknown.stderr.contains("no command `nothing`"), "{}", unknown.stderr);
}

#[test]
fn the_demo_holds_what_it_claims() {
    let place = Place::with(1);
    let folder = place.folder.path().join("demo");
    let mut command = place.bare(&["demo", "--assets", "16", "--keep", folder.to_str().unwrap()]);

    let said = Said::by(command.env("IMMICH_SYNC_EXIFTOOL", exiftool())).ended_with(0);

    assert!(said.stdout.contains("claims were checked and hold"), "{}", said.stdout);
    assert!(said.stdout.contains(" → "), "{}", said.stdout);
    assert!(!said.stdout.contains('✗') && !said.stdout.contains('\u{1b}'), "{}", said.stdout);
    assert!(said.stdout.lines().count() < 120, "{} lines", said.stdout.lines().count());
    assert_eq!(said.stderr, "");
    assert!(folder.join("library").is_dir(), "nothing was kept");
}

#[test]
fn a_demo_needs_no_exiftool() {
    let place = Place::with(1);

    let said = Said::by(&mut place.bare(&["demo", "--exiftool", "/nowhere/exiftool"])).ended_with(0);

    assert!(said.stdout.contains("there is no ExifTool here"), "{}", said.stdout);
}
