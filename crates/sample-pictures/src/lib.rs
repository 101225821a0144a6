//! Pictures and videos of many containers, made on the spot for the demo and for tests.
