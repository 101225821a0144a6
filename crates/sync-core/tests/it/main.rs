//! Whole runs over real HTTP, real files and a real ExifTool.

mod harness;
mod mistakes;
