//! Tests of the whole crate, in one binary so that it links once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that cannot go on has failed the test that called it"
)]

mod child;
mod faults;
mod harness;
mod hostile;
mod lock;
mod mistakes;
mod paths;
mod policies;
mod roundtrip;
mod state;
mod undo;
