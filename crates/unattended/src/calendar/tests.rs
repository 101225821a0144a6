//! What the clock does to schedules, by example.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn times(texts: &[&str], zone_name: &str) -> Calendar {
    let times = texts.iter().map(|text| read_time(text).unwrap()).collect();
    Calendar::at(times, Days::ALL, zone(zone_name)).unwrap()
}

fn every(minutes: u16, zone_name: &str) -> Calendar {
    Calendar::every(minutes, Days::ALL, zone(zone_name)).unwrap()
}

fn due(calendar: &Calendar, after: &str, until: &str) -> Vec<String> {
    calendar.due_between(at(after), at(until)).map(|due| due.to_string()).collect()
}

#[test]
fn the_next_run_is_later_today_or_tomorrow() {
    let calendar = times(&["14:00", "02:00"], "Europe/Berlin");

    assert_eq!(calendar.next_after(at("2026-01-10T00:59:59Z")), Some(at("2026-01-10T01:00:00Z")));
    assert_eq!(calendar.next_after(at("2026-01-10T01:00:00Z")), Some(at("2026-01-10T13:00:00Z")));
    assert_eq!(calendar.next_after(at("2026-01-10T13:00:00Z")), Some(at("2026-01-11T01:00:00Z")));
    assert_eq!(calendar.last_until(at("2026-01-10T01:00:00Z")), Some(at("2026-01-10T01:00:00Z")));
    assert_eq!(calendar.last_until(at("2026-01-10T00:59:59Z")), Some(at("2026-01-09T13:00:00Z")));
}

#[test]
fn a_time_that_does_not_exist_is_due_at_the_next_instant_that_does() {
    let calendar = times(&["02:30"], "Europe/Berlin");

    let found = due(&calendar, "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z");

    assert_eq!(found, ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
}

#[test]
fn two_times_of_which_one_does_not_exist_are_one_run_when_they_meet() {
    let calendar = times(&["02:30", "03:00"], "Europe/Berlin");

    let found = due(&calendar, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");

    assert_eq!(found, ["2026-03-29T01:00:00Z"]);
}

#[test]
fn a_time_that_exists_twice_is_due_once_at_the_first() {
    let calendar = times(&["02:30"], "Europe/Berlin");

    let found = due(&calendar, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");

    assert_eq!(found, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
}

#[test]
fn a_short_interval_keeps_its_distance_when_the_clock_jumps() {
    let calendar = every(30, "Europe/Berlin");
    for (after, until) in
        [("2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"), ("2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z")]
    {
        let found: Vec<Timestamp> = calendar.due_between(at(after), at(until)).collect();

        assert_eq!(found.len(), 20, "{after}");
        assert!(
            found.windows(2).all(|two| two[1].duration_since(two[0]) == SignedDuration::from_mins(30)),
            "{found:?}"
        );
    }
}

#[test]
fn a_long_interval_stands_on_the_clock() {
    let calendar = every(360, "Europe/Berlin");

    let found = due(&calendar, "2026-10-24T15:00:00Z", "2026-10-25T12:00:00Z");

    assert_eq!(
        found,
        ["2026-10-24T16:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z", "2026-10-25T11:00:00Z"]
    );
}

#[test]
fn a_midnight_that_is_skipped_is_not_a_lost_day() {
    // In Beirut the clock goes from 00:00 to 01:00.
    let calendar = every(1440, "Asia/Beirut");

    let found = due(&calendar, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z");

    assert_eq!(found, ["2026-03-27T22:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"]);
}

#[test]
fn a_day_that_a_country_skipped_runs_at_its_end() {
    // Samoa had no 30 December 2011.
    let calendar = times(&["12:00"], "Pacific/Apia");

    let found = due(&calendar, "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z");

    assert_eq!(found, ["2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"]);
}

#[test]
fn only_the_wanted_days_are_due_by_the_calendar_of_the_zone() {
    let days = read_days(["sun"]).unwrap();
    let calendar = Calendar::at(vec![read_time("00:30").unwrap()], days, zone("Europe/Berlin")).unwrap();

    let next = calendar.next_after(at("2026-11-21T12:00:00Z")).unwrap();

    assert_eq!(next, at("2026-11-21T23:30:00Z"), "Sunday in Berlin, Saturday in UTC");
    assert_eq!(calendar.next_after(next), Some(at("2026-11-28T23:30:00Z")));
}

#[test]
fn what_was_missed_is_counted() {
    let calendar = times(&["02:00", "14:00"], "UTC");

    let missed = calendar.missed(at("2026-01-01T02:00:00Z"), at("2026-01-03T14:00:00Z")).unwrap();

    assert_eq!((missed.count, missed.first), (5, at("2026-01-01T14:00:00Z")));
    assert_eq!(missed.last, at("2026-01-03T14:00:00Z"));
    assert_eq!(calendar.missed(at("2026-01-01T02:00:00Z"), at("2026-01-01T13:59:59Z")), None);
}

#[test]
fn a_day_without_one_of_the_times_is_found() {
    let from = at("2026-11-21T00:00:00Z");
    let found = |calendar: Calendar| calendar.missing_times(from).map(|(day, time)| format!("{day} {time}"));

    assert_eq!(found(times(&["02:30"], "Europe/Berlin")).as_deref(), Some("2027-03-28 02:30:00"));
    assert_eq!(found(times(&["03:00", "01:59"], "Europe/Berlin")), None);
    assert_eq!(found(times(&["02:30"], "UTC")), None);
    assert_eq!(found(every(1440, "Asia/Beirut")).as_deref(), Some("2027-03-28 00:00:00"));
}

#[test]
fn nothing_and_what_does_not_divide_a_day_is_no_calendar() {
    assert!(Calendar::at(Vec::new(), Days::ALL, TimeZone::UTC).is_none());
    assert!(Calendar::every(0, Days::ALL, TimeZone::UTC).is_none());
    assert!(Calendar::every(7, Days::ALL, TimeZone::UTC).is_none());
    assert!(Calendar::every(1440, Days::ALL, TimeZone::UTC).is_some());
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let calendar = every(360, "Europe/Berlin");

    assert_eq!(calendar.next_after(Timestamp::MAX), None);
    assert_eq!(calendar.last_until(Timestamp::MIN), None);
}

#[test]
fn the_shortest_way_to_the_next_run_counts_the_night() {
    let shortest = |texts| times(texts, "UTC").shortest();

    assert_eq!(shortest(&["02:00", "14:00"]), SignedDuration::from_hours(12));
    assert_eq!(shortest(&["00:10", "12:00", "23:50"]), SignedDuration::from_mins(20));
    assert_eq!(shortest(&["02:00"]), SignedDuration::from_hours(24));
    assert_eq!(every(15, "UTC").shortest(), SignedDuration::from_mins(15));
}
