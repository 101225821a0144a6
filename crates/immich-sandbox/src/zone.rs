//! Time zones as the server writes them, and the zone of a place.
//!
//! The server says `Europe/Paris` for a zone found by GPS and `UTC+2` for a plain offset. The wall clock
//! is kept as if it were UTC, so a photo at half past six in Paris has a `localDateTime` of 06:30Z.
//!
//! The real server knows the borders of all zones. Here a table of cities stands in: the nearest one wins,
//! which is right for a test that photographs near a city and wrong near borders.

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};

/// Cities with their zones: latitude, longitude, zone.
const CITIES: [(f64, f64, &str); 26] = [
    (52.52, 13.405, "Europe/Berlin"),
    (48.8566, 2.3522, "Europe/Paris"),
    (51.5074, -0.1278, "Europe/London"),
    (40.4168, -3.7038, "Europe/Madrid"),
    (41.9028, 12.4964, "Europe/Rome"),
    (59.3293, 18.0686, "Europe/Stockholm"),
    (37.9838, 23.7275, "Europe/Athens"),
    (55.7558, 37.6173, "Europe/Moscow"),
    (64.1466, -21.9426, "Atlantic/Reykjavik"),
    (40.7128, -74.006, "America/New_York"),
    (41.8781, -87.6298, "America/Chicago"),
    (39.7392, -104.9903, "America/Denver"),
    (34.0522, -118.2437, "America/Los_Angeles"),
    (19.4326, -99.1332, "America/Mexico_City"),
    (-23.5505, -46.6333, "America/Sao_Paulo"),
    (-34.6037, -58.3816, "America/Argentina/Buenos_Aires"),
    (30.0444, 31.2357, "Africa/Cairo"),
    (-1.2921, 36.8219, "Africa/Nairobi"),
    (-33.9249, 18.4241, "Africa/Johannesburg"),
    (28.6139, 77.209, "Asia/Kolkata"),
    (27.7172, 85.324, "Asia/Kathmandu"),
    (31.2304, 121.4737, "Asia/Shanghai"),
    (35.6762, 139.6503, "Asia/Tokyo"),
    (1.3521, 103.8198, "Asia/Singapore"),
    (-33.8688, 151.2093, "Australia/Sydney"),
    (-36.8485, 174.7633, "Pacific/Auckland"),
];

/// The zone of the nearest city of the table.
pub(crate) fn of_place(latitude: f64, longitude: f64) -> &'static str {
    let nearest = CITIES.iter().min_by(|a, b| {
        distance(latitude, longitude, a.0, a.1).total_cmp(&distance(latitude, longitude, b.0, b.1))
    });
    nearest.map_or("UTC", |(_, _, zone)| zone)
}

/// Grows with the distance on a sphere (haversine without the constant factors).
fn distance(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    half(lat2 - lat1) + lat1.to_radians().cos() * lat2.to_radians().cos() * half(lon2 - lon1)
}

/// The zone behind a name such as `Europe/Paris`, `UTC`, `UTC+2` or `UTC-3:30`.
pub(crate) fn parse(name: &str) -> Option<TimeZone> {
    match name.strip_prefix("UTC") {
        Some("") => Some(TimeZone::UTC),
        Some(rest) => parse_offset(rest).map(TimeZone::fixed),
        None => TimeZone::get(name).ok(),
    }
}

/// `+2`, `-03:30`, `+0200`, `Z`.
pub(crate) fn parse_offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, rest)) => (hours, rest.split(':').next().unwrap_or("0")),
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// `UTC`, `UTC+2`, `UTC-3:30`: how the server names an offset.
pub(crate) fn name_of(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    match (minutes / 60, (minutes % 60).abs()) {
        (0, 0) => "UTC".to_owned(),
        (0, rest) => format!("UTC{}0:{rest:02}", if minutes < 0 { '-' } else { '+' }),
        (hours, 0) => format!("UTC{hours:+}"),
        (hours, rest) => format!("UTC{hours:+}:{rest:02}"),
    }
}

/// What a clock on the wall showed, kept as if it were UTC. An unknown zone counts as UTC.
pub(crate) fn wall_clock(instant: Timestamp, zone: Option<&str>) -> Timestamp {
    let Some(zone) = zone.and_then(parse) else { return instant };
    let civil = zone.to_datetime(instant);
    TimeZone::UTC.to_timestamp(civil).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_named_as_the_server_names_them() {
        for (offset, name) in [
            ("+02:00", "UTC+2"),
            ("-04:00", "UTC-4"),
            ("+05:30", "UTC+5:30"),
            ("Z", "UTC"),
            ("-00:30", "UTC-0:30"),
        ] {
            assert_eq!(name_of(parse_offset(offset).unwrap()), name);
        }
    }

    #[test]
    fn a_named_offset_reads_back() {
        for text in ["+02:00", "-04:00", "+05:45"] {
            let offset = parse_offset(text).unwrap();

            assert_eq!(parse(&name_of(offset)), Some(TimeZone::fixed(offset)));
        }
    }

    #[test]
    fn the_wall_clock_of_a_recorded_photo() {
        // shared fixture asset-get-exif-faces: Europe/Paris, 04:30:10Z in July.
        let instant: Timestamp = "2024-07-03T04:30:10Z".parse().unwrap();

        assert_eq!(wall_clock(instant, Some("Europe/Paris")).to_string(), "2024-07-03T06:30:10Z");
        assert_eq!(wall_clock(instant, Some("UTC-4")).to_string(), "2024-07-03T00:30:10Z");
        assert_eq!(wall_clock(instant, None), instant);
    }

    #[test]
    fn the_nearest_city_gives_the_zone() {
        assert_eq!(of_place(35.6895, 139.6917), "Asia/Tokyo");
        assert_eq!(of_place(40.0, -73.0), "America/New_York");
    }
}
