//! Which ids a walk has seen.
//!
//! A walk may read several lists, several times. Two questions are asked of each id: did it come before at
//! all, and did it come before in this list? One table answers both, with the number of the list that an
//! id was last seen in: 18 bytes per place, 38 MB for a million assets.

use std::collections::HashMap;

use crate::ids::AssetId;

/// Places made at once, at most: a server that counts a billion assets gets them as they come.
const MOST_RESERVED: u64 = 2_000_000;

/// Ids, each with the list that it was last seen in.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    last: HashMap<[u8; 16], u8>,
    list: u8,
}

/// How new an id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It comes for the first time.
    First,
    /// An earlier list had it.
    NewInList,
    /// This list had it.
    Again,
}

impl Sightings {
    /// Begins another list; `expected` says about how many ids there will be in all.
    pub(crate) fn begin_list(&mut self, expected: Option<u64>) {
        self.list = self.list.wrapping_add(1);
        let room = expected.unwrap_or(0).min(MOST_RESERVED).saturating_sub(self.len());
        self.last.reserve(usize::try_from(room).unwrap_or(0));
    }

    /// Notes an id of the current list.
    pub(crate) fn see(&mut self, id: &AssetId) -> Sight {
        match self.last.insert(id.as_u128().to_be_bytes(), self.list) {
            None => Sight::First,
            Some(list) if list == self.list => Sight::Again,
            Some(_) => Sight::NewInList,
        }
    }

    /// Whether an id came before, in any list.
    pub(crate) fn knows(&self, id: &AssetId) -> bool {
        self.last.contains_key(&id.as_u128().to_be_bytes())
    }

    /// How many different ids came so far, in all lists.
    pub(crate) fn len(&self) -> u64 {
        self.last.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_in_all_and_once_per_list() {
        let (a, b) = (AssetId::from_u128(1), AssetId::from_u128(2));
        let mut seen = Sightings::default();

        seen.begin_list(Some(u64::MAX));
        assert_eq!([seen.see(&a), seen.see(&a)], [Sight::First, Sight::Again]);
        seen.begin_list(None);
        assert_eq!(
            [seen.see(&a), seen.see(&b), seen.see(&a)],
            [Sight::NewInList, Sight::First, Sight::Again]
        );
        assert_eq!(seen.len(), 2);
    }
}
