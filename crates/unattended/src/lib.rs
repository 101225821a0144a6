//! What a program needs to run alone for years: when it runs, what is told to whom, and what is remembered.
//!
//! It knows no photos and no server of photos: jobs have names, exit codes and counts. Decisions are pure functions
//! of what they are told; files are written aside and renamed; HTTP leaves through one small trait.

mod aside;
pub mod calendar;
mod error;
pub mod health;
mod http;
pub mod log_file;
pub mod metrics;
mod news;
pub mod notice;
pub mod rounds;
mod secrets;
pub mod status;
mod tail;
pub mod units;

pub use crate::error::Error;
pub use crate::http::Http;
pub use crate::news::{Event, Outcome};
pub use crate::secrets::{MASK, Secrets, masked_url};
pub use crate::tail::{Tail, acts, clean};
