//! The faces on assets: in the listing up to 2.x, one request for each asset from 3.0 on.
//!
//! So on 3.x an asset is asked for only when it has named people and these are not the ones it was last asked
//! with. A box that was moved or given to another face of the same person changes nothing in any listing; to
//! notice that in the end, the assets whose last question is the longest ago are asked again, a share in each run.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use immich_api::{Asset, AssetId, Face, FaceSource, Person, Reader};
use photo_metadata::{Faces, NamedFace, text};

use super::super::FaceOptions;
use super::ends_the_run;
use super::face_book::FaceBook;
use crate::error::{SyncError, chain};
use crate::event::{Event, Reporter};
use crate::parallel;
use crate::state::{FaceRecord, Store};

/// Requests under way: more make a server slower, not faster (measured on 3.0.3).
const IN_FLIGHT: usize = 8;

/// The note that counts the rounds of questions.
const ROUND: &str = "face-round";

/// Knows faces, or asks for them.
pub(super) struct FaceDesk<'a> {
    reader: Reader<'a>,
    store: &'a dyn Store,
    reporter: &'a dyn Reporter,
    way: Way<'a>,
    /// A preview writes nothing down.
    remembers: bool,
    failed: u64,
}

enum Way<'a> {
    /// Listings carry them.
    Listed,
    /// A stream told all of them, but for a few.
    Told(&'a FaceBook),
    /// Each asset is asked; these again although nothing seems changed.
    Asked { again: HashSet<AssetId>, everything: bool, round: i64 },
}

impl<'a> FaceDesk<'a> {
    /// Gets ready for a walk. `everything` asks for all of them again.
    pub(super) fn open(
        reader: Reader<'a>,
        store: &'a dyn Store,
        reporter: &'a dyn Reporter,
        options: FaceOptions,
        everything: bool,
        remembers: bool,
        book: Option<&'a FaceBook>,
    ) -> Result<Self, SyncError> {
        let way = if reader.lists_faces() {
            Way::Listed
        } else if let Some(book) = book {
            Way::Told(book)
        } else {
            let share = store.count_faces()? / u64::from(options.recheck_one_in.max(1));
            let again = store.oldest_faces(share)?.into_iter().collect();
            let last: i64 = store.note(ROUND)?.and_then(|text| text.parse().ok()).unwrap_or(0);
            let round = last + 1;
            if remembers {
                store.set_note(ROUND, &round.to_string())?;
            }
            Way::Asked { again, everything, round }
        };
        Ok(Self { reader, store, reporter, way, remembers, failed: 0 })
    }

    /// The faces of the assets of a page. One that is missing in the answer is not known.
    pub(super) fn of_page(&mut self, page: &[&Asset]) -> Result<HashMap<AssetId, Faces>, SyncError> {
        let (again, everything, round) = match &self.way {
            Way::Listed => {
                return Ok(page
                    .iter()
                    .filter_map(|asset| Some((asset.id.clone(), asset.people.as_deref().and_then(listed)?)))
                    .collect());
            }
            Way::Told(book) => {
                let book = *book;
                return self.told(book, page);
            }
            Way::Asked { again, everything, round } => (again, everything, *round),
        };
        let ids: Vec<AssetId> = page.iter().map(|asset| asset.id.clone()).collect();
        let mut known = self.store.faces(&ids)?;
        let mut faces = HashMap::new();
        let mut questions = Vec::new();
        let mut gone = Vec::new();
        for asset in page {
            let Some(people) = &asset.people else { continue };
            let record = known.remove(&asset.id);
            let Some(named) = hash_of_named(people) else {
                faces.insert(asset.id.clone(), Faces::default());
                gone.extend(record.map(|record| record.asset));
                continue;
            };
            let is_due = *everything || again.contains(&asset.id);
            let same = record.filter(|record| record.people == named && !is_due);
            match same.and_then(|record| serde_json::from_str(&record.faces).ok()) {
                Some(known) => drop(faces.insert(asset.id.clone(), known)),
                None => questions.push(Question { asset: asset.id.clone(), named: Some(named) }),
            }
        }
        let answers = self.ask(questions, round)?;
        if let Way::Asked { again, .. } = &mut self.way {
            for (record, _) in &answers {
                again.remove(&record.asset);
            }
        }
        if self.remembers {
            self.store.put_faces(&answers.iter().map(|(record, _)| record.clone()).collect::<Vec<_>>())?;
            self.store.drop_faces(&gone)?;
        }
        faces.extend(answers.into_iter().map(|(record, faces)| (record.asset, faces)));
        Ok(faces)
    }

    /// Those whose turn it was and that gave no answer, or that no listing names any more, wait for their next turn;
    /// or they would take those of others for ever.
    pub(super) fn pass_over(&mut self) -> Result<(), SyncError> {
        let Way::Asked { again, round, .. } = &mut self.way else { return Ok(()) };
        let left: Vec<AssetId> = std::mem::take(again).into_iter().collect();
        if !self.remembers || left.is_empty() {
            return Ok(());
        }
        let records = self.store.faces(&left)?.into_values();
        let records: Vec<FaceRecord> =
            records.map(|record| FaceRecord { checked: *round, ..record }).collect();
        self.store.put_faces(&records)
    }

    fn told(&mut self, book: &FaceBook, page: &[&Asset]) -> Result<HashMap<AssetId, Faces>, SyncError> {
        let mut faces = HashMap::new();
        let mut questions = Vec::new();
        for asset in page {
            let named = asset.people.as_deref().and_then(hash_of_named);
            match book.of(&asset.id) {
                Some(told) if named.is_none() || !told.list.is_empty() => {
                    drop(faces.insert(asset.id.clone(), told));
                }
                _ => questions.push(Question { asset: asset.id.clone(), named }),
            }
        }
        let answers = self.ask(questions, 0)?;
        faces.extend(answers.into_iter().map(|(record, faces)| (record.asset, faces)));
        Ok(faces)
    }

