//! Photos with the very same looks, taken together.
//!
//! A hundred copies of one picture are one row of the search instead of a hundred, and a hundred thousand empty pages
//! are not five thousand million pairs. Sorted by looks, the same whatever their positions are, so that which of two
//! is turned does not depend on where they are.

use super::Which;
use super::looks::Looks;

/// Photos by their looks. Those that are new stand apart from those that are known even where they look the same, so
/// that every two entries are either compared or not.
pub(super) struct Distinct {
    /// Positions, those of one look together and from the lowest on.
    positions: Vec<u32>,
    /// Where each entry starts, and after the last the end.
    starts: Vec<u32>,
    /// One bit for each entry: whether its photos are new. Empty when all are.
    new: Vec<u64>,
}

impl Distinct {
    pub(super) fn of(looks: &Looks, which: Which<'_>) -> Self {
        let fresh = match which {
            Which::All => None,
            Which::New(positions) => Some(bits(looks.len(), positions.iter().copied())),
        };
        let is_new = |position: u32| fresh.as_deref().is_none_or(|fresh| bit(fresh, position));
        let positions = sorted(looks, is_new);
        let mut starts: Vec<u32> = Vec::with_capacity(positions.len() + 1);
        let mut new = Vec::new();
        let mut before = None;
        for (place, position) in (0_u32..).zip(&positions) {
            let same =
                |before: u32| looks.order(before, *position).is_eq() && is_new(before) == is_new(*position);
            if !before.is_some_and(same) {
                if fresh.is_some() && is_new(*position) {
                    new.push(u32::try_from(starts.len()).unwrap_or(u32::MAX));
                }
                starts.push(place);
            }
            before = Some(*position);
        }
        let entries = starts.len();
        starts.push(u32::try_from(positions.len()).unwrap_or(u32::MAX));
        let new = if fresh.is_some() { bits(entries, new.into_iter()) } else { Vec::new() };
        Self { positions, starts, new }
    }

    /// How many different looks there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The photos that look like this, from the lowest position on; never none.
    pub(super) fn photos(&self, entry: u32) -> &[u32] {
        let [start, end] = [0, 1].map(|next| self.starts[entry as usize + next] as usize);
        &self.positions[start..end]
    }

    /// The lowest position of an entry, which stands for all of it.
    pub(super) fn first(&self, entry: u32) -> u32 {
        self.positions[self.starts[entry as usize] as usize]
    }

    /// All entries.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = u32> + Clone {
        0..self.starts.len().saturating_sub(1).try_into().unwrap_or(u32::MAX)
    }

    /// Whether an entry holds new photos.
    pub(super) fn is_new(&self, entry: u32) -> bool {
        self.new.is_empty() || bit(&self.new, entry)
    }
}

/// Positions of all that can be compared, by looks, then the known before the new, then by position.
fn sorted(looks: &Looks, is_new: impl Fn(u32) -> bool) -> Vec<u32> {
    let positions = 0..u32::try_from(looks.len()).unwrap_or(u32::MAX);
    // The first word beside each: nearly all comparisons end there, and looking it up would miss the cache each time.
    let mut keys: Vec<(u64, u32)> =
        positions.filter_map(|position| looks.hash(position).map(|hash| (hash.0[0], position))).collect();
    keys.sort_unstable_by(|one, other| {
        let rest = || looks.order(one.1, other.1).then_with(|| is_new(one.1).cmp(&is_new(other.1)));
        one.0.cmp(&other.0).then_with(rest).then_with(|| one.1.cmp(&other.1))
    });
    keys.into_iter().map(|key| key.1).collect()
}

fn bits(count: usize, set: impl Iterator<Item = u32>) -> Vec<u64> {
    let mut words = vec![0; count / 64 + 1];
    for place in set.filter(|place| (*place as usize) < count) {
        words[place as usize / 64] |= 1 << (place % 64);
    }
    words
}

fn bit(words: &[u64], place: u32) -> bool {
    words[place as usize / 64] >> (place % 64) & 1 == 1
}
