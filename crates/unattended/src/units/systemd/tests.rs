//! systemd's own tools read what is made here.

use std::path::PathBuf;
use std::process::{Command, Output};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::testing::{HARD, hard_service, service as example};
use super::*;
use crate::calendar::{Calendar, Days, read_days, read_time};
use mark::Mark;

/// Runs the tool of systemd that reads units; the tests need it.
fn analyze(arguments: &[&str]) -> Output {
    let runtime = tempfile::tempdir().unwrap();
    let mut command = Command::new("systemd-analyze");
    command.args(arguments).env("SYSTEMD_LOG_COLOR", "0").env("XDG_RUNTIME_DIR", runtime.path());
    let output = command.output();
    output.expect("systemd-analyze is missing: install the package `systemd`")
}

/// A folder with both units and the program that they name.
struct Units {
    folder: tempfile::TempDir,
}

impl Units {
    fn of(make: impl FnOnce(&Path) -> Service) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = make(folder.path());
        std::fs::create_dir_all(made.program.parent().unwrap()).unwrap();
        std::fs::copy("/bin/true", &made.program).unwrap();
        for path in &made.writable {
            std::fs::create_dir_all(path).unwrap();
        }
        std::fs::write(folder.path().join(SERVICE), service(&made).unwrap()).unwrap();
        std::fs::write(folder.path().join(TIMER), timer(&made)).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the tool has to say against them; nothing if they are right.
    fn verified(&self, manager: &str) -> String {
        let (service, timer) = (self.path(SERVICE), self.path(TIMER));
        let paths = [service.to_str().unwrap(), timer.to_str().unwrap()];
        let output = analyze(&["verify", manager, "--man=no", "--recursive-errors=no", paths[0], paths[1]]);
        let said = String::from_utf8_lossy(&output.stderr);
        let ours: Vec<&str> = said.lines().filter(|line| line.contains("immich-sync")).collect();
        if output.status.success() { ours.join("\n") } else { format!("{}: {said}", output.status) }
    }
}

fn easy(folder: &Path) -> Service {
    Service {
        program: folder.join("bin/immich-sync"),
        writable: vec![folder.join("library"), folder.join("state")],
        ..example()
    }
}

/// As hard as systemd takes it: it refuses quotes and backslashes in the path of a program.
fn hard(folder: &Path) -> Service {
    Service { program: folder.join("Ä & 50% $HOME <b> #;/immich-sync"), ..hard_service(folder) }
}

#[test]
fn units_of_a_user_pass_the_check_of_systemd() {
    assert_eq!(Units::of(easy).verified("--user"), "");
    assert_eq!(Units::of(hard).verified("--user"), "");
}

#[test]
fn units_of_the_system_pass_the_check_of_systemd() {
    for user in ["root", "anna"] {
        let owner = Owner::System { user: user.to_owned() };
        let plain = |folder: &Path| Service { owner: owner.clone(), ..easy(folder) };
        let hard = |folder: &Path| Service { owner: owner.clone(), ..self::hard(folder) };

        assert_eq!(Units::of(plain).verified("--system"), "", "{user}");
        assert_eq!(Units::of(hard).verified("--system"), "", "{user}");
    }
}

#[test]
fn the_check_sees_a_wrong_quote_and_a_wrong_time() {
    let units = Units::of(hard);
    let (service, timer) = (units.path(SERVICE), units.path(TIMER));
    let right = std::fs::read_to_string(&service).unwrap();

    std::fs::write(&service, right.replace("50%%", "50%y")).unwrap();
    assert_ne!(units.verified("--user"), "", "a bare percent sign");
    std::fs::write(&service, &right).unwrap();
    assert_eq!(units.verified("--user"), "");

    let right = std::fs::read_to_string(&timer).unwrap();
    std::fs::write(&timer, right.replace("02:00:00", "25:00:00")).unwrap();
    assert_ne!(units.verified("--user"), "", "an hour that is none");
}

#[test]
fn the_folders_that_may_be_written_are_those_of_the_config() {
    let owner = Owner::System { user: "anna".to_owned() };
    let text = service(&Service { owner, ..example() }).unwrap();

    assert!(text.contains("ReadWritePaths=-/srv/photos\n"), "{text}");
    assert!(text.contains("ReadWritePaths=-/home/anna/.local/state/immich-sync\n"), "{text}");
    assert!(text.contains("ProtectSystem=strict\n") && text.contains("PrivateTmp=true\n"), "{text}");
    assert!(text.contains("User=anna\n") && text.contains("After=network-online.target\n"), "{text}");
}

