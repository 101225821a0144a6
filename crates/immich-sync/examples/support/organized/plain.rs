//! A library that is compared again and again: first all of it, then nothing new, then some new photos.

use anyhow::ensure;

use super::figures::{Series, Step};
use super::home::Home;
use super::library::Library;
use super::server::Host;
use crate::support::goal::Goal;
use crate::support::program::Program;

/// Assets in an answer of the server.
const PAGE: u64 = 1000;

/// Requests besides the pages of the listing.
const BESIDE: u64 = 30;

/// Photos that come later.
const NEW: usize = 100;

/// Bytes of an answer, or of a request, that is no giant.
pub(super) const LARGEST: u64 = 4_000_000;

/// Of ten pairs of photos one is a photo and its copy.
pub(crate) const fn library(assets: usize) -> Library {
    Library { assets, later: NEW, one_copy_in: 10 }
}

/// Runs it.
pub(crate) fn measure(
    program: &Program,
    host: impl Host,
    assets: usize,
    told: &dyn Fn(&Step),
) -> anyhow::Result<Series> {
    let library = library(assets);
    let mut home = Home::new(program, host, told)?;
    let first = home.organize("first scan", &[])?;
    ensure!(first.wire.thumbnails() == assets as u64, "{} pictures were fetched", first.wire.thumbnails());
    ensure!(home.groups()? == library.groups(assets), "{} groups were found", home.groups()?);
    let second = home.organize("second scan", &[])?;
    ensure!(home.groups()? == library.groups(assets), "{} groups after a second scan", home.groups()?);
    home.host.show_the_later()?;
    let third = home.organize("scan with 100 new photos", &[])?;
    let all = library.groups(assets + NEW);
    ensure!(home.groups()? == all, "{} groups with the new photos", home.groups()?);
    let goals = goals(assets as u64, [&first, &second, &third]);
    let title = format!("{assets} photos, {} groups", library.groups(assets));
    Ok(Series { title, steps: vec![first, second, third], goals })
}

fn goals(assets: u64, [first, second, third]: [&Step; 3]) -> Vec<Goal> {
    let pages = assets.div_ceil(PAGE);
    let largest = [first, second, third].map(|step| step.wire.largest_answer).into_iter().max();
    let mut goals = vec![
        Goal::count("second scan: pictures", second.wire.thumbnails(), 0),
        Goal::count("second scan: requests", second.wire.requests(), pages + BESIDE),
        Goal::count("100 new: pictures", third.wire.thumbnails(), NEW as u64),
        Goal::count("100 new: other requests", others(third), pages + 1 + BESIDE),
        Goal::count("bytes of the largest answer", largest.unwrap_or_default(), LARGEST),
    ];
    if assets <= 100_000 {
        let seconds = second.cost.processor.as_secs_f64();
        goals.push(Goal::measure("second scan: CPU seconds", seconds, 10.0));
    }
    goals
}

fn others(step: &Step) -> u64 {
    step.wire.requests() - step.wire.thumbnails()
}
