//! What holds for every schedule in every zone at every time.

use jiff::civil::time;
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe", // half an hour of daylight saving time
    "Asia/Beirut",         // the clock jumps at midnight
    "America/Havana",      // midnight exists twice
    "Africa/Casablanca",   // daylight saving time the other way round
    "Pacific/Apia",        // skipped a day in 2011
    "Asia/Kathmandu",      // 45 minutes off the hour
];

fn instants() -> impl Strategy<Value = Timestamp> {
    // 2005 to 2037, around the changes and anywhere.
    (1_104_537_600_i64..2_114_380_800).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn rules() -> impl Strategy<Value = Rule> {
    let minutes: Vec<u16> =
        (1..=DAY).filter(|minutes| DAY.is_multiple_of(*minutes) && *minutes >= 10).collect();
    let moment = (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0));
    prop_oneof![
        proptest::collection::vec(moment, 1..5).prop_map(Rule::At),
        proptest::sample::select(minutes).prop_map(Rule::Every),
    ]
}

fn calendars() -> impl Strategy<Value = Calendar> {
    (rules(), 1_u8..128, proptest::sample::select(&ZONES[..])).prop_map(|(rule, days, name)| {
        let days = Days::of(Days::ALL.iter().enumerate().filter(|(n, _)| days >> n & 1 == 1).map(|(_, d)| d));
        let zone = TimeZone::get(name).unwrap();
        match rule {
            Rule::At(times) => Calendar::at(times, days.unwrap(), zone).unwrap(),
            Rule::Every(minutes) => Calendar::every(minutes, days.unwrap(), zone).unwrap(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn next_and_last_are_each_others_opposite(calendar in calendars(), instant in instants()) {
        let next = calendar.next_after(instant).unwrap();
        let last = calendar.last_until(instant).unwrap();

        prop_assert!(last <= instant && instant < next);
        prop_assert_eq!(calendar.next_after(last), Some(next), "nothing is between them");
        prop_assert_eq!(calendar.last_until(next), Some(next));
    }

    #[test]
    fn whoever_asks_in_between_gets_the_same_runs(
        calendar in calendars(),
        start in instants(),
        hours in 1_i64..400,
        stops in proptest::collection::vec(0_i64..1_440_000, 0..6),
    ) {
        let end = start + SignedDuration::from_hours(hours);
        let whole: Vec<Timestamp> = calendar.due_between(start, end).collect();

        // A program that is started again and again, at any instants.
        let mut stops: Vec<Timestamp> = stops.into_iter().map(|s| start + SignedDuration::from_secs(s)).collect();
        stops.retain(|stop| *stop < end);
        stops.sort_unstable();
        stops.push(end);
        let mut from = start;
        let mut parts = Vec::new();
        for stop in stops {
            parts.extend(calendar.due_between(from, stop));
            from = stop;
        }

        prop_assert_eq!(&parts, &whole);
        let mut walked = Vec::new();
        let mut at = start;
        while let Some(next) = calendar.next_after(at).filter(|next| *next <= end) {
            walked.push(next);
            at = next;
        }
        prop_assert_eq!(walked, whole);
    }

    #[test]
    fn every_wanted_day_has_each_of_its_times_once(
        calendar in calendars(),
        instant in instants(),
    ) {
        let day = calendar.zone.to_datetime(instant).date();
        let due = calendar.due_on(day);

        let wanted = if calendar.days.contains(day.weekday()) { calendar.times().len() } else { 0 };
        let is_at = matches!(calendar.rule, Rule::At(_));
        prop_assert!(!is_at || due.len() <= wanted, "no time twice");
        prop_assert_eq!(due.is_empty(), wanted == 0, "no wanted day without a run");
        for due in due {
            let clock = calendar.zone.to_datetime(due);
            let on_time = calendar.times().contains(&clock.time());
            let changed = calendar.zone.preceding(due + SignedDuration::from_nanos(1)).next();
            prop_assert!(on_time || changed.is_some_and(|change| change.timestamp() == due), "{due}");
        }
    }

    #[test]
    fn an_interval_is_never_much_longer_than_it_says(
        minutes in proptest::sample::select(vec![10_u16, 15, 30, 60, 120, 360, 720, 1440]),
        name in proptest::sample::select(&ZONES[..8]),
        instant in instants(),
    ) {
        let calendar = Calendar::every(minutes, Days::ALL, TimeZone::get(name).unwrap()).unwrap();

        let next = calendar.next_after(instant).unwrap();
        let after = calendar.next_after(next).unwrap();

        let distance = after.duration_since(next);
        prop_assert!(distance <= SignedDuration::from_mins(i64::from(minutes) + 60), "{distance:?}");
    }
}
