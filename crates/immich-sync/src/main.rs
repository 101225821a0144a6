//! Keeps an Immich library, the original files and other photo sources in step.

fn main() {}
