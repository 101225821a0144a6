//! `schedule install|status|run-now|uninstall|logs`.

use std::path::PathBuf;

use super::systems::{KEY, Stage, read};

const USER: [&str; 4] = ["schedule", "install", "--as", "systemd-user"];

fn units(stage: &Stage) -> [PathBuf; 2] {
    ["service", "timer"].map(|kind| stage.path(&format!("home/.config/systemd/user/immich-sync.{kind}")))
}

fn agent(stage: &Stage) -> PathBuf {
    stage.path("home/Library/LaunchAgents/io.github.immich-sync.plist")
}

#[test]
fn a_timer_is_installed_once_and_a_second_time_there_is_nothing_to_do() {
    let stage = Stage::with(&["systemctl", "loginctl"]);

    let first = stage.run(&USER).ended_with(0);

    let [service, timer] = units(&stage);
    assert!(read(&service).contains("ExecStart=:/"), "{}", read(&service));
    assert!(read(&service).contains(&format!("run --config {}", stage.config_file().display())));
    assert!(
        read(&timer).contains("OnCalendar=*-*-* 14:30:00\n")
            && read(&timer).contains("RandomizedDelaySec=600")
    );
    assert!(
        first.stdout.contains("Installed (systemd-user)") && first.stdout.contains("Next run: "),
        "{first:?}"
    );
    assert!(first.stderr.contains("loginctl enable-linger"), "{first:?}");
    assert_eq!(
        stage.asked(),
        ["systemctl|--user daemon-reload|", "systemctl|--user enable --now immich-sync.timer|"]
    );

    let second = stage.run(&USER).ended_with(0);

    assert!(second.stdout.contains("Nothing to do"), "{second:?}");
    assert!(!stage.asked().iter().any(|asked| asked.contains("daemon-reload")));
}

#[test]
fn a_changed_config_is_told_line_by_line() {
    let stage = Stage::with(&["systemctl", "loginctl"]);
    std::fs::write(stage.path("linger"), "yes\n").unwrap();
    stage.run(&USER).ended_with(0);
    stage.config("[schedule]\nat = \"02:00\"\nrandom_delay = \"10m\"\n");

    let status = stage.run(&["schedule", "status"]).ended_with(0);
    let again = stage.run(&USER).ended_with(0);

    assert!(status.stdout.contains("the config says otherwise now"), "{status:?}");
    assert!(again.stdout.contains("  - OnCalendar=*-*-* 14:30:00\n"), "{again:?}");
    assert!(!again.stdout.contains("02:00:00") && !again.stdout.contains("Digest"), "{again:?}");
    assert!(!again.stderr.contains("linger"), "{again:?}");
    assert!(stage.asked().contains(&"systemctl|--user restart immich-sync.timer|".to_owned()));
}

#[test]
fn uninstalling_removes_what_was_made_and_nothing_else() {
    let stage = Stage::with(&["systemctl", "loginctl"]);
    let other = stage.path("home/.config/systemd/user/backup.timer");
    stage.run(&USER).ended_with(0);
    std::fs::write(&other, "mine").unwrap();

    let said = stage.run(&["schedule", "uninstall"]).ended_with(0);

    assert!(units(&stage).iter().all(|unit| !unit.exists()) && other.exists(), "{said:?}");
    assert!(stage.asked().contains(&"systemctl|--user disable --now immich-sync.timer|".to_owned()));
    let again = stage.run(&["schedule", "uninstall", "--as", "systemd-user"]).ended_with(0);
    assert!(again.stdout.contains("Nothing to do"), "{again:?}");
}

