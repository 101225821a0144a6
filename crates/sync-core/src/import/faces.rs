//! Faces that a source knows by name and place, drawn on the server, and people who are made for them.
//!
//! A person is found by name, and only where one alone has it. Somebody who is marked on a photo already, by whomever,
//! is not marked twice; what we drew ourselves we take away again when the source has it no more.
//!
//! Surprising: the list of people leaves out whoever is on no photo, and so whoever an earlier run made just before it
//! was killed. So each name is searched for.

use immich_api::{FaceArea, Person, PersonId};

use super::finish::Finishing;
use super::flow::Flow;
use super::{FaceMark, SentFace};
use crate::deeds::faces::{Mark, marks};
use crate::deeds::hand::Fate;
use crate::deeds::{DrawnFace, What};
use crate::error::SyncError;
use crate::event::Event;

/// Faces per deed: one sync of the disk for so many.
const DRAWN: usize = 50;

/// Parts of two boxes that have to be common (of all that either covers) for them to be one face.
const COMMON: f64 = 0.5;

/// Who has a name.
#[derive(Debug, Clone)]
pub(super) enum Namesake {
    /// One person.
    One(PersonId),
    /// Nobody, and a preview makes nobody.
    Imagined,
    /// Several, and nobody knows who is meant.
    Several,
}

impl Finishing {
    /// Whether there may be a face to draw or to take away.
    pub(super) fn has_faces(&self) -> bool {
        self.facts.faces.as_ref().is_some_and(|faces| !faces.is_empty() || !self.entry.sent.faces.is_empty())
    }
}

impl Flow<'_> {
    /// Takes away what we drew and the source has no more, and draws what is not there yet.
    pub(super) fn draw(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        if !all.iter().any(Finishing::has_faces) {
            return Ok(());
        }
        self.take_away(all)?;
        let mut wanted: Vec<(usize, SentFace)> = Vec::new();
        for (index, done) in all.iter_mut().enumerate() {
            for mark in missing(done) {
                match self.namesake(&mark.name)? {
                    Ok(Namesake::One(person)) => {
                        wanted.push((index, SentFace { name: mark.name, person, area: mark.area }));
                    }
                    Ok(Namesake::Imagined) => done.is_changed = true,
                    // As soon as there is one only, it is drawn.
                    Ok(Namesake::Several) => done.is_open = true,
                    Err(fate) => done.fail(&fate, &format!("the person `{}`", mark.name)),
                }
            }
        }
        for chunk in wanted.chunks(DRAWN) {
            self.draw_these(chunk, all)?;
        }
        Ok(())
    }

    fn draw_these(&mut self, wanted: &[(usize, SentFace)], all: &mut [Finishing]) -> Result<(), SyncError> {
        let (wanted, drawn) = with_assets(wanted, all);
        let marks = marks(self.account.reader, &drawn)?;
        let what = What::MakeFaces { faces: drawn };
        let mut fates = match what.only(|item| marks[item] == Mark::None) {
            Some(what) => self.hand()?.perform(&what, None)?.into_iter(),
            None => Vec::new().into_iter(),
        };
        for ((index, face), mark) in wanted.into_iter().zip(marks) {
            let done = &mut all[index];
            match mark {
                Mark::None => match fates.next() {
                    Some(Fate::Done | Fate::Already) | None => {
                        done.is_changed = true;
                        done.entry.sent.faces.push(face);
                    }
                    Some(fate) => done.fail(&fate, &format!("the face of `{}`", face.name)),
                },
                // A run that was killed had drawn it.
                Mark::Ours => done.entry.sent.faces.push(face),
                Mark::Others | Mark::Gone => {}
            }
        }
        Ok(())
    }

    /// Faces that we drew, and that are not so in the source. One that somebody changed on the server stays.
    fn take_away(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        let mut stale: Vec<(usize, SentFace)> = Vec::new();
        for (index, done) in all.iter_mut().enumerate() {
            let Some(wanted) = done.facts.faces.clone() else { continue };
            let is_wanted = |sent: &SentFace| wanted.iter().any(|mark| is_same(mark, sent));
            let (kept, gone) = std::mem::take(&mut done.entry.sent.faces).into_iter().partition(is_wanted);
            done.entry.sent.faces = kept;
            stale.extend(Vec::into_iter(gone).map(|face| (index, face)));
        }
        for chunk in stale.chunks(DRAWN) {
            self.take_these_away(chunk, all)?;
        }
        Ok(())
    }

    fn take_these_away(
        &mut self,
        stale: &[(usize, SentFace)],
        all: &mut [Finishing],
    ) -> Result<(), SyncError> {
        let (stale, drawn) = with_assets(stale, all);
        let assets: Vec<_> = drawn.iter().map(|face| face.asset.clone()).collect();
        let others = self.import.store.entries_by_asset(self.owner.account, &assets)?;
        let is_others = |item: usize| {
            let (index, face) = &stale[item];
            others.iter().any(|other| {
                other.item != all[*index].item
                    && other.standing.asset() == Some(&drawn[item].asset)
                    && other.sent.faces.contains(face)
            })
        };
        let marks = marks(self.account.reader, &drawn)?;
        let ours: Vec<bool> =
            (0..drawn.len()).map(|item| marks[item] == Mark::Ours && !is_others(item)).collect();
        let what = What::DropFaces { faces: drawn };
        let Some(what) = what.only(|item| ours[item]) else { return Ok(()) };
        let fates = self.hand()?.perform(&what, None)?;
        let gone = stale.into_iter().zip(ours).filter(|(_, ours)| *ours);
        for (((index, face), _), fate) in gone.zip(&fates) {
            let done = &mut all[index];
            done.is_changed = true;
            done.fail(fate, &format!("the face of `{}`", face.name));
            if *fate != Fate::Done {
                done.entry.sent.faces.push(face);
            }
        }
        Ok(())
    }

    /// The person of a name, made where there is none. How the making failed, where it did.
    fn namesake(&mut self, name: &str) -> Result<Result<Namesake, Fate>, SyncError> {
        if let Some(known) = self.people.get(name) {
            return Ok(Ok(known.clone()));
        }
        let found = self.account.reader.people_named(name)?;
        let namesake = match only_one(name, found) {
            Ok(Some(person)) => Namesake::One(person),
            Ok(None) => match self.hand()?.make_person(name)? {
                Ok(Some(person)) => Namesake::One(person),
                Ok(None) => Namesake::Imagined,
                // The next photo may have more luck.
                Err(fate) => return Ok(Err(fate)),
            },
            Err(()) => {
                let told = format!(
                    "several people on the server are called `{name}`; faces of that name are not drawn as long as that \
                     is so"
                );
                self.import.reporter.report(&Event::Warning(&told));
                Namesake::Several
            }
        };
        self.people.insert(name.to_owned(), namesake.clone());
        Ok(Ok(namesake))
    }
}

