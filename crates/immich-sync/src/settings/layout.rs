//! How data are laid out in tags, who wins, and into which files they go.

use anyhow::Result;
use clap::ValueEnum as _;
use immich_api::LibraryId;
use photo_metadata::{Datum, Policies, Policy, Rules, TagChoices};
use sync_core::writeback::{SidecarForm, Target, Targets};

use super::words::{FormWord, PolicyWord, TargetWord, datum, listed};
use super::{Sources, catalogue};
use crate::exit::usage;

/// Layout and precedence.
pub(super) fn rules(sources: &Sources<'_>) -> Result<Rules> {
    let choices = TagChoices {
        people_as_keywords: sources.flag(&catalogue::PEOPLE_KEYWORDS)?,
        people_in_hierarchy: sources.flag(&catalogue::PEOPLE_HIERARCHY)?,
        albums_in_hierarchy: sources.flag(&catalogue::ALBUM_HIERARCHY)?,
        albums_in_comment: sources.flag(&catalogue::ALBUM_COMMENT)?,
        flat_tags: sources.flag(&catalogue::FLAT_TAGS)?,
        microsoft_regions: sources.flag(&catalogue::MICROSOFT_REGIONS)?,
        ..TagChoices::default()
    };
    Ok(Rules { choices, policies: policies(sources)? })
}

/// `fill-missing` is for all kinds, `people=never` for one; whatever their order, the one for one kind counts.
fn policies(sources: &Sources<'_>) -> Result<Policies> {
    let mut policies = Policies::default();
    for (kind, word) in pairs(sources, &catalogue::POLICY)? {
        let policy: Policy = PolicyWord::from_str(&word, true)
            .map_err(|_| usage(format!("--policy `{word}` is none of {}", listed::<PolicyWord>())))?
            .into();
        match kind {
            None => Datum::ALL.into_iter().for_each(|datum| policies.set(datum, policy)),
            Some(name) => {
                let datum = datum(&name).ok_or_else(|| {
                    let kinds = Datum::ALL.map(|datum| datum.to_string()).join(", ");
                    usage(format!("--policy `{name}` is no kind of data; there are {kinds}"))
                })?;
                policies.set(datum, policy);
            }
        }
    }
    Ok(policies)
}

/// `sidecar` is for all libraries, `ID=sidecar` for one external library.
pub(super) fn targets(sources: &Sources<'_>) -> Result<Targets> {
    let mut targets = Targets {
        form: sources.word::<FormWord>(&catalogue::SIDECAR_FORM)?.map_or(SidecarForm::default(), Into::into),
        sidecar_when_refused: sources.flag(&catalogue::SIDECAR_WHEN_REFUSED)?,
        ..Targets::default()
    };
    for (library, word) in pairs(sources, &catalogue::TARGET)? {
        let target: Target = TargetWord::from_str(&word, true)
            .map_err(|_| usage(format!("--target `{word}` is none of {}", listed::<TargetWord>())))?
            .into();
        match library {
            None => targets.target = target,
            Some(id) => {
                let id = LibraryId::parse(&id).map_err(|error| usage(format!("--target: {error}")))?;
                targets.by_library.insert(id, target);
            }
        }
    }
    Ok(targets)
}

/// Words, those for all first, then those for one each.
fn pairs(sources: &Sources<'_>, setting: &super::setting::Setting) -> Result<Vec<(Option<String>, String)>> {
    let Some(given) = sources.find(setting)? else { return Ok(Vec::new()) };
    // One option can hold several words, as a variable can.
    let words = given.texts()?.iter().flat_map(|text| setting.split(text)).collect::<Vec<_>>();
    let mut pairs: Vec<(Option<String>, String)> = words
        .iter()
        .map(|word| word.to_string_lossy())
        .map(|word| match word.split_once('=') {
            Some((one, other)) => (Some(one.trim().to_owned()), other.trim().to_owned()),
            None => (None, word.trim().to_owned()),
        })
        .collect();
    pairs.sort_by_key(|(one, _)| one.is_some());
    Ok(pairs)
}
