//! One pass of the native code over bytes from anybody, for fuzzers. Not for use: the feature `fuzzing` shows it.
//!
//! A pass reads, lists and changes, and looks for contradictions on the way: a result that depends on the pieces in
//! which the file is read, a way back that does not lead back, a new version whose pictures differ in the eyes of
//! [`structure`](crate::structure). What panics, hangs or hoards memory is for the caller to see.

mod edits;

use crate::draft::{Draft, Splice};
use crate::edits::TagEdit;
use crate::engine::Change;
use crate::native::{Exif, NoDraft, Packet, Resources, inventory, open, proved_draft, read};
use crate::recipe::{Piece, Recipe, View};
use crate::source::{Source, read_up_to};
use crate::structure::{Container, payload_of};
use crate::tag::{Tag, TagBlock};
use crate::value::Value;

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The native code leaves it to others.
    Beyond,
    /// It was read, and the change was refused.
    Refused,
    /// It was read, and the new version failed its own proof.
    Unproved,
    /// There is a new version.
    Drafted,
}

/// What can be read on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// An XMP packet.
    Xmp,
    /// An EXIF block.
    Exif,
    /// Photoshop's resources.
    Photoshop,
}

/// Reads a file and changes some tags in it; the seed decides which. The error is a contradiction.
pub fn file(bytes: &[u8], container: Container, seed: u64) -> Result<Outcome, String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let whole = bytes.to_vec();
    let seen = look(&whole, container);
    in_crumbs(&whole, &mut random, |crumbs| {
        if look(crumbs, container) == seen {
            Ok(())
        } else {
            Err("it depends on the pieces of the source".to_owned())
        }
    })?;
    let Ok(tags) = read(&whole, container) else { return Ok(Outcome::Beyond) };
    let edits = edits::of_file(&tags, &mut random);
    let change = Change { container, edits, iptc: tags.iptc().cloned() };
    match proved_draft(&whole, &change) {
        Ok(draft) => check_draft(&whole, &draft, container).map(|()| Outcome::Drafted),
        Err(NoDraft::Wrong(_)) => Ok(Outcome::Unproved),
        Err(NoDraft::Conflict) => Err("it holds other values than were just read".to_owned()),
        Err(NoDraft::Fault(_)) => Ok(Outcome::Refused),
    }
}

/// The new version that the same pass makes, to look into what [`file`] complains of.
pub fn new_version(bytes: &[u8], container: Container, seed: u64) -> Option<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let whole = bytes.to_vec();
    in_crumbs(&whole, &mut random, |_| ());
    let tags = read(&whole, container).ok()?;
    let edits = edits::of_file(&tags, &mut random);
    let change = Change { container, edits, iptc: tags.iptc().cloned() };
    made(&whole, &proved_draft(&whole, &change).ok()?.forward()).ok()
}

/// Reads a block and changes some tags in it.
pub fn block(bytes: &[u8], codec: Codec, seed: u64) -> Result<Outcome, String> {
    let mut random = fastrand::Rng::with_seed(seed);
    match codec {
        Codec::Xmp => packet(bytes, &mut random),
        Codec::Exif => exif(bytes, &mut random),
        Codec::Photoshop => photoshop(bytes, &mut random),
    }
}

/// The blocks of a file, to start from.
pub fn blocks(bytes: &[u8], container: Container) -> Vec<(Codec, Vec<u8>)> {
    let Ok(format) = open(&bytes.to_vec(), container) else { return Vec::new() };
    let blocks = format.blocks();
    let of = |codec, block: &Option<crate::native::Block>| Some((codec, block.as_ref()?.bytes.clone()));
    let found =
        [of(Codec::Exif, &blocks.exif), of(Codec::Xmp, &blocks.xmp), of(Codec::Photoshop, &blocks.photoshop)];
    found.into_iter().flatten().collect()
}

/// Everything that is read, as text.
fn look(source: &dyn Source, container: Container) -> String {
    format!("{:?} {:?}", read(source, container), inventory(source, container))
}

/// The same bytes, put together from many pieces of odd lengths.
fn in_crumbs<T>(whole: &Vec<u8>, random: &mut fastrand::Rng, see: impl FnOnce(&View<'_>) -> T) -> T {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < whole.len() {
        let length = random.usize(1..=1 + whole.len() / 40).min(whole.len() - at);
        pieces.push(if random.bool() {
            Piece::Bytes(whole[at..at + length].to_vec())
        } else {
            Piece::Copy { start: at as u64, length: length as u64 }
        });
        at += length;
    }
    let recipe = Recipe::joined(whole.len() as u64, pieces);
    see(&View::new(whole, &recipe))
}

