//! Reads and writes the metadata of photo and video files without touching anything else in them.
