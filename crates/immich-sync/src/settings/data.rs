//! Which kinds of data are written: never by default, because writing is what cannot be taken for granted.

use std::collections::BTreeSet;

use anyhow::Result;
use photo_metadata::Datum;

use super::setting::Setting;
use super::sources::{Given, Origin, yes_or_no_of};
use super::words::datum;
use super::{Sources, catalogue};
use crate::exit::usage;

/// The options that choose a kind each, in the order of [`Datum::ALL`].
const EACH: [Setting; 8] = [
    catalogue::PEOPLE,
    catalogue::GPS,
    catalogue::CAPTION,
    catalogue::TIME,
    catalogue::RATING,
    catalogue::ALBUMS,
    catalogue::FACE_COORDINATES,
    catalogue::TAGS,
];

/// How many of them `--all` means; albums, faces and tags were always extra.
const BASIC: usize = 5;

/// The kinds that the first source which names any of them names.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<BTreeSet<Datum>> {
    let (data, _) = find(sources)?.ok_or_else(|| {
        usage(
            "nothing to write was chosen; say what: --all, or some of --people --gps --caption --time --rating, \
             and --albums --face-coordinates --tags",
        )
    })?;
    Ok(data)
}

/// Whether a setting is one of those that choose kinds of data.
pub(super) fn chooses(setting: &Setting) -> bool {
    let others = [catalogue::EVERY_BASIC_KIND.name, catalogue::EVERYTHING.name, catalogue::WRITE.name];
    others.contains(&setting.name) || EACH.iter().any(|each| each.name == setting.name)
}

/// The kinds, and where they are named.
pub(super) fn find(sources: &Sources<'_>) -> Result<Option<(BTreeSet<Datum>, Vec<Origin>)>> {
    if let Some(chosen) = chosen(|setting| Ok(sources.typed(setting)))? {
        return Ok(Some(chosen));
    }
    match chosen(|setting| sources.environment.find(setting))? {
        Some(chosen) => Ok(Some(chosen)),
        None => chosen(|setting| Ok(sources.config.find(setting))),
    }
}

fn chosen(
    find: impl Fn(&Setting) -> Result<Option<Given>>,
) -> Result<Option<(BTreeSet<Datum>, Vec<Origin>)>> {
    let (mut data, mut origins) = (BTreeSet::new(), Vec::new());
    let groups = [(&catalogue::EVERY_BASIC_KIND, BASIC), (&catalogue::EVERYTHING, Datum::ALL.len())];
    let groups = groups.map(|(setting, many)| (setting, &Datum::ALL[..many]));
    let single = EACH.iter().zip(Datum::ALL.chunks(1));
    for (setting, kinds) in groups.into_iter().chain(single) {
        if let Some(given) = find(setting)?
            && yes_or_no_of(&given)?
        {
            data.extend(kinds);
            origins.push(given.origin);
        }
    }
    if let Some(given) = find(&catalogue::WRITE)? {
        for name in given.texts()? {
            data.extend(named(&name, &given)?);
        }
        origins.push(given.origin);
    }
    Ok((!data.is_empty()).then_some((data, origins)))
}

fn named(name: &str, given: &Given) -> Result<Vec<Datum>> {
    match name {
        "all" => Ok(Datum::ALL[..BASIC].to_vec()),
        "everything" => Ok(Datum::ALL.to_vec()),
        name => datum(name).map(|datum| vec![datum]).ok_or_else(|| {
            let kinds = Datum::ALL.map(|datum| datum.to_string()).join(", ");
            usage(format!(
                "{}: `{name}` is no kind of data; there are {kinds}, all and everything",
                given.origin
            ))
        }),
    }
}
