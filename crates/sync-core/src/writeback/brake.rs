//! The brake: a run that would take away or change much of what we wrote stops before its first write and asks.
//!
//! A server that answers with no people at all is far more likely to be ill than to have lost its people. The
//! count is made per kind of data over the listing, without opening a file: what file and server last agreed on,
//! against what the server says now.

use std::collections::{BTreeMap, BTreeSet};

use photo_metadata::{Base, Datum, Known, PhotoFields, Policies, Policy, Tag};

use super::Brake;

/// Fewer photos than this are a wish, unless nothing of the kind is left at all.
const A_WISH: u64 = 10;

/// Photos by kind of data.
#[derive(Debug, Clone, Default)]
pub(super) struct Losses {
    counts: BTreeMap<Datum, Count>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Photos in which we wrote something of the kind.
    had: u64,
    /// Of these, those that would lose some of it.
    lose: u64,
    /// Of these, those that would lose all of it.
    lose_all: u64,
    /// Of those that had, those that would get another value.
    change: u64,
}

/// How one photo would come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    Changes,
    LosesSome,
    LosesAll,
}

impl Losses {
    /// Counts one photo.
    pub(super) fn count(&mut self, base: &Base, now: &PhotoFields, policies: &Policies) {
        if !base.has_written() {
            return;
        }
        let selected = fates(base, now).into_iter().filter(|(datum, _)| policies.of(*datum) != Policy::Never);
        for (datum, fate) in selected.chain(of_shield(base, now)) {
            let count = self.counts.entry(datum).or_default();
            count.had += 1;
            count.lose += u64::from(matches!(fate, Fate::LosesSome | Fate::LosesAll));
            count.lose_all += u64::from(fate == Fate::LosesAll);
            count.change += u64::from(fate == Fate::Changes);
        }
    }

    /// Why the run has to ask first, if it has to.
    pub(super) fn question(&self, brake: Brake) -> Option<String> {
        if brake.confirmed {
            return None;
        }
        let told: Vec<String> = self
            .counts
            .iter()
            .filter(|(_, count)| count.is_too_much(brake.percent))
            .map(|(datum, count)| count.in_words(*datum))
            .collect();
        (!told.is_empty()).then(|| {
            format!(
                "{}; that is more than {} % of what was written before, and a server that answers wrongly is more \
                 likely than that wish",
                told.join(", "),
                brake.percent
            )
        })
    }
}

impl Count {
    fn is_too_much(self, percent: u8) -> bool {
        let hit = self.lose + self.change;
        let all_gone = self.lose_all == self.had && self.had > 1;
        all_gone || (hit >= A_WISH && hit * 100 > self.had * u64::from(percent))
    }

    fn in_words(self, datum: Datum) -> String {
        let Self { had, lose, change, .. } = self;
        match (lose, change) {
            (0, change) => format!("{change} of {had} photos would get another value of `{datum}`"),
            (lose, 0) => format!("{lose} of {had} photos would lose values of `{datum}`"),
            (lose, change) => {
                format!("{lose} of {had} photos would lose values of `{datum}` and {change} get another")
            }
        }
    }
}

/// What becomes of each kind that the photo has from us and that the server says something of.
fn fates(base: &Base, now: &PhotoFields) -> Vec<(Datum, Fate)> {
    let agreed = &base.agreed;
    let mut fates = Vec::new();
    for (datum, had, now) in [
        (Datum::People, &agreed.people, &now.people),
        (Datum::Albums, &agreed.albums, &now.albums),
        (Datum::Tags, &agreed.tags, &now.tags),
    ] {
        if let Some(now) = now.as_ref().filter(|_| !had.is_empty()) {
            fates.push((datum, of_names(had, now)));
        }
    }
    if let Some(faces) = now.faces.as_ref().filter(|_| agreed.faces > 0) {
        let fate = match faces.list.len() {
            0 => Fate::LosesAll,
            left if left < agreed.faces => Fate::LosesSome,
            _ => Fate::Stays,
        };
        fates.push((Datum::FaceCoordinates, fate));
    }
    fates.extend(
        of_value(agreed.caption.as_deref(), &now.caption, |had, now| had == now.text())
            .map(|fate| (Datum::Caption, fate)),
    );
    fates.extend(
        of_value(agreed.position, &now.position, |had, now| had == *now).map(|fate| (Datum::Gps, fate)),
    );
    fates.extend(
        of_value(agreed.rating, &now.rating, |had, now| had == *now).map(|fate| (Datum::Rating, fate)),
    );
    if let (Some(had), Some(now)) = (agreed.taken, now.taken) {
        fates.push((Datum::Time, if had == now { Fate::Stays } else { Fate::Changes }));
    }
    fates
}

