//! Kills the program while it writes, and looks at every original afterwards.
//!
//! A round: some photos get new data on the server, half of them also get their first version back on disk; the
//! program is started and killed; every file has to be bit-identical to before or a complete new version. Then
//! the program is started again, has to end with 0, has to bring every file in step, and must leave nothing
//! behind. The state goes through many kills, as it would in years of power cuts.

mod judge;
mod processes;
mod round;
pub(crate) mod series;
mod stage;
pub(crate) mod sweep;
pub(crate) mod tally;
