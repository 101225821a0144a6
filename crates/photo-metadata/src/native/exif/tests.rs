//! The codec on blocks made by hand, on random ones, and on those of real cameras with ExifTool as the judge.

mod blocks;
mod corpus;
mod random;
