//! One walk over everything, and whether it can have missed something.
//!
//! Paging by offset skips an item for each one that leaves the list in front of it: eight assets moved to
//! the trash during a walk made it miss eight others. And items of the same moment have no fixed order.
//! A round therefore ends with the question whether the list stood still: the server counts the same
//! before and after, we saw just as many, and nothing was changed since the start. The moment of the start
//! is the server's own, from the answer to the first count. A list on a single page needs no such question.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::json::Json;
use crate::pages::{Item, LARGEST_PAGE, Pages, SEARCH, items};
use crate::query::spelled;
use crate::reader::Reader;
use crate::sightings::Sightings;
use crate::version::Trait;

/// `Date` has whole seconds, and the database may run a little behind.
const SLACK: Duration = Duration::from_secs(2);

/// One walk over the lists that together hold the library.
pub(crate) struct Round<'a> {
    reader: Reader<'a>,
    lists: Vec<List<'a>>,
    current: usize,
    /// The server's time before the first page.
    start: Option<SystemTime>,
    /// Assets that no earlier round saw.
    pub(crate) new: u64,
}

struct List<'a> {
    filter: Map<String, Value>,
    counted: Option<u64>,
    pages: Pages<'a>,
}

impl<'a> Round<'a> {
    /// Counts and gets ready; each further round reads in another order, so that it errs elsewhere.
    pub(crate) fn open(
        reader: Reader<'a>,
        filter: &Map<String, Value>,
        number: u32,
    ) -> Result<Self, ApiError> {
        let wishes = wishes(number);
        let mut round = Self { reader, lists: Vec::new(), current: 0, start: None, new: 0 };
        for filter in filters(reader, filter) {
            let count = count(reader, &filter)?;
            if round.lists.is_empty() {
                round.start = count.and_then(|(_, date)| date);
            }
            let counted = count.map(|(total, _)| total);
            let pages = Pages::new(reader, &filter, &wishes).expecting(counted);
            round.lists.push(List { filter, counted, pages });
        }
        Ok(round)
    }

    /// The next page of the current list, or the first one of the next list; `None` at the end.
    pub(crate) fn next_page(&mut self, seen: &mut Sightings) -> Result<Option<Vec<Item>>, ApiError> {
        while let Some(list) = self.lists.get_mut(self.current) {
            if let Some(page) = list.pages.next_page(seen)? {
                return Ok(Some(page));
            }
            self.current += 1;
        }
        Ok(None)
    }

    /// What the server counted before the round, all lists together.
    pub(crate) fn counted(&self) -> Option<u64> {
        self.lists.iter().map(|list| list.counted).sum()
    }

    /// How many different items the lists held.
    pub(crate) fn listed(&self) -> u64 {
        self.lists.iter().map(|list| list.pages.listed).sum()
    }

    /// Whether nothing moved during the round, so that nothing can be missing.
    pub(crate) fn stood_still(&self) -> Result<bool, ApiError> {
        if let [list] = self.lists.as_slice()
            && list.pages.read <= 1
        {
            return Ok(true);
        }
        let Some(start) = self.start.and_then(|start| Timestamp::try_from(start - SLACK).ok()) else {
            return Ok(false);
        };
        for list in &self.lists {
            let seen = list.pages.listed;
            if list.counted != Some(seen)
                || count(self.reader, &list.filter)?.map(|(total, _)| total) != Some(seen)
                || self.anything_changed(list, start)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether an asset of the list, or one that left it for the trash, was changed since.
    fn anything_changed(&self, list: &List<'_>, start: Timestamp) -> Result<bool, ApiError> {
        let mut question = list.filter.clone();
        question.insert("updatedAfter".to_owned(), json!(spelled(start)));
        question.insert("withDeleted".to_owned(), json!(true));
        question.insert("size".to_owned(), json!(1));
        let question = Value::Object(question);
        let anything = |answer: &Json<'_>| Some(items(answer).is_none_or(|items| !items.is_empty()));
        Ok(self.reader.client.ask(SEARCH, "/search/metadata", &question, anything)?.0)
    }
}

/// The lists that together hold everything that is shown.
pub(crate) fn filters(reader: Reader<'_>, filter: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let with = |members: &[(&str, Value)]| {
        let mut filter = filter.clone();
        filter.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        filter
    };
    if reader.client.has(Trait::SearchHidesArchive) {
        vec![with(&[("visibility", json!("timeline"))]), with(&[("visibility", json!("archive"))])]
    } else if reader.client.has(Trait::Visibility) {
        vec![filter.clone()]
    } else {
        vec![with(&[("isVisible", json!(true)), ("withArchived", json!(true))])]
    }
}

fn wishes(number: u32) -> Map<String, Value> {
    let mut wishes = Map::new();
    wishes.insert("withExif".to_owned(), json!(true));
    wishes.insert("withPeople".to_owned(), json!(true));
    let size = if number < 2 { LARGEST_PAGE } else { LARGEST_PAGE * 9 / 10 };
    wishes.insert("size".to_owned(), json!(size));
    if number % 2 == 1 {
        wishes.insert("order".to_owned(), json!("asc"));
    }
    wishes
}

/// A count that may be out of reach: too old a server, or a key that may not count.
fn count(
    reader: Reader<'_>,
    filter: &Map<String, Value>,
) -> Result<Option<(u64, Option<SystemTime>)>, ApiError> {
    match reader.count(&Value::Object(filter.clone())) {
        Err(ApiError::MissingPermission { .. } | ApiError::Status { .. }) => Ok(None),
        counted => counted,
    }
}
