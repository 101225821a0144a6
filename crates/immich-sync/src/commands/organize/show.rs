//! `organize show`: one group of the last scan.

use anyhow::Result;

use super::find::Groups;
use crate::args::ShowArgs;
use crate::output::Console;

/// Shows it.
pub(super) fn run(args: &ShowArgs, console: Console) -> Result<()> {
    let groups = Groups::open(args.options.matches(), console)?;
    groups.view.show(&groups.named(&args.group)?);
    Ok(())
}
