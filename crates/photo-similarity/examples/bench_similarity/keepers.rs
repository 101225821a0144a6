//! Which copy of a group is kept: by us, and by the server's own rule.

use std::collections::BTreeMap;

use photo_similarity::{Class, Criterion, Forms, Group, Traits, keeper};

use crate::exif::Exif;
use crate::ours::{Collection, DUPLICATE, Looked};
use crate::table::Table;

/// What the rules are told of Exif.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// What is in the files.
    Truth,
    /// As if the original had what a camera writes and its copies nothing, as messengers and many programs leave it.
    OnlyOriginals,
}

/// How often a rule keeps the original.
#[derive(Default)]
struct Tally {
    ours: usize,
    theirs: usize,
    both: usize,
    /// Groups in which another file is as large as the largest.
    ties: usize,
    reasons: BTreeMap<String, usize>,
}

/// The groups of exact copies and duplicates that hold an original and copies of it.
pub(crate) fn measured(known: &Collection) -> Table {
    let kinds: BTreeMap<&str, &str> =
        known.truth.files.iter().map(|known| (known.file.as_str(), known.kind.as_str())).collect();
    let mut groups = known.groups(DUPLICATE, Forms::default());
    groups.retain(|group| matches!(group.class, Class::Exact | Class::Duplicate));
    let with_originals: Vec<(&Group, Vec<&Looked>, usize)> = groups
        .iter()
        .filter_map(|group| {
            let files = group.members.iter().map(|member| &known.files[member.photo as usize]);
            let files: Vec<&Looked> = files.collect();
            // The file from the camera, where the set has it; else the photo that copies were made of.
            let is = |file: &&Looked, wanted: &str| kinds.get(file.file.as_str()) == Some(&wanted);
            let original =
                ["full", "base"].iter().find_map(|wanted| files.iter().position(|file| is(file, wanted)))?;
            Some((group, files, original))
        })
        .collect();
    let mut table = Table::new("Which copy is kept", &["", "groups", "original kept", "if only it had Exif"]);
    let [truth, imagined] = [Told::Truth, Told::OnlyOriginals].map(|told| tally(&with_originals, told));
    let mut line = |name: &str, one: usize, other: usize| {
        table.row([name.to_owned(), with_originals.len().to_string(), one.to_string(), other.to_string()]);
    };
    line("our order", truth.ours, imagined.ours);
    line("Immich: largest file, then most Exif fields", truth.theirs, imagined.theirs);
    line("both", truth.both, imagined.both);
    table.note("what decided in our order:");
    for (reason, count) in truth.reasons {
        table.note(format!("  {count:4} times, {reason}"));
    }
    table.note(
        "copies of the set were saved with more quality than their originals, nearly none of which has Exif: what is \
         left to a rule is size, which misleads; the last column is as if originals were known by their Exif",
    );
    table.note(format!(
        "the largest file had an equal in {} groups; only there Exif decides for Immich",
        truth.ties
    ));
    table.note(
        "Immich finds groups by the distance of CLIP embeddings, which needs its model: not computed here",
    );
    table
}

fn tally(groups: &[(&Group, Vec<&Looked>, usize)], told: Told) -> Tally {
    let mut tally = Tally::default();
    for (group, files, original) in groups {
        let exif = |place: usize| match told {
            Told::Truth => files[place].exif,
            Told::OnlyOriginals if place == *original => Exif { fields: 30, has_camera: true },
            Told::OnlyOriginals => Exif::default(),
        };
        let Some((ours, reason)) = ours(group, files, exif) else { continue };
        let (theirs, is_tie) = theirs(files, exif);
        *tally.reasons.entry(reason.to_string()).or_default() += 1;
        tally.ties += usize::from(is_tie);
        tally.ours += usize::from(ours == *original);
        tally.theirs += usize::from(theirs == *original);
        tally.both += usize::from(ours == *original && theirs == *original);
    }
    tally
}

fn ours(group: &Group, files: &[&Looked], exif: impl Fn(usize) -> Exif) -> Option<(usize, Criterion)> {
    let traits = files.iter().zip(&group.members).enumerate().map(|(place, (file, member))| Traits {
        id: file.photo.id,
        set: member.set,
        is_pinned: false,
        is_favourite: false,
        is_in_album: false,
        place: None,
        pixels: file.photo.size.map(|(width, height)| u64::from(width) * u64::from(height)),
        format: file.format,
        is_raw: false,
        has_camera: exif(place).has_camera,
        bytes: Some(file.bytes),
        fields: exif(place).fields,
        people: 0,
        taken: None,
        name: file.file.rsplit('/').next().unwrap_or(&file.file),
        look: None,
    });
    let verdict = keeper(&traits.collect::<Vec<_>>(), &[])?;
    Some((verdict.best, verdict.reason))
}

/// The server's suggestion, and whether another file is as large.
fn theirs(files: &[&Looked], exif: impl Fn(usize) -> Exif) -> (usize, bool) {
    let rank = |place: usize| (files[place].bytes, exif(place).fields);
    // Of equals the first.
    let best = (0..files.len()).rev().max_by_key(|place| rank(*place)).unwrap_or(0);
    (best, files.iter().filter(|file| file.bytes == files[best].bytes).count() > 1)
}
