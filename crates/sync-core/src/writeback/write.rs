//! One asset, written: its files one after another, each journalled and proved for itself.
//!
//! An asset counts once. When one of its files was written and another was not, it counts as what went wrong, and
//! the rest is made up for by the next run, because each file has its own memory.

use std::sync::atomic::{AtomicU64, Ordering};

use photo_metadata::{Base, Refusal};

use super::after::will_make_sidecars;
use super::discover::Candidate;
use super::fingerprint;
use super::look::{Eyes, Looked, is_lasting, look};
use super::run::{Outcome, take_one};
use crate::apply::{Applied, Hands, apply};
use crate::error::SyncError;
use crate::plan::{Failed, Kept, Planned, SkipReason, Skipped, Step};
use crate::state::{AssetRecord, Role, RunId, Verdict};

/// How an asset ended.
pub(super) struct Written {
    pub(super) outcome: Outcome,
    pub(super) kept: Vec<Kept>,
}

/// Looks into the files of a candidate and writes those that need it.
pub(super) fn write(
    run: RunId,
    candidate: Candidate,
    eyes: Eyes<'_>,
    hands: &Hands<'_>,
    left: &AtomicU64,
) -> Written {
    let bases: Vec<(Role, Base)> =
        candidate.places.iter().map(|(place, base)| (place.role, base.clone())).collect();
    let Looked { planned, records, mut kept } = match look(candidate, eyes) {
        Ok(looked) => looked,
        Err(error) => return Written { outcome: Outcome::Fatal(error), kept: Vec::new() },
    };
    let outcome = match planned {
        Planned::Do(_) if !take_one(left) => Outcome::NotReached,
        Planned::Do(steps) => {
            let outcome = remember(hands, &records)
                .unwrap_or_else(|| apply_all(run, steps, &bases, eyes, hands, &mut kept));
            if !matches!(outcome, Outcome::Done(_)) {
                // A photo that was not changed leaves its place under the limit to another.
                left.fetch_add(1, Ordering::SeqCst);
            }
            outcome
        }
        Planned::Fail(failed) => Outcome::Failed(failed),
        Planned::Skip(skipped) => remember(hands, &records).unwrap_or(Outcome::Skipped(skipped)),
    };
    Written { outcome, kept }
}

/// The end of the run if the state cannot be written.
fn remember(hands: &Hands<'_>, records: &[AssetRecord]) -> Option<Outcome> {
    hands.store.remember_all(records).err().map(Outcome::Fatal)
}

fn apply_all(
    run: RunId,
    steps: Vec<Step>,
    bases: &[(Role, Base)],
    eyes: Eyes<'_>,
    hands: &Hands<'_>,
    kept: &mut Vec<Kept>,
) -> Outcome {
    let mut done = Vec::new();
    let mut refused = None;
    let mut failed = None;
    for step in steps {
        if hands.owes
            && step.expects.is_none()
            && let Err(error) = will_make_sidecars(hands.store, &step.account)
        {
            return Outcome::Fatal(error);
        }
        match apply(run, &step, hands) {
            Ok(Applied::Done) => done.push(step),
            Ok(Applied::Refused(refusal)) => {
                let before = bases.iter().find(|(role, _)| *role == step.role);
                let before = before.map(|(_, base)| base.clone()).unwrap_or_default();
                if let Err(error) = remember_refusal(&step, before, &refusal, eyes, hands) {
                    return Outcome::Fatal(error);
                }
                refused.get_or_insert((step.asset, step.path, SkipReason::Refused(refusal)));
            }
            Ok(Applied::Failed { message, transient }) => {
                failed.get_or_insert(Failed { asset: step.asset, path: step.path, message, transient });
            }
            Err(error) => return Outcome::Fatal(error),
        }
    }
    match (failed, refused, done.is_empty()) {
        (Some(failed), ..) => Outcome::Failed(failed),
        (None, Some((asset, path, reason)), true) => Outcome::Skipped(Skipped { asset, path, reason }),
        (None, refused, _) => {
            kept.extend(refused.map(|(asset, path, reason)| Kept {
                asset,
                path,
                datum: None,
                why: reason.to_string(),
                is_trouble: true,
            }));
            Outcome::Done(done)
        }
    }
}

/// `before` is what we had written before: nothing came to it.
fn remember_refusal(
    step: &Step,
    before: Base,
    refusal: &Refusal,
    eyes: Eyes<'_>,
    hands: &Hands<'_>,
) -> Result<(), SyncError> {
    if !is_lasting(refusal) || step.expects.is_none() {
        return Ok(());
    }
    hands.store.remember(&AssetRecord {
        asset: step.asset.clone(),
        role: step.role,
        path: step.path.clone(),
        fingerprint: step.fingerprint,
        file: step.expects,
        verdict: Verdict::Refused { refusal: refusal.clone(), by: fingerprint::judge(eyes.engine) },
        base: before,
        sha1: None,
    })
}
