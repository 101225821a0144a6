//! Somebody who is made because a source knows them by name, and removed again.
//!
//! Nobody is removed who has another name by now or is on a photo: then others rely on them.

use immich_api::{AlbumId, PersonId, Reader, Writer};

use super::hand::{Fate, Hand};
use super::look::Standing;
use super::{AlbumRef, PersonRef, What};
use crate::error::SyncError;

/// What a deed made that gets its id from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    Album(AlbumId),
    Person(PersonId),
}

impl Hand<'_> {
    /// Makes somebody of this name. Their id; `None` in a preview. How it failed, where it did.
    pub(crate) fn make_person(&mut self, name: &str) -> Result<Result<Option<PersonId>, Fate>, SyncError> {
        let person = PersonRef { id: None, name: name.to_owned() };
        let (fates, made) = self.make(&What::MakePerson { person }, None)?;
        if let Some(fate) = fates.into_iter().find(|fate| *fate != Fate::Done) {
            return Ok(Err(fate));
        }
        Ok(Ok(match made {
            Some(Made::Person(id)) => Some(id),
            Some(Made::Album(_)) | None => None,
        }))
    }
}

/// Removes them. That nobody needs them was looked at before.
pub(super) fn drop(writer: Writer<'_>, person: &PersonRef) -> Result<Vec<Fate>, SyncError> {
    if let Some(id) = &person.id {
        writer.delete_person(id)?;
    }
    Ok(vec![Fate::Done])
}

/// Whether somebody of that name is there, and who, where there is only one.
pub(super) fn to_make(
    reader: Reader<'_>,
    person: &PersonRef,
) -> Result<(Vec<Standing>, Option<Made>), SyncError> {
    let found = reader.people_named(&person.name)?;
    let mut alike = found.into_iter().filter(|found| found.name.trim() == person.name);
    Ok(match (alike.next(), alike.next()) {
        (None, _) => (vec![Standing::Before], None),
        (Some(one), None) => (vec![Standing::After], Some(Made::Person(one.id))),
        (Some(_), Some(_)) => {
            (vec![Standing::Other(format!("several people are called `{}`", person.name))], None)
        }
    })
}

/// Whether they are as we made them, and nobody needs them.
pub(super) fn to_drop(reader: Reader<'_>, person: &PersonRef) -> Result<Standing, SyncError> {
    let Some(id) = &person.id else { return Ok(Standing::After) };
    let Some(found) = reader.person(id)? else { return Ok(Standing::After) };
    if found.name != person.name {
        return Ok(Standing::Other(format!("`{}` has another name by now", person.name)));
    }
    if !reader.assets_of_person(id)?.is_empty() {
        return Ok(Standing::Other(format!("`{}` is on photos", person.name)));
    }
    if !reader.removes_people() {
        return Ok(Standing::Other(format!(
            "`{}` stays, because the server is too old to remove people",
            person.name
        )));
    }
    Ok(Standing::Before)
}

/// A deed with the id of what it made.
pub(super) fn with_made(what: What, made: Option<Made>) -> What {
    match (what, made) {
        (What::MakeAlbum { album, description }, Some(Made::Album(id))) => {
            What::MakeAlbum { album: AlbumRef { id: Some(id), ..album }, description }
        }
        (What::MakePerson { person }, Some(Made::Person(id))) => {
            What::MakePerson { person: PersonRef { id: Some(id), ..person } }
        }
        (what, _) => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_remembers_the_id_of_what_it_made_and_of_nothing_else() {
        let person = PersonRef { id: None, name: "Anna".to_owned() };
        let make = What::MakePerson { person: person.clone() };
        let id = PersonId::from_u128(7);

        let made = with_made(make.clone(), Some(Made::Person(id.clone())));

        assert_eq!(made, What::MakePerson { person: PersonRef { id: Some(id), ..person } });
        assert_eq!(with_made(make.clone(), Some(Made::Album(AlbumId::from_u128(7)))), make);
    }
}
