//! Keeps an Immich library, the original files and other photo sources in step.

mod args;
mod codes;
mod commands;
mod config;
mod engines;
mod environment;
mod exit;
mod folders;
mod key;
mod language;
mod login;
mod nearest;
mod output;
mod queues;
mod report;
mod room;
mod same_state;
mod settings;
mod signals;
mod start;
mod states;

use std::process::ExitCode;

use crate::args::{Args, Command};
use crate::exit::ExitStatus;

fn main() -> ExitCode {
    language::speak(environment::language());
    let args = match Args::spoken() {
        Ok(args) => args,
        Err(answer) => return refused(&answer),
    };
    let status = match args.command {
        Command::Init(args) => commands::init::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Write(options) => commands::write::run(options.matches()),
        Command::Organize(args) => commands::organize::run(&args),
        Command::Import(command) => commands::import::run(&command),
        Command::Export(command) => commands::export::run(&command),
        Command::Run(args) => commands::run::run(&args),
        Command::Undo(args) => commands::undo::run(&args),
        Command::History(args) => commands::history::run(&args),
        Command::Schedule(command) => commands::schedule::run(&command),
        Command::Daemon(args) => commands::daemon::run(&args),
        Command::Health(args) => commands::daemon::health(&args),
        Command::Config(command) => commands::config::run(&command),
        Command::Demo(args) => commands::demo::run(&args),
        Command::Completions(args) => {
            commands::completions::run(args.shell);
            ExitStatus::Ok
        }
        Command::Man(args) => commands::man::run(&args),
    };
    status.into()
}

/// `--help` and `--version` end here too, with 0; a mistake on the command line ends with 2.
fn refused(answer: &clap::Error) -> ExitCode {
    // Where even this cannot be printed, the exit code has to do.
    let _ = args::print(answer);
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(ExitStatus::Usage.code()))
}
