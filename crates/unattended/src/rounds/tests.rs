//! The loop in worlds that are made of a list.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::calendar::{Days, read_time};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn plan(times: &[&str]) -> Plan {
    let times = times.iter().map(|text| read_time(text).unwrap()).collect();
    let calendar = Calendar::at(times, Days::ALL, TimeZone::UTC).unwrap();
    Plan { calendar, random_delay: SignedDuration::ZERO, catch_up: true }
}

/// A clock that jumps to what is waited for, runs of a fixed length, and things that happen at given instants.
struct Stage {
    now: Timestamp,
    length: SignedDuration,
    running_until: Option<Timestamp>,
    events: VecDeque<(Timestamp, Heard)>,
    chance: u64,
    log: Vec<String>,
}

impl Stage {
    fn new(now: &str, minutes: i64, events: Vec<(&str, Heard)>) -> Self {
        let events = events.into_iter().map(|(time, heard)| (at(time), heard)).collect();
        let length = SignedDuration::from_mins(minutes);
        Self { now: at(now), length, running_until: None, events, chance: 0, log: Vec::new() }
    }

    fn note(&mut self, text: &str) {
        self.log.push(format!("{} {text}", self.now.strftime("%d %H:%M")));
    }

    fn goes(mut self, plan: Plan, last_start: Option<&str>) -> Vec<String> {
        run(&mut self, plan, last_start.map(at));
        self.note("end");
        self.log
    }
}

impl World for Stage {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn chance(&mut self) -> u64 {
        self.chance
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Heard {
        let event = self.events.front().map_or(Timestamp::MAX, |(time, _)| *time);
        let end = self.running_until.unwrap_or(Timestamp::MAX);
        let until = until.unwrap_or(Timestamp::MAX);
        self.now = self.now.max(event.min(end).min(until));
        if end <= self.now {
            self.running_until = None;
            self.note("ended");
            return Heard::Ended;
        }
        if event <= self.now
            && let Some((_, heard)) = self.events.pop_front()
        {
            return heard;
        }
        Heard::Time
    }

    fn start(&mut self, _due: Timestamp, reason: Reason) -> bool {
        assert!(self.running_until.is_none(), "two runs at once");
        self.running_until = Some(self.now + self.length);
        match reason {
            Reason::Due => self.note("start"),
            Reason::MadeUp(missed) => self.note(&format!("start for {} missed", missed.count)),
        }
        true
    }

    fn pass_on(&mut self) {
        self.note("pass on");
        self.running_until = Some(self.now);
    }

    fn tell(&mut self, told: Told) {
        match told {
            Told::Missed(missed) => self.note(&format!("missed {}", missed.count)),
            Told::Overlapped(missed) => self.note(&format!("overlapped {}", missed.count)),
            Told::ClockBack => self.note("clock back"),
        }
    }

