//! An Immich-compatible server in memory over real HTTP, for the demo and for tests.
