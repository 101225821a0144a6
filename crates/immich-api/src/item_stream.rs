//! One long JSON list, read item by item while it comes.
//!
//! Some lists of Immich are one answer however long they are, with every asset in full. What is kept is up to
//! the type that is read; what comes between is never in memory. An item has a limit, so that a hostile
//! answer cannot fill the memory by one that does not end.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use serde::Deserializer as _;
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use ureq::Body;
use ureq::http::Response;

use crate::call::{Call, Extent};
use crate::error::{ApiError, BodyProblem};
use crate::failure;
use crate::transport::{Failure, Transport};

/// Largest item: a stack of ten thousand assets in full.
const LARGEST_ITEM: u64 = 32 * 1024 * 1024;
/// More items than any library has.
const MOST_ITEMS: usize = 2_000_000;

impl Transport {
    /// Sends a question whose answer is a list; read whole or not at all.
    pub(crate) fn items<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<Vec<T>, ApiError> {
        self.repeat(call, || self.read_items(call))
    }

    /// One try.
    fn read_items<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<Vec<T>, Failure> {
        let open = || self.with_trusting_agent(|agent| self.open(agent, call, call.url, Extent::Stream));
        let response = self.in_turn(call, open, |response| response.status().as_u16())?;
        if !response.status().is_success() {
            let answer = self.read(call, response)?;
            self.redirect(call, call.url, &answer)?;
            let retry_after = answer.retry_after;
            let refused = answer.success(call.endpoint).map(|_| Vec::new());
            return refused.map_err(|error| Failure { error, retry_after });
        }
        Ok(self.list(call, response)?)
    }

    fn list<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        response: Response<Body>,
    ) -> Result<Vec<T>, ApiError> {
        let since = Cell::new(0);
        let trouble = Cell::new(None);
        let body = response.into_body().into_reader();
        let source = Guarded { transport: self, call, body, since: &since, trouble: &trouble };
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 * 1024, source));
        let read = json.deserialize_seq(Items { since: &since, item: PhantomData });
        let read = read.and_then(|items| json.end().map(|()| items));
        read.map_err(|error| trouble.take().unwrap_or_else(|| unexpected(call, &error)))
    }
}

fn unexpected(call: &Call<'_>, error: &serde_json::Error) -> ApiError {
    let problem = match error.classify() {
        serde_json::error::Category::Eof => BodyProblem::Truncated,
        serde_json::error::Category::Data => BodyProblem::Shape,
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => BodyProblem::NotJson,
    };
    let excerpt = format!("line {}, column {}", error.line(), error.column());
    ApiError::Unexpected { endpoint: call.endpoint, problem, excerpt }
}

/// The body, counted; what goes wrong with it is kept, as the parser would only say that reading failed.
struct Guarded<'t, R> {
    transport: &'t Transport,
    call: &'t Call<'t>,
    body: R,
    /// Bytes since the last item ended.
    since: &'t Cell<u64>,
    trouble: &'t Cell<Option<ApiError>>,
}

impl<R: Read> Guarded<'_, R> {
    fn piece(&mut self, piece: &mut [u8]) -> Result<usize, ApiError> {
        self.transport.check_stop()?;
        let endpoint = self.call.endpoint;
        let length = self.body.read(piece).map_err(|error| failure::inside_an_answer(endpoint, error))?;
        self.transport.bytes_received.fetch_add(length as u64, Ordering::Relaxed);
        self.since.set(self.since.get() + length as u64);
        if self.since.get() > LARGEST_ITEM {
            return Err(ApiError::TooLarge { endpoint, limit: LARGEST_ITEM });
        }
        Ok(length)
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        self.piece(piece).map_err(|error| {
            self.trouble.set(Some(error));
            io::Error::other("see the trouble")
        })
    }
}

/// Collects a list, and tells the guard where each item ends.
struct Items<'t, T> {
    since: &'t Cell<u64>,
    item: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Items<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() == MOST_ITEMS {
                return Err(serde::de::Error::custom("too many items"));
            }
            items.push(item);
            self.since.set(0);
        }
        Ok(items)
    }
}
