//! Imports that are cut off, killed and kept in the dark, as often as asked for.

use std::process::Command;

use clap::Args;

use crate::shell;
use crate::tests_run::Surroundings;
use crate::workspace::Workspace;

/// What `imports` is asked.
#[derive(Debug, Args)]
pub(crate) struct ImportsArgs {
    /// How many runs are ended by INT or TERM, and as many by KILL
    #[arg(long, default_value_t = 50)]
    stops: usize,

    /// How many connections are cut in the middle of uploads
    #[arg(long, default_value_t = 500)]
    cuts: usize,

    /// A kill at each so many calls that write the state or talk to the server
    #[arg(long, default_value_t = 3)]
    step: usize,
}

/// Runs the long forms of the tests of imports.
pub(crate) fn run(workspace: &Workspace, args: &ImportsArgs) -> anyhow::Result<()> {
    let programs = [
        "import::faults::as_many_cuts_as_asked_for_cost_nothing",
        "import::kills::as_many_ends_as_asked_for_cost_nothing",
        "import::kills::a_kill_at_any_write_of_the_state_and_any_word_to_the_server_costs_nothing",
    ];
    let silent = [
        "import::silent::an_import_whose_server_falls_silent_at_any_request_is_completed_and_can_be_taken_back",
    ];
    for (package, names) in [("immich-sync", &programs[..]), ("sync-core", &silent)] {
        let mut command = Command::new("cargo");
        command.args([
            "test",
            "--package",
            package,
            "--test",
            "it",
            "--",
            "--exact",
            "--ignored",
            "--nocapture",
        ]);
        command.args(names);
        command.env("IMMICH_SYNC_STOPS", args.stops.to_string());
        command.env("IMMICH_SYNC_CUTS", args.cuts.to_string());
        command.env("IMMICH_SYNC_STEP", args.step.to_string());
        Surroundings::prepare(workspace)?.apply(&mut command);
        shell::run(command.current_dir(&workspace.root))?;
    }
    Ok(())
}
