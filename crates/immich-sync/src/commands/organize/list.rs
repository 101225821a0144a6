//! `organize list`: the groups of the last scan, page by page, so that any number of them needs no memory.

use std::collections::BTreeSet;

use anyhow::Result;
use photo_similarity::Class;
use sync_core::organize::Decision;
use sync_core::state::GroupStore as _;

use super::find::Groups;
use crate::args::ListArgs;
use crate::output::{Console, Shown, class_lines, count};

/// Groups that are read at a time.
const PAGE: usize = 200;

/// Groups that are shown when nobody says how many.
const SHOWN: u64 = 20;

/// Lists them.
pub(super) fn run(args: &ListArgs, console: Console) -> Result<()> {
    let groups = Groups::open(args.options.matches(), console)?;
    let classes: BTreeSet<Class> = args.classes.iter().map(|&class| class.into()).collect();
    let limit = args.limit.unwrap_or(if groups.view.json { u64::MAX } else { SHOWN });
    let listed = list(&groups, &classes, limit, args.all)?;
    if !groups.view.json {
        tell_the_rest(&groups, &listed, args.all, console)?;
    }
    Ok(())
}

/// What was listed and what was not.
#[derive(Debug, Default)]
struct Listed {
    shown: u64,
    ignored: u64,
    there_is_more: bool,
}

fn list(groups: &Groups, classes: &BTreeSet<Class>, limit: u64, all: bool) -> Result<Listed> {
    let decisions = groups.store.decisions()?;
    let only = if classes.len() == 1 { classes.first().copied() } else { None };
    let (mut listed, mut after) = (Listed::default(), 0);
    loop {
        let page = groups.store.groups_after(after, only, PAGE)?;
        if page.is_empty() {
            return Ok(listed);
        }
        for (number, group) in page {
            after = number;
            if !classes.is_empty() && !classes.contains(&group.class) {
                continue;
            }
            let decision = decisions.get(&group.id).cloned();
            if decision == Some(Decision::NotDuplicates) && !all {
                listed.ignored += 1;
                continue;
            }
            if listed.shown == limit {
                listed.there_is_more = true;
                return Ok(listed);
            }
            listed.shown += 1;
            groups.view.list(&Shown::new(number, group, decision));
        }
    }
}

fn tell_the_rest(groups: &Groups, listed: &Listed, all: bool, console: Console) -> Result<()> {
    let Some(last) = &groups.last else {
        console.aside("Nothing was scanned yet; `immich-sync organize` does.");
        return Ok(());
    };
    let counts = groups.store.group_counts()?;
    let photos = count(last.photos, "photo");
    let when = last.at.to_zoned(groups.view.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    if counts.values().all(|count| count.groups == 0) {
        console.aside(&format!("No duplicates among {photos} on {when}."));
        return Ok(());
    }
    console.aside("");
    console.aside(&format!("Found among {photos} on {when}:"));
    for line in class_lines(&counts, console.aside) {
        console.aside(&line);
    }
    if listed.there_is_more {
        let shown = count(listed.shown, "group");
        console.aside(&format!("{shown} shown; --limit and --class show others, --json all of them."));
    }
    if listed.ignored > 0 && !all {
        let ignored = count(listed.ignored, "group");
        console.aside(&format!(
            "{ignored} left out because you said that they are no duplicates; --all shows them."
        ));
    }
    console.aside("`immich-sync organize show NUMBER` shows one, `organize decide` decides.");
    Ok(())
}
