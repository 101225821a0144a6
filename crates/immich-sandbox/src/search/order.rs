//! Order and pages.

use std::cmp::Reverse;

use serde_json::Value;

use crate::{
    ids::mix,
    problem::{Issue, Problem},
    world::World,
};

/// The order of all assets for one page size, valid for one generation of the world: without it each page
/// of a large library would be sorted again.
#[derive(Debug)]
pub(crate) struct OrderCache {
    generation: u64,
    page: (usize, bool),
    indices: Vec<u32>,
}

/// A page of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: usize,
    /// 1 to 1000.
    pub(crate) size: usize,
    /// Oldest first.
    pub(crate) ascending: bool,
}

impl Page {
    pub(crate) fn read(body: &Value, issues: &mut Vec<Issue>) -> Self {
        let order = body.get("order").and_then(Value::as_str);
        if order.is_some_and(|word| word != "asc" && word != "desc") {
            issues.push(Issue::unknown_word("order", &["asc", "desc"]));
        }
        let number = whole(body, "page", 1, i64::MAX, issues).unwrap_or(1);
        let size = whole(body, "size", 1, 1000, issues).unwrap_or(250);
        let count = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
        Self { number: count(number), size: count(size), ascending: order == Some("asc") }
    }

    pub(crate) const fn offset(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// A whole number between bounds, if it is there.
pub(crate) fn whole(body: &Value, field: &str, min: i64, max: i64, issues: &mut Vec<Issue>) -> Option<i64> {
    let value = body.get(field)?;
    let issue = match value.as_i64() {
        Some(number) if number < min => Issue::too_small(field, min),
        Some(number) if number > max => Issue::too_big(field, max),
        Some(number) => return Some(number),
        None => Issue::wrong_type(field, "number", Some(value)),
    };
    issues.push(issue);
    None
}

/// Positions of all assets, sorted for this page size.
pub(crate) fn sorted(world: &mut World, page: Page) -> Result<&[u32], Problem> {
    let key = (page.size, page.ascending);
    let fresh = |cache: &OrderCache| cache.generation == world.generation && cache.page == key;
    if !world.order_cache.as_ref().is_some_and(fresh) {
        let mut indices: Vec<u32> = (0..u32::try_from(world.assets().len()).unwrap_or(u32::MAX)).collect();
        let assets = world.assets();
        let tie = |asset: &crate::Asset| mix(asset.id.halves().1 ^ page.size as u64);
        let key_of = |index: &u32| {
            let asset = &assets[*index as usize];
            (asset.file_created_at, tie(asset))
        };
        if page.ascending {
            indices.sort_by_cached_key(key_of);
        } else {
            indices.sort_by_cached_key(|index| Reverse(key_of(index)));
        }
        world.order_cache = Some(OrderCache { generation: world.generation, page: key, indices });
    }
    match &world.order_cache {
        Some(cache) => Ok(&cache.indices),
        None => Err(Problem::text(500, "Internal server error")),
    }
}
