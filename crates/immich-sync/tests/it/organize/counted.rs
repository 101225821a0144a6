//! What the organizer asks of a server, counted. How long it takes, and how much memory, is measured elsewhere (`cargo
//! xtask bench organize`), with the same harness.

use std::path::Path;

use crate::support::goal::Goal;
use crate::support::organized::crowd::Crowd;
use crate::support::organized::figures::Series;
use crate::support::organized::plain;
use crate::support::organized::server::Near;
use crate::support::program::Program;

fn program() -> Program {
    Program::new(Path::new(env!("CARGO_BIN_EXE_immich-sync"))).unwrap()
}

fn missed(series: &Series) -> Vec<&Goal> {
    series.missed().into_iter().filter(|goal| goal.is_count).collect()
}

#[test]
fn an_unchanged_library_costs_its_listing_and_no_picture() {
    let near = Near::start(plain::library(1500)).unwrap();

    let series = plain::measure(&program(), near, 1500, &|_| ()).unwrap();

    assert!(missed(&series).is_empty(), "{series}");
}

/// Tags come off 250 photos at a time. To ask before each time for all that have the tag is cheap here, and would be
/// half of all requests; in a large library they would never end.
#[test]
fn groups_are_acted_on_and_taken_back_with_few_requests() {
    let crowd = Crowd { groups: 1100, part: 3, on_the_page: 5 };
    let near = Near::start(crowd.library()).unwrap();

    let series = crowd.measure(&program(), near, &|_| ()).unwrap();

    assert!(missed(&series).is_empty(), "{series}");
    let undo = series.steps.iter().find(|step| step.name == "undo of the tags").unwrap();
    let searches = undo.wire.routes["POST /api/search/metadata"];
    // Two pages for each of two tags, a proof that the filter is heeded, a last look before each tag goes.
    assert!(searches <= 10, "{searches} searches took tags off 2,200 photos: {:?}", undo.wire.routes);
}
