//! What is remembered of the last scan besides its groups, so that they can be shown as they were found.

use anyhow::Result;
use jiff::Timestamp;
use photo_similarity::HashKind;
use serde::{Deserialize, Serialize};
use sync_core::state::Store;

/// The note of the state.
const KEY: &str = "organize: last scan";

/// How the groups of a state were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastScan {
    /// When it ended.
    pub(crate) at: Timestamp,
    /// The name of the hash that photos were compared by.
    pub(crate) hash: String,
    /// Photos that were compared.
    pub(crate) photos: u64,
}

impl LastScan {
    /// Of a state; `None` where nothing was scanned yet.
    pub(crate) fn read(store: &dyn Store) -> Result<Option<Self>> {
        // What another version noted differently is as good as nothing.
        Ok(store.note(KEY)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Remembers it.
    pub(crate) fn write(&self, store: &dyn Store) -> Result<()> {
        store.set_note(KEY, &serde_json::to_string(self)?)?;
        Ok(())
    }

    /// The hash.
    pub(crate) fn kind(&self) -> HashKind {
        let all = [HashKind::P256, HashKind::DHash, HashKind::PHash, HashKind::Pdq];
        all.into_iter().find(|kind| kind.name() == self.hash).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use sync_core::state::SqliteStore;

    use super::*;

    #[test]
    fn a_scan_is_remembered_with_its_hash() {
        let store = SqliteStore::in_memory().unwrap();
        assert_eq!(LastScan::read(&store).unwrap(), None);
        let scan = LastScan { at: Timestamp::UNIX_EPOCH, hash: HashKind::Pdq.name().to_owned(), photos: 3 };

        scan.write(&store).unwrap();

        assert_eq!(LastScan::read(&store).unwrap().map(|scan| scan.kind()), Some(HashKind::Pdq));
    }
}
