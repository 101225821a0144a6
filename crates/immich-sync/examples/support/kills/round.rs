//! One round: an attack, a look at all files, a run to the end, and another look.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use sync_core::state::{SqliteStore, Store as _};

use super::super::program::{Program, Run};
use super::judge;
use super::stage::Stage;
use super::tally::Tally;

/// The longest that a run over the library may take, on a machine that does ten things at once.
pub(super) const LIMIT: Duration = Duration::from_mins(2);

type Snapshot = BTreeMap<PathBuf, Vec<u8>>;

/// Attacks a run that writes into the `chosen` photos, and judges what came of it. `attack` answers whether the
/// program died of it; `again` asks for a third run, which must find nothing to do.
pub(super) fn round(
    stage: &Stage,
    program: &Program,
    chosen: &[usize],
    again: bool,
    attack: impl FnOnce(&Stage) -> anyhow::Result<bool>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let before = stage.snapshot()?;
    let killed = attack(stage)?;
    tally.killed += u64::from(killed);
    tally.finished += u64::from(!killed);
    let attacked = stage.snapshot()?;
    let known: BTreeSet<&PathBuf> = before.keys().collect();
    tally.caught_at_work += u64::from(attacked.keys().any(|path| !known.contains(path)));

    tally.stuck.extend(run_to_the_end(stage, program)?);
    let after = stage.snapshot()?;
    let left = after.keys().filter(|path| !known.contains(path));
    tally.left_over.extend(left.map(|path| path.display().to_string()));
    let versions = Versions { before: &before, attacked: &attacked, after: &after };
    versions.judge(stage, program, chosen, &mut tally)?;
    tally.stuck.extend(trouble_of_state(stage)?);
    if again {
        tally.stuck.extend(run_for_nothing(stage, program, &after)?);
    }
    Ok(tally)
}

fn run_to_the_end(stage: &Stage, program: &Program) -> anyhow::Result<Option<String>> {
    let run = Run::of(&mut program.write(&stage.sandbox, &stage.root(), &stage.state()), LIMIT)?;
    Ok((run.code() != Some(0)).then(|| format!("the next run {}", run.complaint())))
}

fn run_for_nothing(stage: &Stage, program: &Program, after: &Snapshot) -> anyhow::Result<Option<String>> {
    let run = Run::of(&mut program.write(&stage.sandbox, &stage.root(), &stage.state()), LIMIT)?;
    let written = run.count("done");
    if run.code() != Some(0) || written > 0 || stage.snapshot()? != *after {
        return Ok(Some(format!("a run with nothing to do wrote {written} files and {}", run.complaint())));
    }
    Ok(None)
}

/// Whether the database is whole, and no change is open.
fn trouble_of_state(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let Some(store) = SqliteStore::open_read_only(&stage.state())? else {
        return Ok(vec!["there is no state".to_owned()]);
    };
    let mut trouble = store.check()?;
    let open = store.open_changes()?;
    trouble.extend(open.iter().map(|row| format!("the change of {} is open", row.intent.path.display())));
    Ok(trouble)
}

struct Versions<'a> {
    before: &'a Snapshot,
    attacked: &'a Snapshot,
    after: &'a Snapshot,
}

impl Versions<'_> {
    fn judge(
        &self,
        stage: &Stage,
        program: &Program,
        chosen: &[usize],
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let findings = judge::findings(stage, &program.judge, chosen)?;
        let is_photo = |file: &PathBuf| stage.photos.iter().any(|photo| photo.file == *file);
        for (file, before) in self.before.iter().filter(|(file, _)| !is_photo(file)) {
            if self.attacked.get(file) != Some(before) || self.after.get(file) != Some(before) {
                tally.damaged.push(format!("{} is not written and changed", file.display()));
            }
        }
        for (index, photo) in stage.photos.iter().enumerate() {
            let file = &photo.file;
            let name = file.display();
            let (before, attacked, after) =
                (self.before.get(file), self.attacked.get(file), self.after.get(file));
            let (Some(attacked), Some(after)) = (attacked, after) else {
                tally.missing.push(name.to_string());
                continue;
            };
            let Some(wrong) = findings.get(&index) else {
                if before != Some(attacked) || before != Some(after) {
                    tally.damaged.push(format!("{name} was none of the chosen and changed"));
                }
                continue;
            };
            let is_right = wrong.is_empty();
            if !is_right {
                let list = if before == Some(after) { &mut tally.stuck } else { &mut tally.damaged };
                list.push(format!("{name} after the next run: {}", wrong.join("; ")));
            }
            if before == Some(attacked) {
                tally.intact += 1;
            } else if is_right && attacked == after {
                tally.renewed += 1;
            } else if stage.in_place && is_right {
                tally.half_written += 1;
            } else {
                match judge::findings_of_bytes(stage, &program.judge, photo, attacked)?.join("; ") {
                    wrong if wrong.is_empty() => tally.renewed += 1,
                    wrong => tally.damaged.push(format!("{name} after the kill: {wrong}")),
                }
            }
        }
        Ok(())
    }
}
