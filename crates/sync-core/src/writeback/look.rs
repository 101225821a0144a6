//! A look into one file: what has to change in it, or why nothing may. Reads, and decides nothing else.

use std::os::unix::fs::MetadataExt as _;
use std::time::SystemTime;

use jiff::Timestamp;
use photo_metadata::{
    CaptureTime, Change, Engine, MetadataError, PhotoFields, Refusal, identify, plan_edits, refuse,
};

use super::discover::Candidate;
use super::{WriteOptions, fingerprint};
use crate::plan::{Failed, Planned, SkipReason, Skipped, Step};
use crate::state::{AssetRecord, Role, Verdict};

/// What was decided, and what is to be remembered of a file that is not changed.
pub(super) struct Looked {
    pub(super) planned: Planned,
    pub(super) record: Option<AssetRecord>,
}

/// Looks into the file of a candidate.
pub(super) fn look(candidate: Candidate, engine: &dyn Engine, options: &WriteOptions) -> Looked {
    match decide(&candidate, engine, options) {
        Ok(Decision::Write(change)) => {
            Looked { planned: Planned::Do(Box::new(step(candidate, change))), record: None }
        }
        Ok(Decision::InStep) => {
            let mut candidate = candidate;
            candidate.base = candidate.base.after(&candidate.fields, &[]);
            skip(candidate, SkipReason::UpToDate, Some(Verdict::InStep))
        }
        Ok(Decision::Refuse(refusal)) => {
            let by = fingerprint::judge(engine);
            let verdict = is_lasting(&refusal).then(|| Verdict::Refused { refusal: refusal.clone(), by });
            skip(candidate, SkipReason::Refused(refusal), verdict)
        }
        Err(MetadataError::Missing { .. }) => skip(candidate, SkipReason::Missing, None),
        Err(MetadataError::UnsupportedName { reason, .. }) => {
            let refusal = Refusal::Place(format!("its path cannot be given to ExifTool: {reason}"));
            skip(candidate, SkipReason::Refused(refusal), None)
        }
        Err(error) => Looked { planned: Planned::Fail(failed(&candidate, &error)), record: None },
    }
}

enum Decision {
    Write(Change),
    InStep,
    Refuse(Refusal),
}

fn decide(
    candidate: &Candidate,
    engine: &dyn Engine,
    options: &WriteOptions,
) -> Result<Decision, MetadataError> {
    let container = match identify(&candidate.path)? {
        Ok(container) => container,
        Err(refusal) => return Ok(Decision::Refuse(refusal)),
    };
    if let Some(reason) = container.refusal() {
        return Ok(Decision::Refuse(Refusal::CannotHold(reason.to_owned())));
    }
    let file = engine.read(&candidate.path, container)?;
    let edits = plan_edits(&without_guess(candidate), &file, &candidate.base, &options.rules).edits;
    if edits.is_empty() {
        return Ok(Decision::InStep);
    }
    let structure = photo_metadata::structure::examine(&candidate.path)?;
    if let Some(refusal) = refuse(&candidate.path, &structure, options.allowed) {
        return Ok(Decision::Refuse(refusal));
    }
    if let Some(reason) = engine.blocked(container) {
        return Ok(Decision::Refuse(Refusal::Blocked(reason)));
    }
    if let Some(refusal) = refuse_place(candidate, options) {
        return Ok(Decision::Refuse(refusal));
    }
    Ok(Decision::Write(Change { container, edits, iptc: file.iptc().cloned() }))
}

/// What is wanted, without a time that is only that of the file itself.
///
/// For a file without any date Immich takes the earliest of the times of the file and of its upload. Those of the
/// file are known here; writing one of them down would turn a guess into a fact.
fn without_guess(candidate: &Candidate) -> PhotoFields {
    let mut fields = candidate.fields.clone();
    let Some(taken) = fields.taken.filter(|taken| taken.offset().is_none()) else { return fields };
    let times = std::fs::metadata(&candidate.path).map(|file| [file.modified().ok(), file.created().ok()]);
    let is_taken = |time: SystemTime| {
        Timestamp::try_from(time).is_ok_and(|time| {
            CaptureTime::from_instant(time, None).is_ok_and(|time| time.second() == taken.second())
        })
    };
    if times.into_iter().flatten().flatten().any(is_taken) {
        fields.taken = None;
    }
    fields
}

/// What the place of a file says against writing it; a dry run should foretell it.
fn refuse_place(candidate: &Candidate, options: &WriteOptions) -> Option<Refusal> {
    use photo_metadata::replace::HardLinkPolicy;
    if candidate.file.links > 1 && options.replace.hard_links == HardLinkPolicy::Refuse {
        return Some(Refusal::HardLinked(candidate.file.links));
    }
    let owner = std::fs::metadata(&candidate.path).ok()?.uid();
    let own = rustix::process::geteuid();
    if !own.is_root() && own.as_raw() != owner {
        let text = "it belongs to another user, and only root could give a new version to them";
        return Some(Refusal::Place(text.to_owned()));
    }
    let folder = candidate.path.parent()?;
    let error = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).err()?;
    Some(Refusal::Place(format!("its folder cannot be written ({})", std::io::Error::from(error))))
}

/// Whether a refusal will stand until the file, the data or the settings change. A place may be opened up
/// without any of them changing.
pub(super) fn is_lasting(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::Place(_) | Refusal::HardLinked(_) | Refusal::Unproven(_))
}

fn step(mut candidate: Candidate, change: Change) -> Step {
    candidate.base = candidate.base.after(&candidate.fields, &change.edits);
    Step {
        asset: candidate.asset,
        path: candidate.path,
        expects: candidate.file,
        change,
        fingerprint: candidate.fingerprint,
        base: candidate.base,
    }
}

fn skip(candidate: Candidate, reason: SkipReason, verdict: Option<Verdict>) -> Looked {
    let record = verdict.map(|verdict| AssetRecord {
        asset: candidate.asset.clone(),
        role: Role::Original,
        path: candidate.path.clone(),
        fingerprint: candidate.fingerprint,
        file: Some(candidate.file),
        verdict,
        base: candidate.base,
        sha1: None,
    });
    Looked {
        planned: Planned::Skip(Skipped { asset: candidate.asset, path: candidate.path, reason }),
        record,
    }
}

fn failed(candidate: &Candidate, error: &MetadataError) -> Failed {
    Failed {
        asset: candidate.asset.clone(),
        path: candidate.path.clone(),
        message: crate::error::chain(error),
        transient: error.is_transient(),
    }
}