    fn ask(&mut self, questions: Vec<Question>, round: i64) -> Result<Vec<(FaceRecord, Faces)>, SyncError> {
        let reader = self.reader;
        let work = |question: Question| {
            let answer = reader.faces(&question.asset);
            (question, answer)
        };
        let mut answers = Vec::new();
        let mut fatal = None;
        parallel::ordered(
            questions.into_iter(),
            IN_FLIGHT,
            work,
            |(Question { asset, named: people }, answer)| {
                match answer {
                    Ok(found) if people.is_some() && !found.iter().any(is_named) => {
                        self.fail(&format!(
                            "the server names people on asset {asset} and says that it has no face of theirs"
                        ));
                    }
                    Ok(found) => {
                        let faces = named(&found);
                        let people = people.unwrap_or_default();
                        let text = serde_json::to_string(&faces).unwrap_or_default();
                        answers.push((FaceRecord { asset, people, faces: text, checked: round }, faces));
                    }
                    Err(error) if ends_the_run(&error) => {
                        fatal.get_or_insert(error);
                        return ControlFlow::Break(());
                    }
                    Err(error) => {
                        self.fail(&format!("the faces of asset {asset} cannot be had ({})", chain(&error)));
                    }
                }
                ControlFlow::Continue(())
            },
        );
        fatal.map_or(Ok(answers), |error| Err(error.into()))
    }

    /// Faces that stay unknown; the first is told of.
    fn fail(&mut self, what: &str) {
        self.failed += 1;
        if self.failed == 1 {
            self.reporter.report(&Event::Warning(&format!("{what}; such faces stay as the files have them")));
        }
    }
}

/// An asset to be asked for its faces.
struct Question {
    asset: AssetId,
    /// The named people that the listing shows on it, as a number. They are there because of their faces, so that an
    /// answer without any is not believed: photo by photo and in turn, nobody would notice that all of them go.
    named: Option<[u8; 32]>,
}

/// Those that the listing itself names; `None` when it names people without any face.
fn listed(people: &[Person]) -> Option<Faces> {
    if people.iter().any(is_shown_by_name) && people.iter().all(|person| person.faces.is_empty()) {
        return None;
    }
    let shown = people.iter().filter(|person| !person.is_hidden);
    let faces = shown.flat_map(|person| {
        let name = text::name(&person.name);
        person.faces.iter().filter_map(move |face| named_face(face, name.clone()?))
    });
    Some(in_order(faces.collect()))
}

fn is_shown_by_name(person: &Person) -> bool {
    !person.is_hidden && text::name(&person.name).is_some()
}

/// Whether it is the face of a visible person with a name.
fn is_named(face: &Face) -> bool {
    face.person.as_ref().is_some_and(|owner| !owner.is_hidden && text::name(&owner.name).is_some())
}

/// Those of visible people with a name.
fn named(faces: &[Face]) -> Faces {
    let owned = faces.iter().filter_map(|face| {
        let owner = face.person.as_ref().filter(|owner| !owner.is_hidden)?;
        named_face(face, text::name(&owner.name)?)
    });
    in_order(owned.collect())
}

fn named_face(face: &Face, name: String) -> Option<NamedFace> {
    let edges = [face.x1, face.y1, face.x2, face.y2];
    let picture = [face.image_width, face.image_height];
    let face = NamedFace { name, edges, picture, from_file: face.source == FaceSource::Exif };
    face.is_sound().then_some(face)
}

/// Servers give them in any order.
pub(super) fn in_order(mut list: Vec<NamedFace>) -> Faces {
    list.sort_by(|one, other| {
        let key = |face: &NamedFace| (face.edges[0], face.edges[1]);
        one.name.cmp(&other.name).then(key(one).partial_cmp(&key(other)).unwrap_or(std::cmp::Ordering::Equal))
    });
    Faces { list }
}

/// Who is named on an asset, as a number; `None` for nobody.
fn hash_of_named(people: &[Person]) -> Option<[u8; 32]> {
    let mut named: Vec<(String, String)> = people
        .iter()
        .filter(|person| !person.is_hidden)
        .filter_map(|person| Some((person.id.to_string(), text::name(&person.name)?)))
        .collect();
    named.sort();
    let mut hash = blake3::Hasher::new();
    for (id, name) in &named {
        hash.update(id.as_bytes()).update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
    }
    (!named.is_empty()).then(|| *hash.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, is_hidden: bool) -> Person {
        let id = immich_api::PersonId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        Person { id, name: name.to_owned(), is_hidden, faces: Vec::new(), updated_at: None }
    }

    #[test]
    fn nobody_with_a_name_needs_no_question() {
        assert_eq!(hash_of_named(&[person("", false), person("Alice", true)]), None);
    }

    #[test]
    fn people_of_whom_no_listing_shows_a_face_are_no_answer() {
        assert_eq!(listed(&[]), Some(Faces::default()));
        assert_eq!(listed(&[person("", false), person("Mallory", true)]), Some(Faces::default()));
        assert_eq!(listed(&[person("Alice", false)]), None);
    }

    #[test]
    fn another_name_is_another_question() {
        let (one, other) = (hash_of_named(&[person("Alice", false)]), hash_of_named(&[person("Bob", false)]));

        assert!(one.is_some() && one != other);
        assert_eq!(one, hash_of_named(&[person("Alice", false)]));
    }
}
