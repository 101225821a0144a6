//! Finds out where the folders of the server are on this machine, from a sample of its assets.
//!
//! The end of a server's path is the end of the path here, whatever the mounts before it are called. So each
//! sample is looked for by its last parts, from all of them down to the name alone, below the library folder and
//! its upper folders. A path that fits proves nothing (two users have a `2024/07/IMG_1.jpg` each): a sample is
//! found only where the file itself is the one, by content or by size and time. What the found ones agree on
//! becomes a prefix; where they do not agree, the user is asked.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use photo_metadata::MetadataError;
use photo_metadata::replace::identity;

use super::alignment::{Alignment, Vote};
use super::election::elect;
use super::evidence::{Evidence, Proof, fit};
use super::folders::Folders;
use super::library::{Library, LibraryPath};
use super::mapping::{PathMapping, PathRule, PrefixMap, segments};
use crate::error::SyncError;
use crate::stop::StopFlag;

/// Files of up to so many bytes are compared by content where it is known; larger ones by size and time if those
/// are enough.
const READ_IN_FULL: u64 = 64 << 20;

/// An asset that is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Where the server has its file.
    pub server_path: String,
    /// What the server knows about the file.
    pub evidence: Evidence,
    /// Whether Immich manages the file, so that its content can be compared.
    pub managed: bool,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Folders of the server and where they are here, ready for [`PathRule::Prefixes`].
    pub prefixes: Vec<PrefixMap>,
    /// How many samples lie where the prefixes lead.
    pub agreed: u64,
    /// How many samples there were.
    pub of: u64,
    /// Folders of the server of which no sample lies where a prefix leads.
    pub unmatched: Vec<String>,
    /// Folders of the server that may be in any of several folders here; not among the prefixes.
    pub ambiguous: Vec<(String, Vec<PathBuf>)>,
    /// Whether the library has more upper folders than were looked into.
    pub cut_off: bool,
}

/// Looks for the samples below the library folder; reads, and changes nothing.
///
/// A stop ends the search with nothing found. Files that cannot be read count as not found; only a library
/// folder that cannot be used is an error.
pub fn find_mapping(library_root: &Path, samples: &[Sample], stop: &StopFlag) -> Result<Found, SyncError> {
    let search = Search::begin(library_root, samples, stop)?;
    let mut votes = Vec::new();
    for sample in samples {
        if stop.is_raised() {
            return Ok(Found { of: samples.len() as u64, ..Found::default() });
        }
        votes.extend(search.vote(sample));
    }
    let outcome = elect(&votes);
    let mut prefixes: Vec<PrefixMap> = outcome
        .elected
        .iter()
        .map(|(server, local)| PrefixMap { server: shown(server), local: below(library_root, local) })
        .collect();
    // Stable, so that prefixes of one length stay in the order of their names.
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.server.matches('/').count()));
    let ambiguous = outcome.ambiguous.iter().map(|(server, places)| {
        (shown(server), places.iter().map(|place| below(library_root, place)).collect())
    });
    Ok(Found {
        prefixes,
        agreed: outcome.agreed,
        of: samples.len() as u64,
        unmatched: outcome.unmatched.iter().map(|folder| shown(folder)).collect(),
        ambiguous: ambiguous.collect(),
        cut_off: search.folders.cut_off,
    })
}

fn shown(server: &[String]) -> String {
    format!("/{}", server.join("/"))
}

/// Without the slash at the end that joining nothing would leave.
fn below(root: &Path, relative: &Path) -> PathBuf {
    if relative.as_os_str().is_empty() { root.to_owned() } else { root.join(relative) }
}

/// A library that is searched.
struct Search {
    library: Library,
    folders: Folders,
}

impl Search {
    fn begin(root: &Path, samples: &[Sample], stop: &StopFlag) -> Result<Self, SyncError> {
        let library =
            Library::open(PathMapping { root: root.to_owned(), rule: PathRule::Prefixes(Vec::new()) })?;
        let names: HashSet<&OsStr> = samples
            .iter()
            .filter_map(|sample| segments(&sample.server_path).ok())
            .flatten()
            .map(OsStr::new)
            .collect();
        let folders = Folders::list(library.root(), &names, stop);
        Ok(Self { library, folders })
    }

    /// Where a sample is; `None` when its path is none.
    fn vote(&self, sample: &Sample) -> Option<Vote> {
        let segments = segments(&sample.server_path).ok()?;
        let (_, folder) = segments.split_last()?;
        let mut tried = BTreeSet::new();
        // By the file that a path leads to: inside of the library two paths may lead to one.
        let mut hits: BTreeMap<PathBuf, Alignment> = BTreeMap::new();
        for start in 0..segments.len() {
            for base in self.folders.holding(segments[start]) {
                let relative = segments[start..].iter().fold(base.to_owned(), |path, part| path.join(part));
                if !tried.insert(relative.clone()) {
                    continue;
                }
                if let Some(file) = self.find(&relative, sample) {
                    let alignment = Alignment::of(&segments, &relative);
                    let known = hits.entry(file.into_path_buf()).or_insert_with(|| alignment.clone());
                    *known = alignment.min(known.clone());
                }
            }
        }
        let folder = folder.iter().map(|&segment| segment.to_owned()).collect();
        Some(Vote { folder, hits: hits.into_values().collect() })
    }

    /// The file at a path below the library folder, if it is the sample's.
    fn find(&self, relative: &Path, sample: &Sample) -> Option<LibraryPath> {
        let path = self.library.beneath(relative).ok()??;
        match is_same(&path, sample) {
            Ok(is_same) => is_same.then_some(path),
            Err(error) => {
                tracing::debug!(%error, "a file that a sample may be cannot be compared");
                None
            }
        }
    }
}

fn is_same(path: &LibraryPath, sample: &Sample) -> Result<bool, MetadataError> {
    let file = match identity(path.as_path()) {
        Err(MetadataError::Missing { .. } | MetadataError::NotRegular { .. }) => return Ok(false),
        file => file?,
    };
    // Reading a file of another size would prove what is known.
    if sample.evidence.size.is_some_and(|size| size != file.size) {
        return Ok(false);
    }
    let reads = sample.managed && file.size <= READ_IN_FULL;
    let proof = if reads { Proof::Sha1 } else { Proof::Stat };
    Ok(fit(path.as_path(), &file, &sample.evidence, proof)?.is_same())
}