#[test]
fn what_somebody_changed_or_made_is_named_and_left() {
    let stage = Stage::with(&["systemctl", "loginctl"]);
    stage.run(&USER).ended_with(0);
    let [service, timer] = units(&stage);
    let by_hand = read(&timer).replace("02:00", "03:00");
    std::fs::write(&timer, &by_hand).unwrap();
    std::fs::write(&service, "[Service]\nExecStart=/bin/true\n").unwrap();

    let install = stage.run(&USER).ended_with(2);
    let uninstall = stage.run(&["schedule", "uninstall"]).ended_with(1);

    assert!(install.stderr.contains("was not made by this program") && install.stderr.contains("--force"));
    assert!(
        uninstall.stderr.contains("immich-sync.timer") && uninstall.stderr.contains("immich-sync.service")
    );
    assert_eq!(read(&timer), by_hand);

    stage.run(&["schedule", "uninstall", "--force"]).ended_with(1);
    assert!(!timer.exists() && service.exists(), "what was never ours stays even then");
    stage.run(&["schedule", "install", "--as", "systemd-user", "--force"]).ended_with(0);
    assert!(read(&service).contains("Digest: "));
}

#[test]
fn an_agent_of_a_mac_is_loaded_and_loaded_again_when_it_changed() {
    let stage = Stage::with(&["launchctl"]);
    let install = ["schedule", "install", "--as", "launchd"];
    let uid = rustix::process::geteuid().as_raw();

    let said = stage.run(&install).ended_with(0);

    let agent = agent(&stage);
    assert!(read(&agent).contains("<key>StartCalendarInterval</key>"), "{said:?}");
    assert!(said.stderr.contains("no random delay") && said.stderr.contains("Full Disk Access"), "{said:?}");
    let bootstrap = format!("launchctl|bootstrap gui/{uid} {}|", agent.display());
    assert!(stage.asked().contains(&bootstrap));

    stage.config("[schedule]\nevery = \"6h\"\n");
    stage.run(&install).ended_with(0);
    let asked = stage.asked();
    let place = |words: &str| asked.iter().position(|asked| asked.contains(words)).unwrap();
    assert!(place("bootout") < place("bootstrap"), "{asked:?}");
    assert!(read(&agent).contains("<key>StartInterval</key>"));

    stage.run(&["schedule", "run-now"]).ended_with(0);
    assert!(stage.asked().contains(&format!("launchctl|kickstart gui/{uid}/io.github.immich-sync|")));
    stage.run(&["schedule", "uninstall"]).ended_with(0);
    assert!(!agent.exists());
}

#[test]
fn lines_of_others_in_a_crontab_stay() {
    let stage = Stage::with(&["crontab"]);
    let others = "MAILTO=anna\n0 5 * * * backup 100\\%\n";
    std::fs::write(stage.path("crontab"), others).unwrap();
    let install = ["schedule", "install", "--as", "cron"];

    let said = stage.run(&install).ended_with(0);

    let with = read(&stage.path("crontab"));
    assert!(with.starts_with(others) && with.contains("0 2 * * * PATH="), "{with}");
    assert!(said.stderr.contains("cron makes up for nothing"), "{said:?}");
    assert!(stage.run(&install).ended_with(0).stdout.contains("Nothing to do"));
    let now = stage.run(&["schedule", "run-now"]).ended_with(2);
    assert!(now.stderr.contains("immich-sync run"), "{now:?}");
    stage.run(&["schedule", "uninstall"]).ended_with(0);
    assert_eq!(read(&stage.path("crontab")), others);
}

#[test]
fn a_crontab_that_cannot_be_read_is_not_overwritten() {
    let stage = Stage::with(&["crontab"]);
    stage.program("crontab", "#!/bin/sh\ncase $1 in -l) echo 'cannot open your crontab' >&2; exit 1;; *) touch \"$FAKE/written\";; esac\n");

    let said = stage.run(&["schedule", "install", "--as", "cron"]).ended_with(1);

    assert!(said.stderr.contains("cannot open your crontab"), "{said:?}");
    assert!(!stage.path("written").exists());
}

