//! Which kinds of data are written: never by default, because writing is what cannot be taken for granted.

use std::collections::BTreeSet;

use anyhow::Result;
use photo_metadata::Datum;

use super::{Sources, names};
use crate::exit::usage;

const EVERYTHING: [Datum; 5] = [Datum::People, Datum::Gps, Datum::Caption, Datum::Time, Datum::Rating];

/// The kinds that the first source which names any of them names.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<BTreeSet<Datum>> {
    let args = sources.args;
    let typed = [args.people, args.gps, args.caption, args.time, args.rating];
    let from_command_line = chosen(args.all, typed);
    if !from_command_line.is_empty() {
        return Ok(from_command_line);
    }
    let flag = |names| sources.environment.flag(names).map(|flag| flag.unwrap_or(false));
    let set = [
        flag(names::PEOPLE)?,
        flag(names::GPS)?,
        flag(names::CAPTION)?,
        flag(names::TIME)?,
        flag(names::RATING)?,
    ];
    let from_environment = chosen(flag(names::ALL)?, set);
    if !from_environment.is_empty() {
        return Ok(from_environment);
    }
    let from_config: BTreeSet<Datum> = sources.config.write.iter().flatten().copied().collect();
    if from_config.is_empty() {
        return Err(usage(
            "nothing to write was chosen; say what: --all, or some of --people --gps --caption --time --rating",
        ));
    }
    Ok(from_config)
}

fn chosen(all: bool, each: [bool; 5]) -> BTreeSet<Datum> {
    EVERYTHING.into_iter().zip(each).filter(|(_, chosen)| all || *chosen).map(|(datum, _)| datum).collect()
}
