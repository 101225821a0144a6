//! The clock of a place: Google gives moments without an offset, and a server shows the time of the place.
//!
//! Borders come from `tzf-rs` in the form that stays in the program as it is: 4 MiB in memory and 4 µs a question, where
//! the faster form takes 32 MiB.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tzf_rs::EmbeddedFinder;

/// Minutes east of Greenwich at a moment and a place, latitude and longitude in degrees.
pub(super) fn offset_at(moment: Timestamp, (latitude, longitude): (f64, f64)) -> Option<i32> {
    static ZONES: OnceLock<EmbeddedFinder> = OnceLock::new();
    let name = ZONES.get_or_init(EmbeddedFinder::new).get_tz_name(longitude, latitude);
    let zone = TimeZone::get(name).ok()?;
    Some(zone.to_offset(moment).seconds() / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_own_clock_in_summer_and_in_winter() {
        let at = |second, place| offset_at(Timestamp::from_second(second).unwrap(), place);
        let (summer, winter) = (1_561_000_000, 1_577_000_000);

        assert_eq!(at(summer, (52.52, 13.405)), Some(120));
        assert_eq!(at(winter, (52.52, 13.405)), Some(60));
        assert_eq!(at(summer, (-44.7, 169.14)), Some(720));
        assert_eq!(at(summer, (27.7, 85.3)), Some(345));
        assert_eq!(at(summer, (40.76, -111.89)), Some(-360));
        assert_eq!(at(summer, (30.0, -40.0)), Some(-180), "at sea");
    }
}
