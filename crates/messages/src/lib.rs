//! Messages in the language of the reader.
//!
//! The program is written in English: a message stands in the source as the format string it is made of, as everywhere
//! in Rust. A catalogue holds, for each format string, the same in another language. It serves two ways:
//!
//! - where the binary makes text for people, `messages-macros` puts both format strings into the program at compile time;
//! - what the libraries say (errors with their causes, reasons) is English text when it arrives. [`Catalogue::said`] finds the
//!   format string that it was made of and fills the other one. Logs, JSON and the state keep the English text: people
//!   search for it, and programs read it.
//!
//! Knows no photos, reads no files, prints nothing.

mod catalogue;
mod pairs;
mod reading;
mod template;

pub use catalogue::Catalogue;
pub use pairs::{Pair, pairs};
pub use template::{Hole, NotATemplate, Piece, Template};
