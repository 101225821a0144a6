//! Exports of libraries of Apple Photos.

mod again;
mod bench;
mod broken;
mod gone;
mod names;
mod said;
mod shared;
