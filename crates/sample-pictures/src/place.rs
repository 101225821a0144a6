//! A place on Earth, and the two ways in which files spell it.

/// A place in degrees of WGS 84, north and east positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gps {
    /// Degrees, -90 to 90.
    pub latitude: f64,
    /// Degrees, -180 to 180.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude: Option<f64>,
}

impl Gps {
    /// A place without an altitude.
    pub fn new(latitude: f64, longitude: f64) -> Self {
        Self { latitude, longitude, altitude: None }
    }

    /// The same place, so many metres above the sea.
    #[must_use]
    pub fn altitude(mut self, metres: f64) -> Self {
        self.altitude = Some(metres);
        self
    }

    /// The form of videos: `+52.5200+013.4050+034.000/`.
    pub fn iso_6709(&self) -> String {
        let altitude = self.altitude.map_or_else(String::new, |metres| format!("{metres:+08.3}"));
        format!("{:+08.4}{:+09.4}{altitude}/", self.latitude, self.longitude)
    }
}

/// Degrees, minutes and seconds as EXIF writes them: three fractions, the seconds in 1/10000.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an absolute number of degrees up to 180 has at most 6.48e9 ten-thousandths of a second"
)]
pub(crate) fn degrees_as_fractions(degrees: f64) -> Vec<(u32, u32)> {
    let all = (degrees.abs().min(180.0) * 36_000_000.0).round() as u64;
    let part = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    vec![(part(all / 36_000_000), 1), (part(all / 600_000 % 60), 1), (part(all % 600_000), 10_000)]
}

/// A positive number as a fraction of 1/100.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and the number is positive"
)]
pub(crate) fn hundredths(value: f64) -> (u32, u32) {
    ((value.abs() * 100.0).round() as u32, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_become_whole_degrees_minutes_and_seconds() {
        assert_eq!(degrees_as_fractions(-52.52), [(52, 1), (31, 1), (120_000, 10_000)]);
    }

    #[test]
    fn a_second_that_rounds_up_does_not_become_sixty() {
        assert_eq!(degrees_as_fractions(9.999_999_999_99), [(10, 1), (0, 1), (0, 10_000)]);
    }

    #[test]
    fn a_place_in_the_southern_west_has_two_minus_signs() {
        assert_eq!(Gps::new(-33.9, -70.5).altitude(12.5).iso_6709(), "-33.9000-070.5000+012.500/");
    }
}
