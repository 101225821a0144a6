//! Thirty days with two runs a day, a power cut, a day without the server, and a clock that is put forward.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use unattended::Event;
use unattended::calendar::{Calendar, Days, read_time};
use unattended::log_file::full_files;
use unattended::rounds::{Plan, Reason};
use unattended::status::Status;

use super::machine::{LIMITS, Machine, RUN, Span};

const DELAY: SignedDuration = SignedDuration::from_mins(10);

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// An instant by the clock of the zone.
fn clock(day: Date, hour: i8, minute: i8) -> Timestamp {
    day.at(hour, minute, 0, 0).to_zoned(zone()).unwrap().timestamp()
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(zone()).date()
}

fn plan() -> Plan {
    // 02:30 does not exist on 29 March 2026.
    let times = ["02:30", "14:00"].map(|text| read_time(text).unwrap()).to_vec();
    let calendar = Calendar::at(times, Days::ALL, zone()).unwrap();
    Plan { calendar, random_delay: DELAY, catch_up: true }
}

const FIRST: Date = date(2026, 3, 10);
const LAST: Date = date(2026, 4, 8);
const CRASH: Date = date(2026, 3, 16);
const AWAY: Date = date(2026, 3, 20);
const CLOCK: Date = date(2026, 3, 29);

/// The machine after thirty days.
fn lived() -> Machine {
    let end = clock(LAST.tomorrow().unwrap(), 0, 0);
    // The power goes while the run of the night is at work and comes back in the evening.
    let off = Span(clock(CRASH, 2, 50), clock(CRASH, 20, 0));
    let away = Span(clock(AWAY, 0, 0), clock(AWAY.tomorrow().unwrap(), 0, 0));
    let mut machine = Machine::new(plan(), Span(clock(FIRST, 0, 0), end), vec![off], away);
    machine.live();
    machine
}

#[test]
fn thirty_days_pass_without_an_overlap_a_lost_day_or_a_failure_told_twice() {
    let machine = lived();

    no_two_runs_meet(&machine);
    every_due_time_was_run_or_made_up_for(&machine);
    every_day_has_a_good_run_or_a_notice(&machine);
    each_failure_is_told_once(&machine);
    the_day_of_the_clock_has_two_runs(&machine);
}

#[test]
fn the_logs_of_thirty_days_take_no_more_than_their_room() {
    let machine = lived();

    let full = full_files(&machine.log()).unwrap();
    let size = |path: &std::path::Path| std::fs::metadata(path).unwrap().len();
    let room = LIMITS.max_bytes.unwrap();
    let newest = clock(LAST, 12, 0);

    assert_eq!(full.len(), LIMITS.keep, "so many were full that the oldest went");
    for (time, path) in &full {
        assert!(size(path) < room + 200, "{}: {}", path.display(), size(path));
        assert!(newest.duration_since(*time) <= SignedDuration::from_hours(20 * 24 + 24));
    }
    assert!(size(&machine.log()) < room);
    assert!(full.windows(2).all(|two| two[0].0 <= two[1].0));
}

#[test]
fn the_same_thirty_days_give_the_same_twice() {
    let starts = |machine: &Machine| machine.starts.iter().map(|(at, ..)| *at).collect::<Vec<_>>();

    let (one, other) = (lived(), lived());

    assert_eq!(starts(&one), starts(&other));
    assert_eq!(one.notices, other.notices);
}

fn no_two_runs_meet(machine: &Machine) {
    assert_eq!(machine.runs.len(), 60);
    assert!(machine.runs.windows(2).all(|two| two[0].1 <= two[1].0), "{:?}", machine.runs);
    let cut = machine.runs.iter().filter(|run| run.1.duration_since(run.0) < RUN).count();
    assert_eq!(cut, 1, "the one that was cut off");
}

fn every_due_time_was_run_or_made_up_for(machine: &Machine) {
    let calendar = plan().calendar;
    let whole = (clock(FIRST, 0, 0), clock(LAST.tomorrow().unwrap(), 0, 0));
    let due: Vec<Timestamp> = calendar.due_between(whole.0, whole.1).collect();
    let mut settled = Vec::new();
    for (at, due, reason) in &machine.starts {
        match reason {
            Reason::Due => {
                let late = at.duration_since(*due);
                assert!(!late.is_negative() && late <= DELAY, "{due} started at {at}");
                settled.push(*due);
            }
            Reason::MadeUp(missed) => {
                let before = missed.first - SignedDuration::from_secs(1);
                settled.extend(calendar.due_between(before, missed.last));
                assert_eq!(*at, clock(CRASH, 20, 0), "made up for as soon as there is power");
            }
        }
    }
    assert_eq!(due.len(), 60);
    assert_eq!(settled, due);
    assert!(machine.told.is_empty(), "{:?}", machine.told);
}

fn every_day_has_a_good_run_or_a_notice(machine: &Machine) {
    for ago in 0..30 {
        let day = FIRST.checked_add(jiff::Span::new().days(ago)).unwrap();
        let is_whole = |run: &Span| day_of(run.0) == day && run.1.duration_since(run.0) >= RUN;
        let is_good = day != AWAY && machine.runs.iter().any(is_whole);
        let is_told = machine.notices.iter().any(|(at, _)| day_of(*at) == day);
        assert!(is_good || is_told, "{day} passed without a word");
    }
}

fn each_failure_is_told_once(machine: &Machine) {
    let shown: Vec<(Date, Event)> = machine.notices.iter().map(|(at, event)| (day_of(*at), *event)).collect();
    assert_eq!(
        shown,
        [
            (CRASH, Event::Failure),
            (CRASH, Event::Recovered),
            (AWAY, Event::Failure),
            (AWAY, Event::Stale),
            (AWAY.tomorrow().unwrap(), Event::Recovered),
        ]
    );
    assert_eq!(machine.arrived(), shown.len(), "each arrived once, though each first try failed");
    let status = Status::read(&machine.status_file()).unwrap();
    let job = &status.jobs[0];
    assert_eq!((job.failures_in_row, job.failure_told, job.stale_told), (0, None, None));
}

fn the_day_of_the_clock_has_two_runs(machine: &Machine) {
    let due: Vec<String> = machine
        .starts
        .iter()
        .filter(|(at, ..)| day_of(*at) == CLOCK)
        .map(|(_, due, _)| due.to_string())
        .collect();
    assert_eq!(due, ["2026-03-29T01:00:00Z", "2026-03-29T12:00:00Z"], "03:00, since 02:30 does not exist");
}
