//! `immich-sync import`: photos of folders and exports go to the server, again and again, each once.

mod opened;
pub(crate) mod permissions;
mod put_away;
mod run;

use crate::args::ImportCommand;
use crate::exit::ExitStatus;
use crate::settings::Asked;

/// Runs the command; tells how it went.
pub(crate) fn run(command: &ImportCommand) -> ExitStatus {
    match command {
        ImportCommand::Folder(args) => run::run(args.options.matches(), Asked::Folder(&args.paths)),
        ImportCommand::GoogleTakeout(args) => run::run(args.options.matches(), Asked::Takeout(&args.paths)),
        ImportCommand::ApplePhotos(args) => {
            run::run(args.options.matches(), Asked::Apple(args.library.as_deref()))
        }
    }
}
