//! What a keeper gets of its copies before they go to the trash, and what keeps a copy from going there.
//!
//! Immich's own page hands over albums, the heart, stars, captions and tags, and loses dates and people. Here nothing is
//! lost: what cannot be handed over, or not taken back by an undo (the server has no way to take a place away), keeps the
//! copy out of the trash.

use std::collections::BTreeSet;

use immich_api::{Asset, AssetId, Face, FaceArea, PersonId};
use jiff::Timestamp;

use crate::deeds::caption::with_line;
use crate::deeds::look::{stars, value_of};
use crate::deeds::{DrawnFace, Setting, Value};

/// By how much the shapes of two pictures may differ before a place in one says nothing about the other.
const SHAPE: f64 = 0.02;
/// Dates before are those of a clock that was never set, or of another century's photo, which has no camera.
const EARLIEST: i64 = 631_152_000;

/// A photo with what it may have to hand over.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Owner {
    pub(super) asset: AssetId,
    is_favourite: bool,
    is_archived: Option<bool>,
    stars: Option<u8>,
    description: String,
    taken: Option<(Timestamp, Option<String>)>,
    has_camera: bool,
    has_position: bool,
    has_live_part: bool,
    /// Cropped or turned in Immich, which is kept nowhere else.
    is_edited: bool,
    /// Width by height as shown.
    shape: Option<f64>,
    /// In a stack of several, by the name of that, and whether it is shown for all of them.
    stack: Option<(immich_api::StackId, bool)>,
    tags: Option<BTreeSet<String>>,
    /// Named people with the boxes of their faces.
    people: Vec<(PersonId, String, Face)>,
}

impl Owner {
    /// What the server says of an asset and its faces.
    pub(super) fn of(asset: &Asset, faces: Vec<Face>) -> Self {
        let exif = asset.exif.clone().unwrap_or_default();
        let people = faces.into_iter().filter_map(|face| {
            let person = face.person.clone().filter(|person| !person.name.is_empty())?;
            Some((person.id, person.name, face))
        });
        Self {
            asset: asset.id.clone(),
            is_favourite: asset.is_favorite == Some(true),
            is_archived: match value_of(asset, &Value::Archived(false)) {
                Some(Value::Archived(is_archived)) => Some(is_archived),
                _ => None,
            },
            stars: stars(&exif),
            description: exif.description.unwrap_or_default().trim().to_owned(),
            taken: exif.date_time_original.map(|instant| (instant, exif.time_zone)),
            has_camera: exif.make.is_some() && exif.model.is_some(),
            has_position: exif.latitude.is_some() && exif.longitude.is_some(),
            has_live_part: asset.live_photo_video_id.is_some(),
            is_edited: asset.is_edited,
            shape: asset.shown_size().map(|(width, height)| f64::from(width) / f64::from(height.max(1))),
            stack: asset
                .stack
                .as_ref()
                .filter(|stack| stack.asset_count.is_none_or(|count| count > 1))
                .map(|stack| (stack.id.clone(), stack.primary == asset.id)),
            tags: asset.tags.as_ref().map(|tags| tags.iter().map(|tag| tag.value.clone()).collect()),
            people: people.collect(),
        }
    }

    /// Why `self` must not go to the trash while `keeper` stays; `None` when it may.
    pub(super) fn objection(&self, keeper: &Self) -> Option<String> {
        if self.has_live_part && !keeper.has_live_part {
            return Some("it has the moving part of a live photo, and the keeper has none".to_owned());
        }
        if self.is_edited {
            return Some("it was edited in Immich, and the edit would go with it".to_owned());
        }
        if let Some((stack, is_shown)) = &self.stack {
            if keeper.stack.as_ref().is_none_or(|(other, _)| other != stack) {
                return Some("it is in a stack without the keeper".to_owned());
            }
            if *is_shown {
                return Some(
                    "it is shown for its stack, and the keeper would be hidden behind it".to_owned(),
                );
            }
        }
        if self.has_position && !keeper.has_position {
            return Some(
                "it has a place, and the keeper has none; give the keeper one in Immich first".to_owned(),
            );
        }
        if self.tags.is_none() || keeper.tags.is_none() {
            return Some("the server does not say which tags it has".to_owned());
        }
        if keeper.is_archived.is_none() {
            return Some("the keeper is hidden or locked".to_owned());
        }
        self.people.iter().find(|(person, ..)| !keeper.shows(person)).and_then(|(_, name, face)| {
            keeper
                .place_of(face)
                .is_none()
                .then(|| format!("{name} is marked on it, and its shape is another one than the keeper's"))
        })
    }

