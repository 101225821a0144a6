//! One list of search results, page after page.
//!
//! The server pages by offset and says where the next page is. It is believed only as far as the pages go
//! forward and bring something: a list that leads in a circle ends with an error instead of never.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::asset::{Asset, Unreadable};
use crate::client::shape;
use crate::error::{ApiError, BodyProblem};
use crate::lenient::{integer, member};
use crate::reader::Reader;

pub(crate) const SEARCH: &str = "POST /search/metadata";
/// Largest page that every version takes.
pub(crate) const LARGEST_PAGE: u32 = 1000;
/// Pages in a row without anything new after which the list goes in a circle.
const MOST_BARREN: u32 = 3;
/// A hundred million assets.
const MOST_PAGES: u64 = 100_000;

/// Pages through what matches a filter.
pub(crate) struct Pages<'a> {
    reader: Reader<'a>,
    question: Map<String, Value>,
    next: Option<u64>,
    barren: u32,
    /// Pages that were read.
    pub(crate) read: u64,
    /// Every id that came, also of what is dropped later.
    pub(crate) ids: HashSet<u128>,
}

impl<'a> Pages<'a> {
    /// Starts at the first page; `wishes` (size, order, what to send along) join the filter.
    pub(crate) fn new(reader: Reader<'a>, filter: &Map<String, Value>, wishes: &Map<String, Value>) -> Self {
        let question = filter.iter().chain(wishes).map(|(name, wish)| (name.clone(), wish.clone())).collect();
        Self { reader, question, next: Some(1), barren: 0, read: 0, ids: HashSet::new() }
    }

    /// The next page; `None` after the last one.
    pub(crate) fn next_page(&mut self) -> Result<Option<Vec<Result<Asset, Unreadable>>>, ApiError> {
        let Some(page) = self.next else { return Ok(None) };
        self.question.insert("page".to_owned(), json!(page));
        let question = Value::Object(self.question.clone());
        let (answer, _) = self.reader.client.ask(SEARCH, "/search/metadata", &question)?;
        let assets = member(&answer, "assets").ok_or_else(|| shape(SEARCH, &answer))?;
        let items = member(assets, "items").and_then(Value::as_array);
        let items: Vec<_> =
            items.ok_or_else(|| shape(SEARCH, &answer))?.iter().map(Asset::from_json).collect();
        self.read += 1;
        self.note(&items);
        self.next = self.following(page, assets)?;
        Ok(Some(items))
    }

    fn note(&mut self, items: &[Result<Asset, Unreadable>]) {
        let before = self.ids.len();
        let id = |item: &Result<Asset, Unreadable>| match item {
            Ok(asset) => Some(asset.id.as_u128()),
            Err(unreadable) => unreadable.id.as_ref().map(crate::ids::AssetId::as_u128),
        };
        self.ids.extend(items.iter().filter_map(id));
        self.barren = if self.ids.len() == before { self.barren + 1 } else { 0 };
    }

    fn following(&self, page: u64, assets: &Value) -> Result<Option<u64>, ApiError> {
        let Some(next) = member(assets, "nextPage") else { return Ok(None) };
        let next_number = integer(Some(next)).and_then(|next| u64::try_from(next).ok());
        let goes_on = next_number.filter(|next| *next > page);
        if goes_on.is_none() || self.barren >= MOST_BARREN || self.read >= MOST_PAGES {
            let excerpt = format!("page {page} says that the next is {next}");
            let excerpt = crate::clean::clean(&excerpt, crate::clean::EXCERPT);
            return Err(ApiError::Unexpected {
                endpoint: SEARCH,
                problem: BodyProblem::EndlessPages,
                excerpt,
            });
        }
        Ok(goes_on)
    }
}
