//! `daemon` and `health`: runs that a hook holds, so that nothing here waits for a minute to come round.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::systems::{KEY, Said, Stage, read};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Writes down that it began, and waits until it may end.
const HOOK: &str =
    "#!/bin/sh\necho begun >> \"$FAKE/begun\"\nuntil test -e \"$FAKE/go\"; do sleep 0.05; done\nexit 1\n";

/// A stage whose runs wait for the file `go` and then fail, with one that ended long ago.
fn stage(schedule: &str) -> Stage {
    let stage = Stage::with(&[]);
    stage.program("hold", HOOK);
    config(&stage, schedule);
    status(
        &stage,
        r#""started":"2026-01-03T02:00:00Z","ended":"2026-01-03T02:10:00Z","exit":0,"last_good":"2026-01-03T02:10:00Z""#,
    );
    stage
}

fn config(stage: &Stage, schedule: &str) {
    let hold = stage.path("bin/hold");
    stage.config(&format!(
        "stale_after = \"30h\"\n{schedule}\n[hooks]\nbefore = [\"{}\"]\n[[job]]\nname = \"photos\"\ncommand = \"write\"\ncaption = true\n",
        hold.display()
    ));
}

fn status(stage: &Stage, fields: &str) {
    let runs = stage.path("home/.local/state/immich-sync/runs");
    std::fs::create_dir_all(&runs).unwrap();
    let config = stage.config_file();
    let job = format!(
        r#"{{"config":"{}","name":"photos","seen":"2026-01-01T00:00:00Z",{fields}}}"#,
        config.display()
    );
    std::fs::write(runs.join("status.json"), format!(r#"{{"schema":1,"jobs":[{job}]}}"#)).unwrap();
}

/// The program while it runs; killed with the test.
struct Daemon {
    child: Child,
    lines: Receiver<String>,
    said: String,
}

impl Daemon {
    fn start(stage: &Stage, arguments: &[&str]) -> Self {
        let mut command = stage.command(&[&["daemon"], arguments].concat());
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines, said: String::new() }
    }

    /// Waits for a line with this in it.
    fn says(&mut self, part: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("it never said `{part}`, but:\n{}", self.said));
            self.said.push_str(&line);
            self.said.push('\n');
            if line.contains(part) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Asks it to end; what it said until then.
    fn end(mut self) -> (i32, String) {
        self.signal(Signal::TERM);
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter().map(|line| line + "\n"));
        (status.code().unwrap(), std::mem::take(&mut self.said))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already is no trouble.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: its status and its body.
fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn wait_for(stage: &Stage, file: &str) {
    let end = Instant::now() + PATIENCE;
    while !stage.path(file).exists() {
        assert!(Instant::now() < end, "no `{file}`");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn what_was_missed_is_made_up_for_once_and_the_port_tells_how_all_is() {
    let stage = stage("[schedule]\nevery = \"12h\"\n");
    let mut daemon = Daemon::start(&stage, &["--listen", "127.0.0.1:0"]);
    let line = daemon.says("Answering at http://");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    daemon.says("was missed");
    wait_for(&stage, "begun");

    let stale = get(&address, "/healthz");
    std::fs::write(stage.path("go"), "").unwrap();
    daemon.says("Run ended: exit status: 1");
    daemon.says("Next run: ");
    let after = get(&address, "/healthz");
    let metrics = get(&address, "/metrics");
    let nothing = get(&address, "/");
    let (code, said) = daemon.end();

    assert_eq!(stale.0, 503, "{stale:?}");
    let health: Value = serde_json::from_str(&after.1).unwrap();
    assert_eq!((after.0, &health["stale"], &health["ok"]), (503, &true.into(), &false.into()), "{health}");
    assert_eq!(health["last_good"], "2026-01-03T02:10:00Z");
    assert!(health["next_run"].is_string(), "{health}");
    assert!(metrics.1.contains("immich_sync_job_stale{job=\"photos\"} 1"), "{metrics:?}");
    assert!(metrics.1.contains("immich_sync_next_run_timestamp_seconds "), "{metrics:?}");
    assert_eq!(nothing.0, 404);
    assert_eq!(code, 0, "{said}");
    assert_eq!(read(&stage.path("begun")), "begun\n", "one run for all that were missed");
    for text in [&said, &after.1, &metrics.1] {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[test]
fn a_signal_to_end_is_passed_on_to_the_run_and_waits_for_it() {
    let stage = stage("[schedule]\nevery = \"12h\"\n");
    let mut daemon = Daemon::start(&stage, &[]);
    daemon.says("Run starts");
    wait_for(&stage, "begun");

    let (code, said) = daemon.end();

    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("no `{part}` in {said}"));
    assert!(
        place("waiting for the run") < place("Run ended") && place("Run ended") < place("Ended."),
        "{said}"
    );
    assert_eq!(code, 0, "{said}");
    assert!(!stage.path("go").exists());
}

#[test]
fn a_config_that_is_wrong_now_changes_nothing_and_a_right_one_counts_at_once() {
    let stage = stage("[schedule]\nat = \"02:00\"\ncatch_up = false\ntime_zone = \"UTC\"\n");
    let mut daemon = Daemon::start(&stage, &[]);
    daemon.says("Not run: ");
    daemon.says("Next run: ");

    config(&stage, "[schedule]\nat = \"26:00\"\n");
    daemon.signal(Signal::HUP);
    daemon.says("the schedule stays as it was");
    daemon.says("times of the day");
    config(&stage, "[schedule]\nat = \"03:07\"\ntime_zone = \"UTC\"\n");
    daemon.signal(Signal::HUP);
    daemon.says("Read the config file again");
    let next = daemon.says("Next run: ");
    let (code, said) = daemon.end();

    assert!(next.contains(":07:00 "), "{next}");
    assert_eq!(code, 0, "{said}");
    assert!(!stage.path("begun").exists(), "nothing was due");
}

#[test]
fn the_check_of_a_container_reads_the_status() {
    let stage = stage("[schedule]\nevery = \"12h\"\n");
    let stale = stage.run(&["health"]).ended_with(1);
    let now = jiff::Timestamp::now();
    status(&stage, &format!(r#""started":"{now}","ended":"{now}","exit":0,"last_good":"{now}""#));
    let well = stage.run(&["health", "--json"]).ended_with(0);
    status(
        &stage,
        &format!(r#""started":"{now}","ended":"{now}","exit":10,"last_good":"{now}","failures_in_row":3"#),
    );
    let failing = stage.run(&["health"]).ended_with(1);

    assert!(stale.stdout.contains("no good run since 2026-01-03"), "{stale:?}");
    let json: Value = serde_json::from_str(&well.stdout).unwrap();
    assert_eq!((&json["ok"], &json["failures_in_row"]), (&true.into(), &0.into()));
    assert!(failing.stdout.contains("photos: 3 failures in a row"), "{failing:?}");
}

#[test]
fn an_address_that_is_none_or_taken_is_told() {
    let stage = stage("[schedule]\nevery = \"12h\"\n");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (listen, part) in [("9090", "127.0.0.1:9090"), (address.as_str(), "choose another address")] {
        let said = Said::of(stage.command(&["daemon", "--listen", listen]).output().unwrap()).ended_with(2);

        assert!(said.stderr.contains(part), "{said:?}");
    }
    let none = self::stage("");
    let said = none.run(&["daemon"]).ended_with(2);
    assert!(said.stderr.contains("[schedule]"), "{said:?}");
}
