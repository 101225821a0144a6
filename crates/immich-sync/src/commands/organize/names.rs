//! From the names of albums, people and libraries to what the server calls them.
//!
//! A name that nobody has, or several have, ends the run before anything is compared: a filter that was meant otherwise
//! would leave photos out, or take them all.

use std::fmt::Display;

use anyhow::Result;
use immich_api::{AlbumId, AlbumScope, ApiError, LibraryId, PersonId};
use sync_core::Account;

use crate::exit::usage;
use crate::nearest::nearest;
use crate::settings::Names;

/// Names that are offered when there is none like the one that was asked for.
const OFFERED: usize = 8;

/// What filters by name come down to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Albums.
    pub(super) albums: Vec<AlbumId>,
    /// People.
    pub(super) people: Vec<PersonId>,
    /// External libraries.
    pub(super) libraries: Vec<LibraryId>,
}

/// Asks the server for the ids of what is named, and for nothing where nothing is.
pub(super) fn find(names: &Names, accounts: &[Account<'_>]) -> Result<Found> {
    Ok(Found {
        albums: choose("album", "--immich-album", &names.albums, AlbumId::parse, || albums(accounts))?,
        people: choose("person", "--person", &names.people, PersonId::parse, || people(accounts))?,
        libraries: choose("library", "--library", &names.libraries, LibraryId::parse, || {
            libraries(accounts)
        })?,
    })
}

/// What is there: names and ids, over all accounts.
type There<Id> = Vec<(String, Id)>;

fn albums(accounts: &[Account<'_>]) -> Result<There<AlbumId>, ApiError> {
    let mut there = Vec::new();
    for account in accounts {
        let albums = account.reader.albums(AlbumScope::OwnAndShared)?;
        there.extend(albums.into_iter().map(|album| (album.name, album.id)));
    }
    Ok(there)
}

fn people(accounts: &[Account<'_>]) -> Result<There<PersonId>, ApiError> {
    let mut there = Vec::new();
    for account in accounts {
        let people = account.reader.people(true)?;
        there.extend(people.into_iter().map(|person| (person.name, person.id)));
    }
    Ok(there)
}

/// Only administrators may list them; others know their ids.
fn libraries(accounts: &[Account<'_>]) -> Result<There<LibraryId>, ApiError> {
    let mut refused = None;
    for account in accounts {
        match account.reader.libraries() {
            Ok(libraries) => {
                return Ok(libraries.into_iter().map(|library| (library.name, library.id)).collect());
            }
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or_else(|| Ok(Vec::new()), Err)
}

/// The ids of what is wanted. What is written as an id is one.
fn choose<Id: Clone + Eq + Display, E>(
    thing: &str,
    option: &str,
    wanted: &[String],
    parse: impl Fn(&str) -> Result<Id, E>,
    list: impl FnOnce() -> Result<There<Id>, ApiError>,
) -> Result<Vec<Id>> {
    let mut there: Option<There<Id>> = None;
    let mut list = Some(list);
    let mut chosen = Vec::new();
    for name in wanted {
        let id = match parse(name) {
            Ok(id) => id,
            Err(_) => {
                if let Some(list) = list.take() {
                    there = Some(list().map_err(|error| unlisted(error, thing, option))?);
                }
                one(thing, option, name, there.as_deref().unwrap_or_default())?
            }
        };
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    Ok(chosen)
}

fn unlisted(error: ApiError, thing: &str, option: &str) -> anyhow::Error {
    match error {
        ApiError::AdminNeeded { .. } => usage(format!(
            "only an administrator's key may ask for the names of libraries; give {option} the id of the {thing}, \
             which stands in the address of its page in Immich"
        )),
        error => error.into(),
    }
}

/// The one of this name. Case matters only where it tells two of them apart.
fn one<Id: Clone + Eq + Display>(
    thing: &str,
    option: &str,
    name: &str,
    there: &[(String, Id)],
) -> Result<Id> {
    let exact: Vec<&Id> = there.iter().filter(|(known, _)| known == name).map(|(_, id)| id).collect();
    let lower = name.to_lowercase();
    let folded =
        || there.iter().filter(|(known, _)| known.to_lowercase() == lower).map(|(_, id)| id).collect();
    let mut found: Vec<&Id> = if exact.is_empty() { folded() } else { exact };
    found.dedup();
    match found.as_slice() {
        [id] => Ok((*id).clone()),
        [] => Err(usage(format!("{option}: no {thing} is called `{name}`{}", offer(&lower, there)))),
        several => {
            let ids: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            Err(usage(format!(
                "{option}: {} are called `{name}`; give the id of the one you mean: {}",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

/// What somebody probably meant, else what there is.
fn offer<Id>(lower: &str, there: &[(String, Id)]) -> String {
    let mut known: Vec<&str> =
        there.iter().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty()).collect();
    known.sort_unstable();
    known.dedup();
    let folded: Vec<String> = known.iter().map(|name| name.to_lowercase()).collect();
    let near = nearest(lower, folded.iter().map(String::as_str));
    let near = near.and_then(|near| folded.iter().position(|name| name == near));
    let within = || folded.iter().position(|name| name.contains(lower) || lower.contains(name.as_str()));
    if let Some(position) = near.or_else(within) {
        return format!("; did you mean `{}`?", known[position]);
    }
    if known.is_empty() {
        return "; there is none at all".to_owned();
    }
    let rest = known.len().saturating_sub(OFFERED);
    let names: Vec<String> = known.iter().take(OFFERED).map(|name| format!("`{name}`")).collect();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("; there are {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there() -> There<u8> {
        [("Summer", 1), ("Winter", 2), ("winter", 3), ("Trip", 4), ("Trip", 5), ("", 6)]
            .map(|(name, id)| (name.to_owned(), id))
            .into()
    }

    fn find(name: &str) -> Result<u8> {
        one("album", "--immich-album", name, &there())
    }

    fn error(name: &str) -> String {
        find(name).unwrap_err().to_string()
    }

    #[test]
    fn a_name_is_found_in_any_case_unless_case_tells_two_apart() {
        assert_eq!(find("summer").unwrap(), 1);
        assert_eq!((find("Winter").unwrap(), find("winter").unwrap()), (2, 3));
        assert!(error("WINTER").contains("2 are called `WINTER`"));
    }

    #[test]
    fn a_name_that_nobody_has_is_answered_with_the_nearest() {
        assert!(error("Sumer").contains("did you mean `Summer`?"));
        assert!(error("Summer 2024").contains("did you mean `Summer`?"));
        assert!(error("Birthday").contains("there are `Summer`, `Trip`, `Winter`, `winter`"));
        assert!(
            one::<u8>("album", "--immich-album", "x", &[]).unwrap_err().to_string().contains("none at all")
        );
    }

    #[test]
    fn a_name_that_several_have_is_answered_with_their_ids() {
        assert!(error("Trip").contains("`4`, `5`"));
    }

    #[test]
    fn an_id_is_taken_as_it_is_and_nothing_is_listed_for_it() {
        let wanted = ["7".to_owned(), "7".to_owned()];

        let chosen = choose("album", "-", &wanted, str::parse::<u8>, || panic!("asked")).unwrap();

        assert_eq!(chosen, [7]);
    }
}