#[test]
fn the_system_that_is_there_is_chosen_and_none_is_told() {
    let cron = Stage::with(&["crontab"]);
    cron.program("systemctl", "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n");
    let nothing = Stage::with(&[]);
    for name in ["systemctl", "crontab"] {
        nothing.program(name, "");
        std::fs::remove_file(nothing.path("bin").join(name)).unwrap();
    }

    let said = cron.run(&["schedule", "install"]).ended_with(0);
    let mut command = nothing.command(&["schedule", "install"]);
    let none = command.env("PATH", nothing.path("bin")).output().unwrap();

    assert!(said.stdout.contains("Installed (cron)"), "{said:?}");
    let none = super::systems::Said::of(none).ended_with(2);
    assert!(none.stderr.contains("immich-sync daemon"), "{none:?}");
    let mut command = nothing.command(&["schedule", "status"]);
    let status = command.env("PATH", nothing.path("bin")).output().unwrap();
    let status = super::systems::Said::of(status).ended_with(1);
    assert!(status.stdout.contains("not installed"), "{status:?}");
}

#[test]
fn a_second_system_for_the_same_run_is_refused() {
    let stage = Stage::with(&["systemctl", "loginctl", "crontab"]);
    stage.run(&USER).ended_with(0);

    let said = stage.run(&["schedule", "install", "--as", "cron"]).ended_with(2);

    assert!(said.stderr.contains("schedule uninstall --as systemd-user"), "{said:?}");
    assert!(!stage.path("crontab").exists());
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    for system in ["systemd-user", "systemd-system", "launchd", "cron"] {
        let stage = Stage::with(&["systemctl", "loginctl", "crontab", "launchctl"]);

        let said = stage.run(&["schedule", "install", "--dry-run", "--as", system]).ended_with(0);

        assert!(said.stdout.contains("Digest: "), "{system}: {said:?}");
        let written: Vec<PathBuf> = stage.files().into_iter().map(|(path, _)| path).collect();
        let kept = |path: &PathBuf| path.starts_with(stage.path("bin")) || *path == stage.config_file();
        let more: Vec<&PathBuf> =
            written.iter().filter(|path| !kept(path) && !path.ends_with("asked")).collect();
        assert!(more.is_empty(), "{system}: {more:?}");
        if system == "systemd-system" {
            assert!(said.stdout.contains("ReadWritePaths=-/srv/photos\n"), "{said:?}");
        }
    }
}

#[test]
fn the_service_of_the_system_may_write_what_jobs_name_and_hooks_keep_their_rights() {
    let stage = Stage::with(&["systemctl"]);
    let dry = ["schedule", "install", "--dry-run", "--as", "systemd-system"];
    let schedule = "[schedule]\nat = \"02:00\"\n";
    let job = "[[job]]\nname = \"out\"\ncommand = \"export apple-photos\"\nlibrary = \"/mnt/mac/A.photoslibrary\"\nto = \"/mnt/out\"\n";

    stage.config(&format!("{schedule}{job}"));
    let confined = stage.run(&dry).ended_with(0);
    stage.config(&format!("{schedule}{job}[hooks]\nbefore = [\"mount\", \"/mnt/mac\"]\n"));
    let open = stage.run(&dry).ended_with(0);

    assert!(confined.stdout.contains("ReadWritePaths=-/mnt/out\n"), "{confined:?}");
    assert!(!confined.stdout.contains("/mnt/mac"), "what is only read stays so: {confined:?}");
    assert!(!open.stdout.contains("NoNewPrivileges") && !open.stdout.contains("Protect"), "{open:?}");
}

#[test]
fn the_key_is_in_nothing_that_is_made_said_or_asked() {
    for system in ["systemd-user", "launchd", "cron"] {
        let stage = Stage::with(&["systemctl", "loginctl", "crontab", "launchctl"]);
        let other_key = "key-of-the-environment";
        let said = |arguments: &[&str]| {
            let mut command = stage.command(arguments);
            super::systems::Said::of(command.env("IMMICH_API_KEY", other_key).output().unwrap())
        };

        let install = said(&["schedule", "install", "--as", system]).ended_with(0);
        let status = said(&["schedule", "status"]).ended_with(0);

        assert!(install.stderr.contains("IMMICH_API_KEY"), "that it will be missing is told: {install:?}");
        for (path, text) in stage.files() {
            let is_config = path == stage.config_file();
            assert!(is_config || !text.contains(KEY), "{}", path.display());
            assert!(!text.contains(other_key), "{}", path.display());
        }
        for said in [install, status] {
            let all = said.stdout + &said.stderr;
            assert!(!all.contains(KEY) && !all.contains(other_key), "{all}");
        }
    }
}

