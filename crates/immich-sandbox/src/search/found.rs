//! What the last searches found, so that page after page of a walk does not look at the whole library again.
//!
//! A walk of a million assets is a thousand pages. Without this each would ask every asset before its page.

use serde_json::Value;

use super::{Filter, Page, sorted};
use crate::{UserId, problem::Problem, world::World};

/// So many searches at once: a few threads that each walk an album.
const KEPT: usize = 16;

/// Searches and the positions of what they found, valid until anything changes.
#[derive(Debug, Default)]
pub(crate) struct FoundCache {
    changes: u64,
    searches: Vec<(String, Vec<u32>)>,
}

impl FoundCache {
    fn get(&self, changes: u64, key: &str) -> Option<&[u32]> {
        let known = self.searches.iter().find(|(known, _)| known == key).filter(|_| self.changes == changes);
        known.map(|(_, found)| found.as_slice())
    }

    fn put(&mut self, changes: u64, key: String, found: Vec<u32>) {
        if self.changes != changes {
            self.searches.clear();
        }
        self.changes = changes;
        if self.searches.len() == KEPT {
            self.searches.remove(0);
        }
        self.searches.push((key, found));
    }
}

/// The positions of the assets on a page, and whether there is another page.
pub(crate) fn page_of(
    world: &mut World,
    filter: &mut Filter,
    page: Page,
    key: &str,
) -> Result<(Vec<u32>, bool), Problem> {
    if world.found_cache.get(world.changes, key).is_none() {
        filter.prepare(world);
        let order = sorted(world, page)?.to_vec();
        let assets = world.assets();
        let meant = |at: &u32| filter.matches(world, &assets[*at as usize]);
        let found = order.into_iter().filter(meant).collect();
        world.found_cache.put(world.changes, key.to_owned(), found);
    }
    let found = world.found_cache.get(world.changes, key).unwrap_or_default();
    let rest = found.get(page.offset()..).unwrap_or_default();
    Ok((rest.iter().take(page.size).copied().collect(), rest.len() > page.size))
}

/// What tells one search from another, whatever its page.
pub(crate) fn key_of(user: UserId, page: Page, body: &Value) -> String {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "page" | "withExif" | "withPeople"));
    }
    format!("{user} {} {} {body}", page.size, page.ascending)
}