    fn planned(&mut self, _next: Option<Timestamp>) {}
}

#[test]
fn runs_start_when_they_are_due_and_a_stop_ends_the_loop() {
    let stage = Stage::new("2026-01-01T01:00:00Z", 10, vec![("2026-01-02T03:00:00Z", Heard::Stop)]);

    let log = stage.goes(plan(&["02:00", "14:00"]), None);

    assert_eq!(
        log,
        [
            "01 02:00 start",
            "01 02:10 ended",
            "01 14:00 start",
            "01 14:10 ended",
            "02 02:00 start",
            "02 02:10 ended",
            "02 03:00 end"
        ]
    );
}

#[test]
fn a_stop_during_a_run_is_passed_on_and_waits_for_its_end() {
    let stage = Stage::new("2026-01-01T01:00:00Z", 60, vec![("2026-01-01T02:30:00Z", Heard::Stop)]);

    let log = stage.goes(plan(&["02:00"]), None);

    assert_eq!(log, ["01 02:00 start", "01 02:30 pass on", "01 02:30 ended", "01 02:30 end"]);
}

#[test]
fn what_was_missed_while_it_was_off_is_made_up_for_once() {
    let events = || vec![("2026-01-05T13:00:00Z", Heard::Stop)];
    let stage = Stage::new("2026-01-05T12:00:00Z", 10, events());
    let log = stage.goes(plan(&["02:00", "14:00"]), Some("2026-01-03T02:00:05Z"));
    assert_eq!(log, ["05 12:00 start for 4 missed", "05 12:10 ended", "05 13:00 end"]);

    let stage = Stage::new("2026-01-05T12:00:00Z", 10, events());
    let not_wanted = Plan { catch_up: false, ..plan(&["02:00", "14:00"]) };
    assert_eq!(stage.goes(not_wanted, Some("2026-01-03T02:00:05Z")), ["05 12:00 missed 4", "05 13:00 end"]);

    let stage = Stage::new("2026-01-05T12:00:00Z", 10, events());
    assert_eq!(
        stage.goes(plan(&["02:00"]), Some("2026-01-05T02:00:05Z")),
        ["05 13:00 end"],
        "nothing missed"
    );

    let stage = Stage::new("2026-01-05T12:00:00Z", 10, events());
    assert_eq!(stage.goes(plan(&["02:00"]), None), ["05 13:00 end"], "the first start ever");
}

#[test]
fn what_is_due_during_a_run_is_told_and_not_run() {
    let stage = Stage::new("2026-01-01T01:00:00Z", 25 * 60, vec![("2026-01-02T12:00:00Z", Heard::Stop)]);

    let log = stage.goes(plan(&["02:00", "14:00"]), None);

    assert_eq!(log, ["01 02:00 start", "02 03:00 ended", "02 03:00 overlapped 2", "02 12:00 end"]);
}

#[test]
fn a_start_is_put_off_by_chance_but_not_beyond_the_delay() {
    let plan = Plan { random_delay: SignedDuration::from_mins(10), ..plan(&["02:00"]) };
    let mut stage = Stage::new("2026-01-01T01:00:00Z", 1, vec![("2026-01-01T03:00:00Z", Heard::Stop)]);
    stage.chance = 7 * 60;
    assert_eq!(stage.goes(plan.clone(), None)[0], "01 02:07 start");

    let mut stage = Stage::new("2026-01-01T01:00:00Z", 1, vec![("2026-01-01T03:00:00Z", Heard::Stop)]);
    stage.chance = u64::MAX;
    let minute = stage.goes(plan, None)[0].clone();
    assert!(("01 02:00 start"..="01 02:10 start").contains(&minute.as_str()), "{minute}");
}

#[test]
fn a_new_plan_counts_at_once_and_runs_nothing_of_the_past() {
    let later = Heard::Plan(Box::new(plan(&["09:00", "11:00"])));
    let events = vec![("2026-01-01T10:00:00Z", later), ("2026-01-01T15:00:00Z", Heard::Stop)];

    let log = Stage::new("2026-01-01T03:00:00Z", 10, events).goes(plan(&["14:00"]), None);

    assert_eq!(log, ["01 11:00 start", "01 11:10 ended", "01 15:00 end"]);
}

#[test]
fn a_run_that_is_put_off_survives_a_new_plan() {
    let delayed = |times| Plan { random_delay: SignedDuration::from_mins(30), ..plan(times) };
    let other = Heard::Plan(Box::new(delayed(&["02:00", "20:00"])));
    let events = vec![("2026-01-01T02:05:00Z", other), ("2026-01-01T15:00:00Z", Heard::Stop)];
    let mut stage = Stage::new("2026-01-01T01:00:00Z", 1, events);
    stage.chance = 20 * 60;

    let log = stage.goes(delayed(&["02:00"]), None);

    assert_eq!(log, ["01 02:20 start", "01 02:21 ended", "01 15:00 end"]);
}

#[test]
fn a_machine_that_slept_makes_up_once_when_it_wakes() {
    let sleep = |catch_up| {
        let begun = at("2026-01-01T01:00:00Z");
        let plan = Plan { catch_up, ..plan(&["02:00", "14:00"]) };
        let (mut rounds, step) = Rounds::begin(plan, None, begun, 0);
        assert_eq!(step.order, Order::Wait(Some(at("2026-01-01T02:00:00Z"))));
        rounds.step(at("2026-01-02T08:00:00Z"), Heard::Time, 0)
    };

    assert!(
        matches!(sleep(true).order, Order::Start { reason: Reason::MadeUp(missed), .. } if missed.count == 3)
    );
    let told = sleep(false);
    assert!(matches!(told.told[..], [Told::Missed(missed)] if missed.count == 3));
    assert_eq!(told.order, Order::Wait(Some(at("2026-01-02T14:00:00Z"))));
}

#[test]
fn a_clock_that_was_years_ahead_does_not_stop_the_rounds() {
    let begun = at("2036-01-01T01:00:00Z");
    let (mut rounds, _) = Rounds::begin(plan(&["02:00"]), None, begun, 0);

    let step = rounds.step(at("2026-01-01T01:30:00Z"), Heard::Time, 0);

    assert_eq!(step.told, [Told::ClockBack]);
    assert_eq!(step.order, Order::Wait(Some(at("2026-01-01T02:00:00Z"))));
}

#[test]
fn a_clock_that_goes_back_a_little_runs_nothing_twice() {
    let (mut rounds, _) = Rounds::begin(plan(&["02:00"]), None, at("2026-01-01T01:00:00Z"), 0);
    let start = rounds.step(at("2026-01-01T02:00:00Z"), Heard::Time, 0);
    assert!(matches!(start.order, Order::Start { .. }));
    rounds.step(at("2026-01-01T02:01:00Z"), Heard::Ended, 0);

    let step = rounds.step(at("2026-01-01T01:59:00Z"), Heard::Time, 0);

    assert_eq!(step.order, Order::Wait(Some(at("2026-01-02T02:00:00Z"))));
}

#[test]
fn a_run_that_could_not_be_started_does_not_end_the_loop() {
    struct Broken(Stage);
    impl World for Broken {
        fn now(&mut self) -> Timestamp {
            self.0.now()
        }
        fn chance(&mut self) -> u64 {
            0
        }
        fn wait(&mut self, until: Option<Timestamp>) -> Heard {
            self.0.wait(until)
        }
        fn start(&mut self, _due: Timestamp, _reason: Reason) -> bool {
            self.0.note("no start");
            false
        }
        fn pass_on(&mut self) {}
        fn tell(&mut self, told: Told) {
            self.0.tell(told);
        }
        fn planned(&mut self, _next: Option<Timestamp>) {}
    }
    let mut world =
        Broken(Stage::new("2026-01-01T01:00:00Z", 0, vec![("2026-01-02T03:00:00Z", Heard::Stop)]));

    run(&mut world, plan(&["02:00"]), None);

    assert_eq!(world.0.log, ["01 02:00 no start", "02 02:00 no start"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// However long runs take and however often the program is started anew: each time of the calendar is run, made
    /// up for, or told, and never two of them.
    #[test]
    fn every_due_time_ends_as_a_run_or_as_a_word(
        lengths in 1_i64..3000,
        every in proptest::sample::select(vec![60_u16, 180, 360, 720]),
        catch_up in any::<bool>(),
        delay in 0_i64..30,
        chance in any::<u64>(),
        stops in proptest::collection::vec(1_i64..40_000, 0..5),
    ) {
        let begin = at("2026-03-27T00:10:00Z");
        let calendar = Calendar::every(every, Days::ALL, TimeZone::get("Europe/Berlin").unwrap()).unwrap();
        let plan = Plan { calendar: calendar.clone(), random_delay: SignedDuration::from_mins(delay), catch_up };
        let mut instants: Vec<Timestamp> = stops.iter().map(|m| begin + SignedDuration::from_mins(*m)).collect();
        instants.push(begin + SignedDuration::from_mins(40_001));
        instants.sort_unstable();
        let mut counted = Counting::new(begin, lengths, chance);
        for stop in instants {
            counted.stop_at = stop;
            let last_run = counted.last_run;
            run(&mut counted, plan.clone(), Some(last_run));
        }

        let settled = counted.settled;
        prop_assert_eq!(settled.count, calendar.due_between(begin, settled.until).count());
        // One that is due and put off by chance is settled by the next start of the program.
        prop_assert!(calendar.due_between(settled.until, counted.now).count() <= 1);
    }
}

/// What is settled of the calendar: how many, and until when.
#[derive(Debug, Clone, Copy)]
struct Settled {
    count: usize,
    until: Timestamp,
}

struct Counting {
    now: Timestamp,
    length: SignedDuration,
    running_until: Option<Timestamp>,
    stop_at: Timestamp,
    chance: u64,
    /// The end of the last run, or its start while it is active.
    last_run: Timestamp,
    settled: Settled,
}

impl Counting {
    fn new(now: Timestamp, minutes: i64, chance: u64) -> Self {
        Self {
            now,
            length: SignedDuration::from_mins(minutes),
            running_until: None,
            stop_at: now,
            chance,
            last_run: now,
            settled: Settled { count: 0, until: now },
        }
    }

    fn count(&mut self, count: usize, until: Timestamp) {
        self.settled = Settled { count: self.settled.count + count, until };
    }
}

impl World for Counting {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn chance(&mut self) -> u64 {
        self.chance
    }

    fn wait(&mut self, until: Option<Timestamp>) -> Heard {
        let end = self.running_until.unwrap_or(Timestamp::MAX);
        let stop = self.stop_at.max(self.now);
        self.now = self.now.max(until.unwrap_or(Timestamp::MAX).min(end).min(stop));
        if end <= self.now {
            self.running_until = None;
            self.last_run = self.now;
            return Heard::Ended;
        }
        if stop <= self.now { Heard::Stop } else { Heard::Time }
    }

    fn start(&mut self, due: Timestamp, reason: Reason) -> bool {
        assert!(self.running_until.is_none(), "two runs at once");
        self.running_until = Some(self.now + self.length);
        self.last_run = self.now;
        match reason {
            Reason::Due => self.count(1, due),
            Reason::MadeUp(missed) => self.count(missed.count, missed.last),
        }
        true
    }

    fn pass_on(&mut self) {
        self.running_until = Some(self.now);
    }

    fn tell(&mut self, told: Told) {
        match told {
            Told::Missed(missed) | Told::Overlapped(missed) => self.count(missed.count, missed.last),
            Told::ClockBack => panic!("the clock goes ahead only"),
        }
    }

    fn planned(&mut self, _next: Option<Timestamp>) {}
}
