//! What others find in the pictures made here: ExifTool reads and writes them, decoders decode them.

mod broken;
mod decode;
mod exiftool;
mod judge;
mod library;
mod refusals;