/// What becomes of tags that we wrote only in front of other entries, so that Immich does not lose them. Taking them
/// out costs the server its tags at the next reading.
fn of_shield(base: &Base, now: &PhotoFields) -> Option<(Datum, Fate)> {
    let now = now.all_tags.as_ref().filter(|_| now.tags.is_none())?;
    let had: BTreeSet<String> = base.items(Tag::TagsList).into_iter().map(str::to_owned).collect();
    (!had.is_empty()).then(|| (Datum::Tags, of_names(&had, now)))
}

fn of_names(had: &BTreeSet<String>, now: &BTreeSet<String>) -> Fate {
    match had.difference(now).count() {
        0 => Fate::Stays,
        _ if now.is_empty() => Fate::LosesAll,
        _ => Fate::LosesSome,
    }
}

fn of_value<H, T>(had: Option<H>, now: &Known<T>, same: impl Fn(H, &T) -> bool) -> Option<Fate> {
    let had = had?;
    match now {
        Known::Unknown => None,
        Known::Nothing => Some(Fate::LosesAll),
        Known::Is(now) if same(had, now) => Some(Fate::Stays),
        Known::Is(_) => Some(Fate::Changes),
    }
}

#[cfg(test)]
mod tests {
    use photo_metadata::Value;

    use super::*;

    fn with_people(names: &[&str]) -> Base {
        let mut base = Base::default();
        base.written.insert(Tag::PersonInImage, Value::text("x"));
        base.agreed.people = names.iter().map(|&name| name.to_owned()).collect();
        base
    }

    fn people(names: &[&str]) -> PhotoFields {
        PhotoFields {
            people: Some(names.iter().map(|&name| name.to_owned()).collect()),
            ..PhotoFields::default()
        }
    }

    fn losses(photos: u32, of_which_lose: u32, now: &[&str]) -> Losses {
        let mut losses = Losses::default();
        for number in 0..photos {
            let now = if number < of_which_lose { people(now) } else { people(&["Alice", "Bob"]) };
            losses.count(&with_people(&["Alice", "Bob"]), &now, &Policies::default());
        }
        losses
    }

    #[test]
    fn a_fifth_may_lose_a_name_and_more_may_not() {
        assert_eq!(losses(100, 20, &["Alice"]).question(Brake::default()), None);
        assert!(losses(100, 21, &["Alice"]).question(Brake::default()).unwrap().contains("21 of 100 photos"));
    }

    #[test]
    fn a_few_photos_are_a_wish() {
        assert_eq!(losses(12, 9, &["Alice"]).question(Brake::default()), None);
    }

    #[test]
    fn that_nobody_is_left_is_no_wish_in_a_small_library_either() {
        assert!(losses(2, 2, &[]).question(Brake::default()).is_some());
        assert_eq!(losses(1, 1, &[]).question(Brake::default()), None);
    }

    #[test]
    fn who_says_yes_is_not_asked() {
        let brake = Brake { confirmed: true, ..Brake::default() };

        assert_eq!(losses(100, 100, &[]).question(brake), None);
    }

    #[test]
    fn tags_that_shield_others_count_also_when_tags_are_not_written() {
        let mut base = with_people(&["Alice"]);
        base.written.insert(Tag::TagsList, Value::List(vec!["holiday".to_owned()]));
        let mut losses = Losses::default();
        for _ in 0..50 {
            let now = PhotoFields { all_tags: Some(BTreeSet::new()), ..people(&["Alice"]) };
            losses.count(&base, &now, &Policies::default());
        }

        let question = losses.question(Brake::default()).unwrap();
        assert!(question.contains("50 of 50 photos would lose values of `tags`"), "{question}");
    }

    #[test]
    fn what_the_server_does_not_say_is_no_loss() {
        let mut losses = Losses::default();
        for _ in 0..50 {
            losses.count(&with_people(&["Alice"]), &PhotoFields::default(), &Policies::default());
        }

        assert_eq!(losses.question(Brake::default()), None);
    }
}
