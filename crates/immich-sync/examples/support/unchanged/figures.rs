//! What was measured, beside what it should be.

use std::collections::BTreeMap;
use std::fmt;

use sync_core::Summary;
use sync_core::plan::SkipReason;

use super::library::ALBUMS;
use super::watch::Touched;
use super::{Case, Scene};
use crate::support::goal::{Goal, float, megabytes};
use crate::support::measured::Cost;

/// Assets in an answer of the server.
const PAGE: u64 = 1000;

/// Requests besides the pages of the listing.
const BESIDE: u64 = 30;

/// What the tool that people come from takes for an unchanged file, in seconds: two runs of 300 JPEG files of
/// 3 MB each, one with a raised request rate.
const PEER: [f64; 2] = [0.210, 0.248];

/// One run in numbers.
#[derive(Debug)]
pub(crate) struct Figures {
    /// What was run.
    pub(crate) case: Case,
    /// Assets with people.
    pub(crate) with_people: u64,
    /// Requests by route.
    pub(crate) routes: BTreeMap<String, u64>,
    /// What happened to files.
    pub(crate) touched: Touched,
    /// Photos that were found unchanged.
    pub(crate) unchanged: u64,
    /// Photos of which anything else was found.
    pub(crate) others: u64,
    /// Time, memory, bytes.
    pub(crate) cost: Cost,
    /// Bytes of the state before and after.
    pub(crate) state: [u64; 2],
}

impl Figures {
    pub(super) fn new(
        scene: &Scene,
        cost: Cost,
        touched: Touched,
        summary: &Summary,
        state: [u64; 2],
    ) -> Self {
        let traffic = scene.sandbox.traffic();
        let routes = traffic.into_iter().map(|(route, traffic)| (route, traffic.requests)).collect();
        let unchanged = summary.skipped.get(SkipReason::Unchanged.code()).copied().unwrap_or_default();
        Self {
            case: scene.case.clone(),
            with_people: scene.with_people,
            routes,
            touched,
            unchanged,
            others: scene.case.assets as u64 - unchanged + summary.done + summary.failed,
            cost,
            state,
        }
    }

    /// All requests.
    pub(crate) fn requests(&self) -> u64 {
        self.routes.values().sum()
    }

    /// Requests about a single asset.
    pub(crate) fn single(&self) -> u64 {
        let single = ["GET /api/assets/{id}", "GET /api/faces"];
        single.iter().filter_map(|route| self.routes.get(*route)).sum()
    }

    /// Everything that has a bound at this size.
    pub(crate) fn goals(&self) -> Vec<Goal> {
        let assets = self.case.assets as u64;
        let asks_for_faces = self.case.faces && self.case.version.is_v3();
        let faces = if asks_for_faces { self.with_people / 7 } else { 0 };
        // A search for each tag and for the one above them, a list of them, and a question that proves the filter.
        let tags = if self.case.reread { ALBUMS as u64 + 3 } else { 0 };
        let mut goals = vec![
            Goal::count("photos not found unchanged", self.others, 0),
            Goal::count(
                "requests about many",
                self.requests() - self.single(),
                assets.div_ceil(PAGE) + BESIDE + tags,
            ),
            Goal::count("requests about one asset", self.single(), faces),
            Goal::count("files opened", self.touched.opened, 0),
            Goal::count("changes to files", self.touched.changed, 0),
        ];
        if assets <= 100_000 {
            goals.push(Goal::measure("processor seconds", self.cost.processor.as_secs_f64(), 10.0));
        }
        let most = if assets <= 100_000 { 150.0 } else { 400.0 };
        goals.push(Goal::measure("megabytes of memory", megabytes(self.cost.memory), most));
        goals
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (route, count) in &self.routes {
            writeln!(f, "{count:>10}  {route}")?;
        }
        let [before, after] = self.state;
        writeln!(f, "{:>10}  bytes written besides (state, log, output)", self.cost.written)?;
        writeln!(
            f,
            "{after:>10}  bytes of state ({:+} in this run)",
            after.cast_signed() - before.cast_signed()
        )?;
        writeln!(f, "{:>10}  folders opened", self.touched.listed)?;
        writeln!(f, "{:>10.2}  processor seconds of ExifTool", self.cost.children.as_secs_f64())?;
        writeln!(f, "{:>10.2}  seconds on the clock", self.cost.wall.as_secs_f64())?;
        let each = self.cost.processor.as_secs_f64() / float(self.case.assets as u64);
        let [least, most] = PEER.map(|peer| peer / each);
        writeln!(
            f,
            "{:>10.4}  processor milliseconds a photo; the peer's {:.0} to {:.0} are {least:.0} to {most:.0} times that",
            each * 1e3,
            PEER[0] * 1e3,
            PEER[1] * 1e3
        )?;
        for goal in self.goals() {
            writeln!(f, "{goal}")?;
        }
        Ok(())
    }
}
