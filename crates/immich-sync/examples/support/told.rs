//! What the server says of a photo: all five data, with everything in them that is hard to write.

use anyhow::Context as _;
use immich_sandbox::{Asset, PersonId, Scenario};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

/// People's names: an umlaut, a comma, signs that mean something to Perl and to XML, no Latin letter at all.
pub(crate) const NAMES: [&str; 4] = ["Anna Müller", "Bob, Jr. <$1 @x & 'y'>", "美咲", "Zoë 🚤 %d"];

/// Text in which a careless writer finds variables, files, options or an end of a line.
const HARD: [&str; 5] = [
    "写真 🚤 costs $5 @home 100 %d \"quoted\" <b>&amp;</b>\nsecond line",
    "Zwei Wochen später: Größe 5 µm, \u{20ac} 3,50 \\n \\ `id` $(id)",
    "-all= \n-execute\n-o x.jpg",
    "\u{645}\u{631}\u{62d}\u{628}\u{627} \u{5e9}\u{5dc}\u{5d5}\u{5dd} #[CSTR] {ready}",
    "plain words",
];

const ZONES: [&str; 4] = ["Asia/Kathmandu", "America/St_Johns", "Europe/Berlin", "Pacific/Chatham"];

/// 2001-02-03T04:05:06Z, a time that no file of ours was taken at.
const EPOCH: i64 = 981_173_106;

/// All five data of one photo.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The caption.
    pub(crate) caption: String,
    /// Which of [`NAMES`] are shown.
    pub(crate) people: [usize; 2],
    /// Stars, 1 to 5.
    pub(crate) stars: i8,
    /// Degrees north.
    pub(crate) latitude: f64,
    /// Degrees east.
    pub(crate) longitude: f64,
    /// When it was taken, on the clock of the place.
    pub(crate) taken: Zoned,
}

impl Told {
    /// Other data for every number; they differ from those of a neighbouring number in everything but people.
    pub(crate) fn number(number: u64) -> anyhow::Result<Self> {
        let pick = |of: usize, shift: u64| usize::try_from((number + shift) % of as u64).unwrap_or(0);
        let step = i16::try_from(number % 8_000).unwrap_or(0);
        let sign = if number.is_multiple_of(2) { -1.0 } else { 1.0 };
        let instant = Timestamp::from_second(EPOCH)?
            .checked_add(SignedDuration::from_secs(i64::try_from(number % 100_000)? * 3_601))?;
        let zone = TimeZone::get(ZONES[pick(ZONES.len(), 0)]).context("a zone of the harness")?;
        Ok(Self {
            caption: format!("#{number} {}", HARD[pick(HARD.len(), 0)]),
            people: [pick(NAMES.len(), 0), pick(NAMES.len(), 1)],
            stars: i8::try_from(number % 5)? + 1,
            latitude: sign * (10.0 + f64::from(step) / 100.0),
            longitude: -sign * (20.0 + f64::from(step) / 50.0),
            taken: instant.to_zoned(zone),
        })
    }

    /// Tells the server. The asset has a face for each of the two people.
    pub(crate) fn put(&self, asset: &mut Asset, people: &[PersonId]) {
        asset.description = Some(self.caption.clone());
        asset.rating = Some(self.stars);
        (asset.latitude, asset.longitude) = (Some(self.latitude), Some(self.longitude));
        asset.set_taken(Some(self.taken.timestamp()), self.taken.time_zone().iana_name());
        for (face, index) in asset.faces.iter_mut().zip(self.people) {
            face.person = people.get(index).copied();
        }
    }

    /// The names.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.people.iter().filter_map(|index| NAMES.get(*index).copied()).collect()
    }

    /// `2024:07:01 12:00:00` on the clock of the place.
    pub(crate) fn wall(&self) -> String {
        self.taken.strftime("%Y:%m:%d %H:%M:%S").to_string()
    }

    /// `+05:45`.
    pub(crate) fn offset(&self) -> String {
        self.taken.strftime("%:z").to_string()
    }

    /// The same moment in UTC, without a sign that it is.
    pub(crate) fn utc(&self) -> String {
        self.taken.with_time_zone(TimeZone::UTC).strftime("%Y:%m:%d %H:%M:%S").to_string()
    }
}

/// Makes the people known to the server.
pub(crate) fn introduce(scenario: &mut Scenario) -> Vec<PersonId> {
    NAMES.iter().map(|name| scenario.person(name)).collect()
}
