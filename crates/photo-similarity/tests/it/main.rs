//! Tests of the crate as a whole, with real photos.

mod copies;
mod groups;
mod places;