#[test]
fn a_library_below_tmp_is_not_hidden_by_a_private_one() {
    let owner = Owner::System { user: "anna".to_owned() };
    let writable = vec!["/tmp/library".into()];

    let text = service(&Service { writable, owner, ..example() }).unwrap();

    assert!(!text.contains("PrivateTmp"), "{text}");
}

#[test]
fn a_service_of_a_user_makes_no_name_spaces() {
    let text = service(&example()).unwrap();

    for word in ["ReadWritePaths", "ProtectSystem", "Private", "User=", "CapabilityBoundingSet"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(text.contains("NoNewPrivileges=true"));
}

#[test]
fn programs_of_the_user_keep_their_rights() {
    for owner in [Owner::User, Owner::System { user: "anna".to_owned() }] {
        let text = service(&Service { runs_others: true, owner, ..example() }).unwrap();

        for word in ["NoNewPrivileges", "Restrict", "ProtectSystem", "CapabilityBoundingSet"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert!(text.ends_with("IOSchedulingClass=idle\n"), "{text}");
    }
}

#[test]
fn battery_delay_and_making_up_follow_the_config() {
    let away =
        Service { on_battery: true, catch_up: false, random_delay: jiff::SignedDuration::ZERO, ..example() };

    assert!(service(&example()).unwrap().contains("ConditionACPower=true"));
    assert!(!service(&away).unwrap().contains("ConditionACPower"));
    assert!(timer(&example()).contains("Persistent=true\nRandomizedDelaySec=600\n"));
    assert!(timer(&away).contains("Persistent=false\nUnit="));
}

#[test]
fn both_units_are_marked() {
    assert_eq!(mark::of(&service(&example()).unwrap(), ""), Mark::Whole);
    assert_eq!(mark::of(&timer(&example()), ""), Mark::Whole);
}

#[test]
fn a_program_that_systemd_would_not_start_is_refused() {
    let wrong = service(&hard_service(Path::new("/srv")));

    assert!(matches!(wrong, Err(UnitError::Path { .. })), "{wrong:?}");
}

#[test]
fn a_control_character_is_refused() {
    let config = format!("/a/{HARD}\n").into();

    assert!(matches!(service(&Service { config, ..example() }), Err(UnitError::Path { .. })));
}

/// The next times by systemd's own reading of a line.
fn elapses(line: &str, base: &str, count: usize) -> Vec<Timestamp> {
    let (base, count) = (format!("--base-time={base}"), format!("--iterations={count}"));
    let output = analyze(&["calendar", &base, &count, line]);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let instants = text.lines().filter_map(|line| {
        let (before, time) = line.split_once(": ")?;
        let is_one = before.ends_with("elapse") || before.contains("Iter") || before.contains("(in UTC)");
        let time = time.trim().strip_suffix(" UTC").filter(|_| is_one)?;
        let (_, time) = time.split_once(' ')?;
        Some(format!("{}Z", time.replace(' ', "T")).parse().unwrap())
    });
    let mut instants: Vec<Timestamp> = instants.collect();
    instants.dedup();
    instants
}

/// systemd and the calendar agree, but for the days on which a time does not exist.
#[test]
fn systemd_reads_the_same_times_as_the_calendar() {
    let zone = || TimeZone::get("Europe/Berlin").unwrap();
    let two = Calendar::at(vec![read_time("02:30").unwrap(), read_time("14:00").unwrap()], Days::ALL, zone());
    let days = read_days(["mon", "fri"]).unwrap();
    let calendars = [
        two.unwrap(),
        Calendar::every(15, Days::ALL, zone()).unwrap(),
        Calendar::every(720, days, zone()).unwrap(),
    ];
    for calendar in calendars {
        let service = Service { calendar: calendar.clone(), own_zone: true, ..example() };
        let base: Timestamp = "2026-06-01T10:07:00Z".parse().unwrap();
        let mut found: Vec<Timestamp> = on_calendar(&service)
            .iter()
            .flat_map(|line| elapses(line, "2026-06-01 10:07:00 UTC", 6))
            .collect();
        found.sort_unstable();
        found.truncate(6);

        let ours: Vec<Timestamp> =
            std::iter::successors(calendar.next_after(base), |at| calendar.next_after(*at)).take(6).collect();

        assert_eq!(found, ours, "{:?}", on_calendar(&service));
    }
}

#[test]
fn systemd_leaves_out_a_time_that_does_not_exist() {
    let found = elapses("*-*-* 02:30:00 Europe/Berlin", "2026-03-28 12:00:00 UTC", 1);

    let skipped: Timestamp = "2026-03-30T00:30:00Z".parse().unwrap();
    assert_eq!(found, [skipped], "where this fails, the warning of `schedule install` can go");
}