    /// Leaves out tags that say something about its place in a group, and nothing about the photo.
    pub(super) fn without_tags(mut self, is_of_group: impl Fn(&str) -> bool) -> Self {
        if let Some(tags) = &mut self.tags {
            tags.retain(|tag| !is_of_group(tag));
        }
        self
    }

    fn shows(&self, person: &PersonId) -> bool {
        self.people.iter().any(|(known, ..)| known == person)
    }

    /// Where a face of a copy is, when the pictures have the same shape. The box is kept in the pixels of the copy: the
    /// server scales it.
    fn place_of(&self, face: &Face) -> Option<FaceArea> {
        let of_face = |face: &Face| face.image_width / face.image_height;
        let ours = self.people.first().map(|(.., ours)| of_face(ours)).or(self.shape)?;
        let theirs = of_face(face);
        let differs = (ours - theirs).abs() / theirs;
        // What is no number is no shape.
        if !differs.is_finite() || differs > SHAPE {
            return None;
        }
        Some(FaceArea {
            x: pixels(face.x1)?,
            y: pixels(face.y1)?,
            width: pixels(face.x2 - face.x1).filter(|width| *width > 0)?,
            height: pixels(face.y2 - face.y1).filter(|height| *height > 0)?,
            image_width: pixels(face.image_width).filter(|width| *width > 0)?,
            image_height: pixels(face.image_height).filter(|height| *height > 0)?,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just found to fit")]
fn pixels(edge: f64) -> Option<u32> {
    let edge = edge.round();
    (0.0..=f64::from(u32::MAX)).contains(&edge).then_some(edge as u32)
}

/// What a keeper gets.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Gifts {
    pub(super) settings: Vec<Setting>,
    pub(super) tags: Vec<String>,
    pub(super) faces: Vec<DrawnFace>,
}

/// All that the copies have and the keeper has not.
pub(super) fn gifts(keeper: &Owner, copies: &[&Owner], now: Timestamp) -> Gifts {
    let mut gifts = Gifts::default();
    let mut set = |before: Value, after: Value| {
        if before != after {
            gifts.settings.push(Setting { asset: keeper.asset.clone(), before, after });
        }
    };
    let any_favourite = keeper.is_favourite || copies.iter().any(|copy| copy.is_favourite);
    set(Value::Favourite(keeper.is_favourite), Value::Favourite(any_favourite));
    let is_hidden_away = keeper.is_archived == Some(true);
    let stays_away = is_hidden_away && !copies.iter().any(|copy| copy.is_archived == Some(false));
    set(Value::Archived(is_hidden_away), Value::Archived(stays_away));
    let stars = copies.iter().filter_map(|copy| copy.stars).chain(keeper.stars).max();
    set(Value::Rating(keeper.stars), Value::Rating(stars));
    let text = captions(keeper, copies);
    set(Value::Description(keeper.description.clone()), Value::Description(text));
    if let (Some(own), Some(better)) = (&keeper.taken, date(keeper, copies, now)) {
        let value = |(instant, zone): &(Timestamp, Option<String>)| Value::Taken {
            instant: *instant,
            zone: zone.clone(),
        };
        set(value(own), value(better));
    }
    let own = keeper.tags.clone().unwrap_or_default();
    let tags: BTreeSet<String> =
        copies.iter().filter_map(|copy| copy.tags.as_ref()).flatten().cloned().collect();
    gifts.tags = tags.difference(&own).cloned().collect();
    for (person, _, face) in copies.iter().flat_map(|copy| &copy.people) {
        let is_new = !keeper.shows(person) && gifts.faces.iter().all(|drawn| drawn.person != *person);
        if let Some(area) = keeper.place_of(face).filter(|_| is_new) {
            gifts.faces.push(DrawnFace {
                asset: keeper.asset.clone(),
                person: person.clone(),
                name: None,
                area,
            });
        }
    }
    gifts
}

/// The captions one below the other, each once, without lines of ours.
fn captions(keeper: &Owner, copies: &[&Owner]) -> String {
    let mut text = keeper.description.clone();
    for copy in copies {
        let theirs = with_line(&copy.description, None);
        let theirs = theirs.trim();
        if !theirs.is_empty() && !says(&text, theirs) {
            text = if text.is_empty() { theirs.to_owned() } else { format!("{text}\n{theirs}") };
        }
    }
    text
}

/// Whether these words stand in a text, and not only inside of longer ones.
fn says(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// A better date than that of a keeper that does not come from a camera: what a camera said, or else the earliest that a
/// clock may have shown.
fn date<'a>(
    keeper: &'a Owner,
    copies: &[&'a Owner],
    now: Timestamp,
) -> Option<&'a (Timestamp, Option<String>)> {
    if keeper.has_camera {
        return None;
    }
    let is_plausible = |taken: &&(Timestamp, _)| taken.0.as_second() >= EARLIEST && taken.0 <= now;
    let of = |cameras: bool| {
        let asked = copies.iter().filter(|copy| !cameras || copy.has_camera);
        asked.filter_map(|copy| copy.taken.as_ref()).filter(is_plausible).min()
    };
    if let Some(camera) = of(true) {
        return Some(camera);
    }
    let own = keeper.taken.as_ref()?;
    of(false).filter(|earliest| earliest.0 < own.0 || !is_plausible(&own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(number: u128) -> Owner {
        Owner {
            asset: AssetId::from_u128(number),
            is_favourite: false,
            is_archived: Some(false),
            stars: None,
            description: String::new(),
            taken: Some((moment("2021-05-01T10:00:00Z"), None)),
            has_camera: true,
            has_position: false,
            has_live_part: false,
            is_edited: false,
            shape: Some(4.0 / 3.0),
            stack: None,
            tags: Some(BTreeSet::new()),
            people: Vec::new(),
        }
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn of(keeper: &Owner, copy: &Owner) -> Gifts {
        gifts(keeper, &[copy], moment("2026-01-01T00:00:00Z"))
    }

    fn face(width: f64, height: f64) -> (PersonId, String, Face) {
        let face = Face {
            id: immich_api::FaceId::from_u128(1),
            x1: 10.0,
            y1: 20.0,
            x2: 30.0,
            y2: 50.0,
            image_width: width,
            image_height: height,
            source: immich_api::FaceSource::MachineLearning,
            person: None,
        };
        (PersonId::from_u128(9), "Zoë".to_owned(), face)
    }

    #[test]
    fn equal_photos_have_nothing_to_hand_over() {
        assert_eq!(of(&owner(1), &owner(2)), Gifts::default());
    }

    #[test]
    fn the_heart_the_most_stars_captions_and_tags_go_to_the_keeper() {
        let mut keeper = owner(1);
        keeper.description = "At the lake".to_owned();
        keeper.stars = Some(2);
        keeper.is_archived = Some(true);
        let mut copy = owner(2);
        (copy.is_favourite, copy.stars) = (true, Some(4));
        copy.description = "With Zoë".to_owned();
        copy.tags = Some(["Places/Lake".to_owned()].into());

        let gifts = of(&keeper, &copy);

        let after: Vec<&Value> = gifts.settings.iter().map(|setting| &setting.after).collect();
        let text = Value::Description("At the lake\nWith Zoë".to_owned());
        assert_eq!(after, [&Value::Favourite(true), &Value::Archived(false), &Value::Rating(Some(4)), &text]);
        assert_eq!(gifts.tags, ["Places/Lake"]);
    }

    #[test]
    fn a_caption_that_is_there_comes_no_second_time_and_our_lines_never() {
        let mut keeper = owner(1);
        keeper.description = "At the lake, with Zoë".to_owned();
        let mut copy = owner(2);
        copy.description = "with Zoë".to_owned();
        assert_eq!(of(&keeper, &copy), Gifts::default());

        copy.description = "the".to_owned();
        assert_eq!(of(&keeper, &copy), Gifts::default());
        copy.description = "Al".to_owned();
        assert_eq!(of(&owner(1), &copy).settings.len(), 1);
        keeper.description = "Alice".to_owned();
        let text = Value::Description("Alice\nAl".to_owned());
        assert_eq!(of(&keeper, &copy).settings[0].after, text, "a name in a longer one is another name");

        copy.description = with_line("", Some("immich-sync: group 0a1b2c3d, distance 12/256"));
        assert_eq!(of(&keeper, &copy), Gifts::default());
    }

    #[test]
    fn the_date_of_a_camera_stays_and_one_without_camera_gives_way() {
        let (mut keeper, mut copy) = (owner(1), owner(2));
        copy.taken = Some((moment("2019-01-01T00:00:00Z"), Some("UTC+2".to_owned())));
        assert_eq!(of(&keeper, &copy), Gifts::default());

        keeper.has_camera = false;
        let after = of(&keeper, &copy).settings.remove(0).after;
        let zone = Some("UTC+2".to_owned());
        assert_eq!(after, Value::Taken { instant: moment("2019-01-01T00:00:00Z"), zone });

        for unset in ["1970-01-01T00:00:00Z", "1980-01-01T00:00:00Z", "2036-01-01T00:00:00Z"] {
            copy.taken = Some((moment(unset), None));
            assert_eq!(of(&keeper, &copy), Gifts::default(), "{unset}");
        }
    }

    #[test]
    fn who_is_marked_on_a_copy_only_is_marked_on_the_keeper_once() {
        let (keeper, mut copy) = (owner(1), owner(2));
        copy.people = vec![face(100.0, 75.0), face(100.0, 75.0)];

        let drawn = of(&keeper, &copy).faces;

        let area = FaceArea { x: 10, y: 20, width: 20, height: 30, image_width: 100, image_height: 75 };
        assert_eq!(
            drawn,
            [DrawnFace { asset: keeper.asset, person: PersonId::from_u128(9), name: None, area }]
        );
    }

    #[test]
    fn what_cannot_be_handed_over_keeps_a_copy_out_of_the_trash() {
        let keeper = owner(1);
        assert_eq!(owner(2).objection(&keeper), None);

        let told = |change: fn(&mut Owner)| {
            let mut copy = owner(2);
            change(&mut copy);
            copy.objection(&keeper)
        };
        assert!(told(|copy| copy.has_live_part = true).is_some());
        assert!(told(|copy| copy.has_position = true).is_some());
        assert!(told(|copy| copy.tags = None).is_some());
        assert!(told(|copy| copy.is_edited = true).is_some());
        let stack = |is_shown| Some((immich_api::StackId::from_u128(3), is_shown));
        assert!(told(|copy| copy.stack = Some((immich_api::StackId::from_u128(3), false))).is_some());
        let stacked = Owner { stack: stack(true), ..owner(1) };
        assert_eq!(Owner { stack: stack(false), ..owner(2) }.objection(&stacked), None);
        let hidden = Owner { stack: stack(false), ..owner(1) };
        assert!(Owner { stack: stack(true), ..owner(2) }.objection(&hidden).is_some());

        let mut other_shape = owner(1);
        other_shape.people = vec![(PersonId::from_u128(8), "Bob".to_owned(), face(100.0, 100.0).2)];
        let mut copy = owner(2);
        copy.people = vec![face(100.0, 75.0)];
        assert!(copy.objection(&other_shape).is_some_and(|why| why.contains("Zoë")));
    }
}
