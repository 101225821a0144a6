//! What others find in the pictures made here: ExifTool reads and writes them, decoders decode them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed helper of a test is a failed test")]

mod broken;
mod decode;
mod exiftool;
mod judge;
mod library;
mod refusals;
