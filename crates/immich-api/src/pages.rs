//! One list of search results, page after page.
//!
//! The server pages by offset and says where the next page is. It is believed only as far as the pages go
//! forward and bring something: a list that leads in a circle ends with an error instead of never.

use serde_json::{Map, Value, json};

use crate::asset::{Asset, Unreadable};
use crate::clean::{EXCERPT, clean};
use crate::error::{ApiError, BodyProblem};
use crate::json::Json;
use crate::lenient::{integer, member, text};
use crate::reader::Reader;
use crate::sightings::{Sight, Sightings};

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
    expected: Option<u64>,
    /// Pages that were read.
    pub(crate) read: u64,
    /// How many different ids came, also of what is dropped later.
    pub(crate) listed: u64,
}

/// One item of a page.
pub(crate) struct Item {
    /// The asset, or why it could not be understood.
    pub(crate) asset: Result<Asset, Unreadable>,
    /// How new its id is; `None` without one.
    pub(crate) sight: Option<Sight>,
}

impl Item {
    /// Notes the id of an asset, whatever else is known of it.
    pub(crate) fn new(asset: Result<Asset, Unreadable>, seen: &mut Sightings) -> Self {
        let id = match &asset {
            Ok(asset) => Some(&asset.id),
            Err(unreadable) => unreadable.id.as_ref(),
        };
        Self { sight: id.map(|id| seen.see(id)), asset }
    }
}

impl<'a> Pages<'a> {
    /// Starts at the first page; `wishes` (size, order, what to send along) join the filter.
    pub(crate) fn new(reader: Reader<'a>, filter: &Map<String, Value>, wishes: &Map<String, Value>) -> Self {
        let question = filter.iter().chain(wishes).map(|(name, wish)| (name.clone(), wish.clone())).collect();
        Self { reader, question, next: Some(1), barren: 0, expected: None, read: 0, listed: 0 }
    }

    /// Says how many items will come, so that there is room for their ids at once.
    pub(crate) fn expecting(self, expected: Option<u64>) -> Self {
        Self { expected, ..self }
    }

    /// The next page; `None` after the last one. `seen` must serve one list after the other.
    pub(crate) fn next_page(&mut self, seen: &mut Sightings) -> Result<Option<Vec<Item>>, ApiError> {
        let Some(page) = self.next else { return Ok(None) };
        if self.read == 0 {
            seen.begin_list(self.expected.map(|expected| expected + seen.len()));
        }
        self.question.insert("page".to_owned(), json!(page));
        let question = Value::Object(self.question.clone());
        let ask = |read| self.reader.client.ask(SEARCH, "/search/metadata", &question, read);
        let (answer, _) = ask(PageRead::from_json)?;
        let items: Vec<Item> = answer.items.into_iter().map(|item| Item::new(item, seen)).collect();
        self.read += 1;
        self.note(&items);
        self.next = self.following(page, answer.next)?;
        Ok(Some(items))
    }

    fn note(&mut self, items: &[Item]) {
        let is_new = |item: &&Item| matches!(item.sight, Some(Sight::First | Sight::NewInList));
        let new = items.iter().filter(is_new).count() as u64;
        self.listed += new;
        self.barren = if new == 0 { self.barren + 1 } else { 0 };
    }

    fn following(&self, page: u64, next: Option<Result<u64, String>>) -> Result<Option<u64>, ApiError> {
        let said = match next {
            None => return Ok(None),
            Some(Ok(next)) if next > page && self.barren < MOST_BARREN && self.read < MOST_PAGES => {
                return Ok(Some(next));
            }
            Some(Ok(next)) => next.to_string(),
            Some(Err(said)) => said,
        };
        let excerpt = format!("page {page} says that the next is {said}");
        Err(ApiError::Unexpected { endpoint: SEARCH, problem: BodyProblem::EndlessPages, excerpt })
    }
}

/// The part of an answer that a list is made of.
struct PageRead {
    items: Vec<Result<Asset, Unreadable>>,
    /// The number of the next page, or what is there instead.
    next: Option<Result<u64, String>>,
}

impl PageRead {
    fn from_json(answer: &Json<'_>) -> Option<Self> {
        let next = member(member(answer, "assets")?, "nextPage").map(|next| {
            let number = integer(Some(next)).and_then(|next| u64::try_from(next).ok());
            number.ok_or_else(|| clean(&text(Some(next)).unwrap_or_else(|| "no number".to_owned()), EXCERPT))
        });
        Some(Self { items: items(answer)?.iter().map(Asset::from_json).collect(), next })
    }
}

/// The items of the answer to a search.
pub(crate) fn items<'a, 'b>(answer: &'a Json<'b>) -> Option<&'a [Json<'b>]> {
    member(member(answer, "assets")?, "items")?.as_list()
}
