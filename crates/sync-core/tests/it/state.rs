//! The store: what it promises to the program, to a killed run, to a full disk, and against a damaged file.

mod conformance;
mod damage;
mod durability;
mod looking;
mod sample;
mod upgrade;
