//! What is done about the groups: nothing, unless somebody says so.

use anyhow::Result;
use photo_similarity::Class;

use super::super::setting::Setting;
use super::super::sources::{Given, yes_or_no_of};
use super::super::words::{ClassWord, HashWord};
use super::super::{Sources, catalogue, plain_tag};
use crate::exit::usage;

/// The tag when nobody says.
const TAG: &str = "review-duplicate";
/// The beginning of the names of albums when nobody says.
const ALBUM_PREFIX: &str = "Similar-";

/// Every action with the option that chooses it, in the order in which they are done: what hides photos comes last.
const EACH: [(Wish, Setting); 9] = [
    (Wish::Tag, catalogue::ORGANIZE_TAG),
    (Wish::TagLocal, catalogue::ORGANIZE_TAG_LOCAL),
    (Wish::Albums, catalogue::ORGANIZE_ALBUMS),
    (Wish::Stack, catalogue::ORGANIZE_STACK),
    (Wish::Favourite, catalogue::ORGANIZE_FAVOURITE),
    (Wish::Description, catalogue::ORGANIZE_DESCRIPTION),
    (Wish::Review, catalogue::ORGANIZE_REVIEW),
    (Wish::Archive, catalogue::ORGANIZE_ARCHIVE),
    (Wish::Trash, catalogue::ORGANIZE_TRASH),
];

/// One thing that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Tags for the best and the others.
    Tag,
    /// An album for each group.
    Albums,
    /// A stack of each group.
    Stack,
    /// The heart for the best.
    Favourite,
    /// A tag for what is on this machine too.
    TagLocal,
    /// A line in the captions.
    Description,
    /// Immich's own duplicate groups.
    Review,
    /// The archive for all but the best.
    Archive,
    /// The trash for copies of the best.
    Trash,
}

impl Wish {
    /// The option that chooses it.
    pub(crate) fn option(self) -> &'static str {
        EACH.iter().find(|(wish, _)| *wish == self).map_or("", |(_, setting)| setting.option)
    }
}

/// Everything that is done, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// What, in the order in which it is done: what takes photos away comes last.
    pub(crate) actions: Vec<Wish>,
    /// The tag.
    pub(crate) tag: String,
    /// The beginning of the names of albums.
    pub(crate) album_prefix: String,
    /// With which groups; empty for those that an action is for.
    pub(crate) classes: Vec<Class>,
    /// With these alone; empty for all.
    pub(crate) groups: Vec<String>,
    /// Instead of all that: the tag that goes, and whether from every photo.
    pub(crate) remove_tag: Option<RemoveTag>,
}

/// A tag that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RemoveTag {
    /// Its name.
    pub(crate) name: String,
    /// Also where this program did not put it.
    pub(crate) everywhere: bool,
}

/// Decides what is done.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<Wishes> {
    let remove_tag = sources.text(&catalogue::ORGANIZE_REMOVE_TAG)?;
    let everywhere = sources.flag(&catalogue::ORGANIZE_ALL_TAGGED)?;
    if everywhere && remove_tag.is_none() {
        return Err(usage("--all-tagged belongs to --remove-tag NAME"));
    }
    let typed = chosen(|setting| Ok(sources.typed(setting)))?;
    let actions = match (&remove_tag, typed) {
        (Some(_), actions) if !actions.is_empty() => {
            return Err(usage("--remove-tag does nothing else; leave the other actions out, or the tag in"));
        }
        (Some(_), _) => Vec::new(),
        (None, actions) => first_that_chooses(sources, actions)?,
    };
    let classes = classes(sources)?;
    if actions.contains(&Wish::Trash) && classes.iter().any(|class| *class > Class::Duplicate) {
        return Err(usage(
            "--trash is for exact copies and duplicates; similar photos and bursts are no copies",
        ));
    }
    let hash = sources.word::<HashWord>(&catalogue::ORGANIZE_HASH)?.unwrap_or(HashWord::P256);
    if actions.contains(&Wish::Trash) && hash != HashWord::P256 {
        return Err(usage(
            "--trash goes by the hash p256 only; the others are there to compare, and take more for copies that are none",
        ));
    }
    Ok(Wishes {
        tag: tag(sources, &actions)?,
        actions,
        album_prefix: sources.text(&catalogue::ORGANIZE_ALBUM_PREFIX)?.unwrap_or_else(|| ALBUM_PREFIX.into()),
        classes,
        groups: groups(sources)?,
        remove_tag: remove_tag
            .map(|name| plain_tag(&name).map(|name| RemoveTag { name, everywhere }))
            .transpose()?,
    })
}

/// Whether a setting is one of those that choose what is done.
pub(in crate::settings) fn chooses(setting: &Setting) -> bool {
    EACH.iter().any(|(_, each)| each.name == setting.name)
}

/// What the command line chooses, else the environment, else the config file.
fn first_that_chooses(sources: &Sources<'_>, typed: Vec<Wish>) -> Result<Vec<Wish>> {
    if !typed.is_empty() {
        return Ok(typed);
    }
    let told = chosen(|setting| sources.environment.find(setting))?;
    if told.is_empty() { chosen(|setting| Ok(sources.config.find(setting))) } else { Ok(told) }
}

fn chosen(find: impl Fn(&Setting) -> Result<Option<Given>>) -> Result<Vec<Wish>> {
    let mut wishes = Vec::new();
    for (wish, setting) in EACH {
        if let Some(given) = find(&setting)?
            && yes_or_no_of(&given)?
        {
            wishes.push(wish);
        }
    }
    Ok(wishes)
}

/// A name for a tag that nobody uses is a mistake when it was typed.
fn tag(sources: &Sources<'_>, actions: &[Wish]) -> Result<String> {
    let is_used = actions.iter().any(|wish| matches!(wish, Wish::Tag | Wish::TagLocal));
    if sources.typed(&catalogue::ORGANIZE_TAG_NAME).is_some() && !is_used {
        return Err(usage("--duplicate-tag names the tag of --tag-only; say --tag-only as well"));
    }
    sources.text(&catalogue::ORGANIZE_TAG_NAME)?.map_or_else(|| Ok(TAG.to_owned()), |name| plain_tag(&name))
}

fn classes(sources: &Sources<'_>) -> Result<Vec<Class>> {
    let mut classes: Vec<Class> =
        sources.words::<ClassWord>(&catalogue::ORGANIZE_CLASS)?.into_iter().map(Into::into).collect();
    classes.sort_unstable();
    classes.dedup();
    Ok(classes)
}

fn groups(sources: &Sources<'_>) -> Result<Vec<String>> {
    let texts = sources.texts(&catalogue::ORGANIZE_GROUP)?;
    Ok(texts
        .iter()
        .flat_map(|text| text.split([',', ' ']))
        .filter(|text| !text.is_empty())
        .map(Into::into)
        .collect())
}