/// Faces of the source that we did not draw yet.
fn missing(done: &Finishing) -> Vec<FaceMark> {
    let sent = &done.entry.sent.faces;
    let wanted = done.facts.faces.iter().flatten();
    wanted.filter(|mark| !sent.iter().any(|sent| is_same(mark, sent))).cloned().collect()
}

/// Those whose photo is there, also as the server is told of them.
fn with_assets(faces: &[(usize, SentFace)], all: &[Finishing]) -> (Vec<(usize, SentFace)>, Vec<DrawnFace>) {
    let drawn = faces.iter().filter_map(|(index, face)| {
        let asset = all[*index].asset()?.clone();
        let (person, name) = (face.person.clone(), Some(face.name.clone()));
        Some(((*index, face.clone()), DrawnFace { asset, person, name, area: face.area }))
    });
    drawn.unzip()
}

/// The one who is meant: the only one with the name to the letter, else the only one who has it in other letters.
fn only_one(name: &str, found: Vec<Person>) -> Result<Option<PersonId>, ()> {
    let (exact, alike): (Vec<_>, Vec<_>) = found.into_iter().partition(|person| person.name.trim() == name);
    let mut those = if exact.is_empty() { alike } else { exact }.into_iter();
    match (those.next(), those.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => Ok(Some(one.id)),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Whether a face of the source is the one that was drawn. A box that moved a little is not worth a request.
fn is_same(mark: &FaceMark, sent: &SentFace) -> bool {
    mark.name == sent.name && common(mark.area, sent.area) >= COMMON
}

/// The part of two boxes that is common to both.
fn common(one: FaceArea, other: FaceArea) -> f64 {
    let edges = |area: FaceArea| {
        let (width, height) = (f64::from(area.image_width), f64::from(area.image_height));
        let (x, y) = (f64::from(area.x), f64::from(area.y));
        [x / width, y / height, (x + f64::from(area.width)) / width, (y + f64::from(area.height)) / height]
    };
    let size = |edges: [f64; 4]| (edges[2] - edges[0]).max(0.0) * (edges[3] - edges[1]).max(0.0);
    let (one, other) = (edges(one), edges(other));
    let both = size([one[0].max(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].min(other[3])]);
    both / (size(one) + size(other) - both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: u32, y: u32, size: u32, scale: u32) -> FaceArea {
        FaceArea {
            x: x * scale,
            y: y * scale,
            width: size * scale,
            height: size * scale,
            image_width: 400 * scale,
            image_height: 300 * scale,
        }
    }

    fn person(id: u128, name: &str) -> Person {
        Person {
            id: PersonId::from_u128(id),
            name: name.to_owned(),
            is_hidden: false,
            faces: Vec::new(),
            updated_at: None,
        }
    }

    #[test]
    fn a_box_that_moved_a_little_is_the_same_in_a_picture_of_any_size() {
        let sent =
            SentFace { name: "A".to_owned(), person: PersonId::from_u128(1), area: area(50, 60, 40, 1) };
        let is_same = |name: &str, area| is_same(&FaceMark { name: name.to_owned(), area }, &sent);

        assert!(is_same("A", area(50, 60, 40, 3)) && is_same("A", area(54, 58, 42, 2)));
        assert!(!is_same("B", area(50, 60, 40, 1)), "somebody else");
        assert!(!is_same("A", area(80, 60, 40, 1)) && !is_same("A", area(200, 200, 40, 1)));
    }

    #[test]
    fn a_name_is_taken_to_the_letter_first_and_never_guessed() {
        let one = |found: &[(u128, &str)]| {
            only_one("Anna", found.iter().map(|(id, name)| person(*id, name)).collect())
        };

        assert_eq!(one(&[]), Ok(None));
        assert_eq!(one(&[(1, "anna")]), Ok(Some(PersonId::from_u128(1))));
        assert_eq!(one(&[(1, "ANNA"), (2, " Anna")]), Ok(Some(PersonId::from_u128(2))));
        assert_eq!(one(&[(1, "Anna"), (2, "Anna")]), Err(()));
        assert_eq!(one(&[(1, "ANNA"), (2, "anna")]), Err(()));
    }
}
