//! The parts of the crate together, over weeks that pass in a moment.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod machine;
mod thirty_days;
