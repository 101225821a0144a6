//! A run over a library in which nothing changed, by what it asks and touches. How long it takes is measured
//! elsewhere (`cargo xtask bench unchanged`), with the same harness.

use std::path::Path;

use immich_sandbox::Version;

use crate::support::goal::Goal;
use crate::support::program::Program;
use crate::support::unchanged::{Case, Scene};

/// The counts that are out of bounds.
fn missed(version: Version, faces: bool, reread: bool) -> Vec<Goal> {
    let case = Case { assets: 2000, real: 8, version, faces, reread };
    let program = Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap();
    let scene = Scene::set(case).unwrap();
    let primed = scene.prime(&program).unwrap();
    assert_eq!((primed.real, primed.planned), (8, 1992));
    let goals = scene.measure(&program).unwrap().goals();
    goals.into_iter().filter(|goal| goal.is_count && !goal.is_met()).collect()
}

#[test]
fn an_unchanged_library_costs_its_listing_and_opens_nothing() {
    for version in Version::ALL {
        assert_eq!(missed(version, false, false), [], "{version}");
    }
}

#[test]
fn tags_that_immich_made_of_our_albums_change_nothing() {
    assert_eq!(missed(Version::V3_0_3, false, true), []);
}

#[test]
fn a_seventh_of_the_assets_with_people_is_asked_for_faces() {
    assert_eq!(missed(Version::V3_0_3, true, false), []);
}

#[test]
fn a_listing_that_names_faces_is_enough() {
    assert_eq!(missed(Version::V2_7_5, true, false), []);
}
