//! Typed client of the Immich HTTP API, with a half that only reads.
