//! Which assets belong to which named things (albums, tags), in little memory.
//!
//! A million assets in a map of sets would cost some 150 MB; sorted pairs of 24 bytes cost a sixth of that.

use immich_api::AssetId;

/// Pairs of asset and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    names: Vec<Name>,
    pairs: Vec<(u128, u32)>,
    /// Whether there may be more names than these.
    lacks_names: bool,
}

#[derive(Debug, Clone)]
struct Name {
    text: String,
    /// Whether its list of assets may lack some.
    is_short: bool,
}

impl Members {
    /// Adds a named thing with its assets. `is_short` says that the list may lack some of them.
    pub(crate) fn add(&mut self, name: &str, is_short: bool, assets: impl IntoIterator<Item = u128>) {
        let Ok(number) = u32::try_from(self.names.len()) else { return };
        self.names.push(Name { text: name.to_owned(), is_short });
        self.pairs.extend(assets.into_iter().map(|asset| (asset, number)));
    }

    /// Says that there may be more names, so that nothing follows from one that is not here.
    pub(crate) fn may_lack_names(mut self) -> Self {
        self.lacks_names = true;
        self
    }

    /// Gets ready to be asked.
    pub(crate) fn sort(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.pairs.shrink_to_fit();
    }

    /// The names that an asset belongs to.
    pub(crate) fn of(&self, asset: &AssetId) -> impl Iterator<Item = &str> {
        let asset = asset.as_u128();
        let first = self.pairs.partition_point(|(other, _)| *other < asset);
        self.pairs[first..]
            .iter()
            .take_while(move |(other, _)| *other == asset)
            .filter_map(|(_, number)| self.names.get(usize::try_from(*number).ok()?))
            .map(|name| name.text.as_str())
    }

    /// Whether a list under this name may lack assets, so that nothing follows from an asset not being in it.
    pub(crate) fn is_short(&self, text: &str) -> bool {
        let mut known = self.names.iter().filter(|name| name.text == text).peekable();
        (self.lacks_names && known.peek().is_none()) || known.any(|name| name.is_short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(number: u32) -> AssetId {
        AssetId::parse(&format!("{number:08x}-0000-4000-8000-000000000000")).unwrap()
    }

    #[test]
    fn an_asset_has_the_names_that_list_it() {
        let mut members = Members::default();
        members.add("Sea", false, [asset(2).as_u128(), asset(1).as_u128()]);
        members.add("Hills", true, [asset(2).as_u128(), asset(2).as_u128()]);
        members.sort();

        assert_eq!(members.of(&asset(2)).collect::<Vec<_>>(), ["Sea", "Hills"]);
        assert_eq!(members.of(&asset(1)).collect::<Vec<_>>(), ["Sea"]);
        assert_eq!(members.of(&asset(3)).count(), 0);
        assert!(members.is_short("Hills") && !members.is_short("Sea"));
        assert!(!members.is_short("Lake") && members.may_lack_names().is_short("Lake"));
    }
}
