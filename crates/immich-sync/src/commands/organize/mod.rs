//! `immich-sync organize`: photos that are the same or look alike are found, shown, and dealt with.

mod act;
mod decide;
mod find;
mod folders;
mod found;
mod last_scan;
mod list;
mod local_trash;
mod names;
pub(crate) mod permissions;
mod report;
mod run;
mod scan;
mod show;

use clap::ArgMatches;

use super::frame;
use crate::args::{GroupsCommand, OrganizeArgs};
use crate::exit::ExitStatus;
use crate::output::{Console, lost_results};
use crate::start::typed_json;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &OrganizeArgs) -> ExitStatus {
    match &args.command {
        Some(GroupsCommand::List(args)) => tell(args.options.matches(), |console| list::run(args, console)),
        Some(GroupsCommand::Show(args)) => tell(args.options.matches(), |console| show::run(args, console)),
        Some(GroupsCommand::Decide(args)) => {
            tell(args.options.matches(), |console| decide::run(args, console))
        }
        None => run::run(args.options.matches()),
    }
}

/// Does what needs no server and is over at once.
fn tell(matches: &ArgMatches, work: impl FnOnce(Console) -> anyhow::Result<()>) -> ExitStatus {
    let console = Console::detect();
    let done = work(console).and_then(|()| {
        if lost_results() {
            anyhow::bail!("not all of it could be written to the standard output");
        }
        Ok(())
    });
    match done {
        Ok(()) => ExitStatus::Ok,
        Err(error) => frame::never_began(console, typed_json(matches), &error),
    }
}
