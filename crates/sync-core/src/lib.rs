//! Plans and applies changes between an Immich server and files on disk.
