//! Which file was taken by which asset: two assets that lead to one file mean that the mapping of the paths is
//! wrong for at least one of them, and then neither is written.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use photo_metadata::replace::FileIdentity;

use crate::plan::SkipReason;

/// The files that were taken up to now, over all accounts.
#[derive(Default)]
pub(super) struct Claims {
    by_file: HashMap<[u8; 16], Option<u32>>,
    /// Candidates whose file a later asset leads to as well.
    shared: BTreeSet<u32>,
}

impl Claims {
    /// Takes a file; `false` if another asset was first, whose candidate is then given up as well.
    pub(super) fn take(&mut self, path: &Path, file: &FileIdentity) -> bool {
        match self.by_file.entry(file_key(path, file)) {
            Entry::Vacant(free) => {
                free.insert(None);
                true
            }
            Entry::Occupied(taken) => {
                self.shared.extend(*taken.get());
                false
            }
        }
    }

    /// Notes which candidate has a file that was taken.
    pub(super) fn belongs_to(&mut self, path: &Path, file: &FileIdentity, candidate: usize) {
        self.by_file.insert(file_key(path, file), u32::try_from(candidate).ok());
    }

    /// Whether another asset leads to the file of a candidate.
    pub(super) fn is_shared(&self, candidate: usize) -> bool {
        u32::try_from(candidate).is_ok_and(|candidate| self.shared.contains(&candidate))
    }

    /// What such an asset is told.
    pub(super) fn reason() -> SkipReason {
        SkipReason::Unmapped(
            "two assets lead to this file; map the folders of the server with --path-map so that each has its \
             own"
                .to_owned(),
        )
    }
}

/// Tells files apart, also where two spellings of a path lead to one file. Hard links are further names on
/// purpose, and a matter of their own policy.
fn file_key(path: &Path, file: &FileIdentity) -> [u8; 16] {
    if file.links == 1 {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&file.device.to_le_bytes());
        key[8..].copy_from_slice(&file.inode.to_le_bytes());
        return key;
    }
    let hash = blake3::hash(path.as_os_str().as_encoded_bytes());
    std::array::from_fn(|index| hash.as_bytes()[index])
}