fn check_draft(old: &Vec<u8>, draft: &Draft, container: Container) -> Result<(), String> {
    let new = made(old, &draft.forward())?;
    let back = draft.back(old).map_err(|error| format!("no way back: {error}"))?;
    if made(&new, &back)? != *old {
        return Err("the way back does not lead back".to_owned());
    }
    // The examination goes by the content alone, and protects other parts in other kinds of files.
    let same =
        payload_of(old, container).zip(payload_of(&new, container)).map(|(old, new)| old.same_as(&new));
    if same == Some(Some(false)) {
        return Err("bytes that are not metadata change".to_owned());
    }
    Ok(())
}

fn made(other: &Vec<u8>, recipe: &Recipe) -> Result<Vec<u8>, String> {
    let view = View::new(other, recipe);
    let length = usize::try_from(view.len()).map_err(|_| "too long".to_owned())?;
    let bytes = read_up_to(&view, 0, length).map_err(|error| format!("it cannot be made: {error}"))?;
    if bytes.len() == length { Ok(bytes) } else { Err("it is shorter than it says".to_owned()) }
}

/// The first value of each of our tags, as the engine would have it.
fn first_values(tags: Vec<(Tag, Value)>) -> std::collections::BTreeMap<Tag, Value> {
    let mut first = std::collections::BTreeMap::new();
    for (tag, value) in tags {
        first.entry(tag).or_insert(value);
    }
    first
}

fn edits_in(block: TagBlock, tags: Vec<(Tag, Value)>, random: &mut fastrand::Rng) -> Vec<TagEdit> {
    edits::random(&first_values(tags), |tag| tag.block() == block, random)
}

fn packet(bytes: &[u8], random: &mut fastrand::Rng) -> Result<Outcome, String> {
    let Ok(mut packet) = Packet::parse(bytes) else { return Ok(Outcome::Beyond) };
    packet.listing();
    let edits = edits_in(TagBlock::Xmp, packet.tags(), random);
    if packet.apply(&edits).is_err() {
        return Ok(Outcome::Refused);
    }
    for written in [packet.embedded().body.into_bytes(), packet.sidecar()] {
        let again =
            Packet::parse(&written).map_err(|fault| format!("what is written is not read: {fault}"))?;
        unmet(&edits, again.tags())?;
    }
    Ok(Outcome::Drafted)
}

fn exif(bytes: &[u8], random: &mut fastrand::Rng) -> Result<Outcome, String> {
    let Ok(exif) = Exif::parse(bytes) else { return Ok(Outcome::Beyond) };
    exif.listing();
    exif.orientation();
    let edits = edits_in(TagBlock::Exif, exif.tags(), random);
    let Ok(new) = exif.apply(&edits) else { return Ok(Outcome::Refused) };
    let again = Exif::parse(&new.bytes).map_err(|fault| format!("what is written is not read: {fault}"))?;
    let by_splices = new.splices.map(|splices| with_splices(bytes, splices)).transpose()?;
    if by_splices.is_some_and(|by_splices| by_splices != new.bytes) {
        return Err("the splices of an EXIF block do not make it".to_owned());
    }
    unmet(&edits, again.tags()).map(|()| Outcome::Drafted)
}

fn photoshop(bytes: &[u8], random: &mut fastrand::Rng) -> Result<Outcome, String> {
    let Ok(mut resources) = Resources::parse(bytes) else { return Ok(Outcome::Beyond) };
    resources.listing();
    resources.iptc();
    let edits = edits_in(TagBlock::Iptc, resources.tags(), random);
    if resources.apply(&edits).is_err() {
        return Ok(Outcome::Refused);
    }
    let written = resources.to_bytes();
    Resources::parse(&written).map_err(|fault| format!("what is written is not read: {fault}"))?;
    Ok(Outcome::Drafted)
}

fn with_splices(bytes: &[u8], splices: Vec<Splice>) -> Result<Vec<u8>, String> {
    let draft = Draft::new(bytes.len() as u64, splices).ok_or("the splices of an EXIF block overlap")?;
    made(&bytes.to_vec(), &draft.forward())
}

/// Whether a tag that was taken away is still there. Other values may be refused or adjusted by the proof later.
fn unmet(edits: &[TagEdit], tags: Vec<(Tag, Value)>) -> Result<(), String> {
    let now = first_values(tags);
    let left = edits.iter().find(|edit| edit.new.is_none() && now.contains_key(&edit.tag));
    left.map_or(Ok(()), |edit| Err(format!("{} was taken away and is there", edit.tag)))
}
