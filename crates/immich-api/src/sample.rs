//! A handful of assets from all over the library, to find out where its files are.
//!
//! Each library, and what Immich manages, has its place on the server. The newest and the oldest assets
//! seldom show all of them, so what is missing is asked for by name, and each answer is sorted by what the
//! items themselves say.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::asset::Asset;
use crate::error::ApiError;
use crate::ids::LibraryId;
use crate::pages::{LARGEST_PAGE, Pages};
use crate::reader::Reader;
use crate::sightings::{Sight, Sightings};

/// Libraries that are asked for by name, at most.
const MOST_LIBRARIES: usize = 20;

/// Up to `size` of the newest and of the oldest assets, and of each place that these do not show.
pub(crate) fn sample(reader: Reader<'_>, size: u32, libraries: &[LibraryId]) -> Result<Vec<Asset>, ApiError> {
    let mut sample = Sample { reader, size, seen: Sightings::default(), assets: Vec::new() };
    sample.ask(&[], "desc")?;
    sample.ask(&[], "asc")?;
    let shown: BTreeSet<Option<LibraryId>> =
        sample.assets.iter().map(|asset| asset.library_id.clone()).collect();
    if !shown.contains(&None) {
        sample.ask(&[("libraryId", Value::Null)], "desc")?;
    }
    let missing = libraries.iter().filter(|library| !shown.contains(&Some((*library).clone())));
    for library in missing.take(MOST_LIBRARIES) {
        sample.ask(&[("libraryId", json!(library))], "desc")?;
    }
    Ok(sample.assets)
}

struct Sample<'a> {
    reader: Reader<'a>,
    size: u32,
    seen: Sightings,
    assets: Vec<Asset>,
}

impl Sample<'_> {
    /// Adds the first page of a list: own, shown, and new assets of it.
    fn ask(&mut self, filter: &[(&str, Value)], order: &str) -> Result<(), ApiError> {
        let filter = filter.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let wishes = Map::from_iter([
            ("withExif".to_owned(), json!(true)),
            ("size".to_owned(), json!(self.size.clamp(1, LARGEST_PAGE))),
            ("order".to_owned(), json!(order)),
        ]);
        let me = &self.reader.client.server().user.id;
        let page = Pages::new(self.reader, &filter, &wishes).next_page(&mut self.seen)?;
        let new = page.into_iter().flatten().filter(|item| item.sight == Some(Sight::First));
        let own = new
            .filter_map(|item| item.asset.ok())
            .filter(|asset| asset.owner_id == *me && !asset.is_trashed && asset.visibility.is_shown());
        self.assets.extend(own);
        Ok(())
    }
}
