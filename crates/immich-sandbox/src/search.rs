//! `search/metadata`: which assets, in which order, and which page of them.
//!
//! Three habits of the real server are kept because a client must survive them. Unknown fields are ignored,
//! so a mistyped filter answers the whole library. The order has no tie-breaker, so assets of the same
//! instant come in another order for another page size; here that order is a function of id and size. And
//! pages are offsets, so whatever leaves the list between two pages shifts the rest.

mod filter;
mod found;
mod order;

pub(crate) use filter::Filter;
pub(crate) use found::{FoundCache, key_of, page_of};
pub(crate) use order::{OrderCache, Page, sorted};
