//! Making people, finding them by their name, and removing them.
//!
//! Surprising: the list of people leaves out everybody who is on no photo that is shown, and so whoever was made a
//! moment ago. A search by name finds them.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::error::ApiError;
use crate::ids::{AssetId, PersonId};
use crate::json::Json;
use crate::lenient::{member, text};
use crate::membership;
use crate::person::Person;
use crate::reader::{Reader, if_there};
use crate::version::Trait;
use crate::writer::Writer;

impl Reader<'_> {
    /// Whether faces can be drawn; before 1.127 [`Writer::make_face`] is [`ApiError::NotSupported`].
    pub fn draws_faces(self) -> bool {
        self.client.has(Trait::FaceOrders)
    }

    /// Whether people can be removed; before 1.136 [`Writer::delete_person`] is [`ApiError::NotSupported`].
    pub fn removes_people(self) -> bool {
        self.client.has(Trait::PersonDelete)
    }

    /// The people of the user with just this name but for upper and lower case, also hidden ones and those who are on
    /// no photo.
    pub fn people_named(self, name: &str) -> Result<Vec<Person>, ApiError> {
        let wanted = name.trim().to_lowercase();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("/search/person?name={}&withHidden=true", in_query(name.trim()));
        let mut found = self.client.get("GET /search/person", &path, Person::list_from_json)?;
        // The server finds parts of names, too.
        found.retain(|person| person.name.trim().to_lowercase() == wanted);
        Ok(found)
    }

    /// One person; `None` when the user has none such.
    pub fn person(self, id: &PersonId) -> Result<Option<Person>, ApiError> {
        let read = |answer: &Json<'_>| Person::from_json(answer).filter(|person| person.id == *id);
        if_there(self.client.get("GET /people/{id}", &format!("/people/{id}"), read))
    }

    /// The user's assets that a person is on, the archive and the trash included.
    pub fn assets_of_person(self, id: &PersonId) -> Result<BTreeSet<AssetId>, ApiError> {
        membership::of_person(self, id)
    }
}

impl Writer<'_> {
    /// Makes a person who is on no photo yet.
    ///
    /// Not repeatable: names are not unique. [`ApiError::Unanswered`] when nobody knows whether it was made; then look
    /// for the name.
    pub fn make_person(self, name: &str) -> Result<PersonId, ApiError> {
        let id = |answer: &Json<'_>| PersonId::parse(&text(member(answer, "id"))?).ok();
        self.client.tell_once("POST /people", "/people", &json!({ "name": name }), id)
    }

    /// Removes a person; faces stay, as those of nobody. [`ApiError::NotSupported`] before 1.136.
    ///
    /// `false` when there is no such person; after a lost answer also when it went just then.
    pub fn delete_person(self, id: &PersonId) -> Result<bool, ApiError> {
        if !self.client.has(Trait::PersonDelete) {
            return Err(ApiError::NotSupported {
                what: "removing people",
                since: Trait::PersonDelete.since(),
            });
        }
        self.client.delete("DELETE /people/{id}", &format!("/people/{id}"), &json!({}))
    }
}

/// What stands for itself in an address (RFC 3986, section 2.3).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as a value in the query of an address.
fn in_query(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_an_address() {
        assert_eq!(in_query("Zoë & Co?/#+%"), "Zo%C3%AB%20%26%20Co%3F%2F%23%2B%25");
    }
}
