//! `immich-sync export`: photos of a library as files in folders, again and again.

mod run;

use crate::args::ExportCommand;
use crate::exit::ExitStatus;

/// Runs the command; tells how it went.
pub(crate) fn run(command: &ExportCommand) -> ExitStatus {
    match command {
        ExportCommand::ApplePhotos(args) => run::run(args.options.matches(), args.library.as_deref()),
    }
}
