//! The store: what it promises to the program, to a killed run, to a full disk, and against a damaged file.

mod caches;
mod changes;
mod conformance;
mod damage;
mod durability;
mod files;
mod kills;
mod ledger;
mod looking;
mod model;
pub(crate) mod sample;
mod size;
mod upgrade;
mod ways_back;
