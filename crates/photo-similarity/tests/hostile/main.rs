//! Bytes from anybody against all decoders: no crash, no hang, no hoard.
//!
//! A test binary of its own, because memory is that of the whole process: decoders written in C do not ask Rust's
//! allocator. By default it is short and the same on every machine. `IMMICH_SYNC_FUZZ_SECONDS` makes it run for as long as
//! one likes, `IMMICH_SYNC_FUZZ_SEED` with other inputs.

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod corpus;
#[cfg(test)]
#[path = "../support/encode.rs"]
mod encode;
#[cfg(test)]
mod memory;
#[cfg(test)]
#[path = "../support/scene.rs"]
mod scene;
#[cfg(test)]
mod spoiled;
