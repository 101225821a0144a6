//! `organize decide`: what the user knows better, remembered for as long as the group has the same photos.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use sync_core::lock::RunLock;
use sync_core::organize::Decision;
use sync_core::state::{GroupStore as _, SqliteStore};

use super::find::{Groups, photo};
use crate::args::DecideArgs;
use crate::exit::usage;
use crate::output::{Console, Shown};
use crate::room::holder;

/// Decides, and shows each group as it is then.
pub(super) fn run(args: &DecideArgs, console: Console) -> Result<()> {
    let groups = Groups::open(args.options.matches(), console)?;
    let decided =
        args.groups.iter().map(|name| decide(args, groups.named(name)?)).collect::<Result<Vec<_>>>()?;
    let Groups { folder, store, view, .. } = groups;
    drop(store);
    let _run = RunLock::acquire(&folder, &holder())?;
    let store = SqliteStore::open(&folder)?;
    for (shown, decision) in &decided {
        store.decide(shown.group.id, decision.as_ref(), Timestamp::now())?;
    }
    store.close().context("it is decided, but the state could not be closed")?;
    for (shown, decision) in decided {
        view.list(&Shown::new(shown.number, shown.group, decision));
    }
    Ok(())
}

/// What is decided about one group; `None` forgets an earlier decision.
fn decide(args: &DecideArgs, shown: Shown) -> Result<(Shown, Option<Decision>)> {
    let decision = if args.ignore {
        Some(Decision::NotDuplicates)
    } else if args.reset {
        None
    } else if args.groups.len() > 1 {
        return Err(usage("--keep names photos of one group; decide about the groups one by one"));
    } else {
        let mut places = Vec::new();
        for name in &args.keep {
            let place = photo(&shown, name)?;
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Some(Decision::Keep(places))
    };
    Ok((shown, decision))
}