#[test]
fn the_status_tells_what_is_missing_and_how_the_last_run_ended() {
    let stage = Stage::with(&["systemctl", "loginctl"]);
    let none = stage.run(&["schedule", "status", "--as", "systemd-user"]).ended_with(1);
    assert!(none.stdout.contains("not installed") && none.stdout.contains("none yet"), "{none:?}");

    stage.run(&USER).ended_with(0);
    let runs = stage.path("home/.local/state/immich-sync/runs");
    std::fs::create_dir_all(&runs).unwrap();
    let status = format!(
        r#"{{"schema":1,"jobs":[{{"config":"{}","name":"photos","seen":"2026-01-01T00:00:00Z","started":"2026-01-03T02:00:00Z",
            "ended":"2026-01-03T02:10:00Z","exit":10,"word":"unreachable","failures_in_row":2}}]}}"#,
        stage.config_file().display()
    );
    std::fs::write(runs.join("status.json"), status).unwrap();
    let said = stage.run(&["schedule", "status"]).ended_with(0);
    let json = stage.run(&["schedule", "status", "--json"]).ended_with(0);

    assert!(said.stdout.contains("unreachable; none of 2 went well"), "{said:?}");
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["state"], &json["jobs"][0]["exit"]), (&"installed".into(), &10.into()));
    assert!(json["next_run"].as_str().unwrap().ends_with('Z'));
    std::fs::remove_file(stage.path("enabled")).unwrap();
    let off = stage.run(&["schedule", "status"]).ended_with(1);
    assert!(off.stdout.contains("does not start it"), "{off:?}");
}

#[test]
fn logs_come_from_the_journal_or_from_the_file() {
    let stage = Stage::with(&["systemctl", "loginctl", "journalctl", "crontab"]);

    let journal = stage.run(&["schedule", "logs", "--as", "systemd-user", "-n", "5"]).ended_with(0);
    let missing = stage.run(&["schedule", "logs", "--as", "cron"]).ended_with(2);

    assert_eq!(journal.stdout, "journalctl|--no-pager -n 5 --user -u immich-sync.service|\n");
    assert!(missing.stderr.contains("immich-sync/log/"), "{missing:?}");
}

#[test]
fn a_journal_that_kept_nothing_gives_way_to_the_file() {
    let stage = Stage::with(&["systemctl", "loginctl"]);
    let silent = "#!/bin/sh\ncase \"$*\" in *--quiet*) ;; *) echo '-- No entries --';; esac\n";
    stage.program("journalctl", silent);
    let logs = ["schedule", "logs", "--as", "systemd-user"];
    let before = stage.run(&logs).ended_with(0);
    let log = stage.path("home/.local/state/immich-sync/log");
    std::fs::create_dir_all(&log).unwrap();
    std::fs::write(log.join("immich-sync.log"), "what a run said\n").unwrap();

    let after = stage.run(&logs).ended_with(0);

    assert_eq!((before.stdout.as_str(), after.stdout.as_str()), ("-- No entries --\n", "what a run said\n"));
}

#[test]
fn a_config_without_a_schedule_or_with_a_wrong_one_is_refused() {
    let stage = Stage::with(&["systemctl"]);
    for (text, part) in [
        ("", "there is no schedule"),
        ("[schedule]\nat = \"25:00\"\n", "line 5"),
        ("[schedule]\nevery = \"5h\"\n", "divides the day"),
        ("[schedule]\nate = \"02:00\"\n", "is not known"),
    ] {
        stage.config(text);

        let said = stage.run(&USER).ended_with(2);

        assert!(said.stderr.contains(part), "{said:?}");
    }
    assert!(stage.asked().is_empty());
}
