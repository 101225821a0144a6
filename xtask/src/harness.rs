//! Commands whose work is done by the product or by its examples: the demo, the kill loop, the corpus table.

use std::process::Command;

use clap::{Args, Subcommand};

use crate::tests_run::Surroundings;
use crate::workspace::Workspace;
use crate::{environment, shell, tools};

/// What `demo` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct DemoArgs {
    /// Build with optimisation
    #[arg(long)]
    pub(crate) release: bool,

    /// Passed on to `immich-sync demo`
    #[arg(last = true)]
    pub(crate) arguments: Vec<String>,
}

/// What `kill-loop` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct KillLoopArgs {
    /// How many runs are killed
    #[arg(long, default_value_t = 1000)]
    pub(crate) runs: u32,

    /// Decides when each is killed; another one each time by default
    #[arg(long)]
    pub(crate) seed: Option<u64>,

    /// The longest that a run lives before it is killed, in milliseconds
    #[arg(long)]
    pub(crate) max_ms: Option<u32>,

    /// Passed on to the harness, such as `--sweep` or `--sweep full`
    #[arg(last = true)]
    pub(crate) arguments: Vec<String>,
}

/// What `corpus-table`, `faults` and `warnings` are asked.
#[derive(Debug, Args)]
pub(crate) struct HarnessArgs {
    /// Passed on to the harness
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What `bench` is asked.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    what: Bench,
}

/// What is measured.
#[derive(Debug, Subcommand)]
enum Bench {
    /// Native writes and reads of single files, beside ExifTool and a bare copy
    Engine {
        /// Passed on to the harness, such as `--jpegs 100` or `--folder DIR`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Reading libraries of Apple Photos, beside osxphotos
    Apple {
        /// Passed on to the harness, such as `--assets 10000` or `--generation 14`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// First and later imports, beside the client of the Immich project and what they may cost
    Import {
        /// Passed on to the harness, such as `--only first`, `--files 10000` or `--json`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Scans of 100,000 photos, and 200,000 groups that are listed, shown, acted on and taken back
    Organize {
        /// Passed on to the harness, such as `--assets 1000000`, `--groups 50000,200000` or `--json`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// A first and a second run over a library of large JPEG files, natively and with ExifTool
    Write {
        /// Passed on to the harness, such as `--files 1000` or `--folder DIR`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Finding copies: recall, keepers and speed, beside czkawka and Immich's rule
    Similarity {
        /// Print the tables as JSON
        #[arg(long)]
        json: bool,
        /// Passed on to the harness, such as `--only search` or `--without-million`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// A run over a library in which nothing changed
    Unchanged {
        /// Passed on to the harness, such as `--assets 1000000`, `--version 2.7.5` or `--faces`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// Builds the binary and runs its demo.
pub(crate) fn demo(workspace: &Workspace, args: &DemoArgs) -> anyhow::Result<()> {
    let mut command = cargo(&["run", "--package", "immich-sync"]);
    if args.release {
        command.arg("--release");
    }
    command.args(["--", "demo"]).args(&args.arguments);
    run(workspace, command)
}

/// Builds the binary and kills it again and again.
pub(crate) fn kill_loop(workspace: &Workspace, args: &KillLoopArgs) -> anyhow::Result<()> {
    build_binary(workspace)?;
    let mut command = cargo(&["run", "--package", "immich-sync", "--example", "kill_loop", "--"]);
    command.args(["--runs", &args.runs.to_string()]);
    if let Some(seed) = args.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if let Some(longest) = args.max_ms {
        command.args(["--max-ms", &longest.to_string()]);
    }
    command.args(&args.arguments);
    run(workspace, command)
}

/// Builds the binary and lets it write into the corpus.
pub(crate) fn corpus_table(workspace: &Workspace, args: &HarnessArgs) -> anyhow::Result<()> {
    build_binary(workspace)?;
    let mut command = cargo(&["run", "--package", "immich-sync", "--example", "corpus_table", "--"]);
    command.args(&args.arguments);
    run(workspace, command)
}

/// Builds the binary and runs it with every fault of disks, rights and neighbours.
pub(crate) fn faults(workspace: &Workspace, args: &HarnessArgs) -> anyhow::Result<()> {
    build_binary(workspace)?;
    let mut command = cargo(&["run", "--package", "immich-sync", "--example", "faults", "--"]);
    command.args(&args.arguments);
    run(workspace, command)
}

/// Builds the binary and lets it write into files that ExifTool complains about.
pub(crate) fn warnings(workspace: &Workspace, args: &HarnessArgs) -> anyhow::Result<()> {
    build_binary(workspace)?;
    let mut command = cargo(&["run", "--package", "immich-sync", "--example", "warnings", "--"]);
    command.args(&args.arguments);
    run(workspace, command)
}

/// Builds the binary with optimisation and measures it.
pub(crate) fn bench(workspace: &Workspace, args: &BenchArgs) -> anyhow::Result<()> {
    match &args.what {
        Bench::Apple { arguments } => apple(workspace, arguments),
        Bench::Engine { arguments } => measure(workspace, "bench_engine", arguments),
        Bench::Import { arguments } => import(workspace, arguments),
        Bench::Organize { arguments } => measure(workspace, "bench_organize", arguments),
        Bench::Write { arguments } => measure(workspace, "bench_write", arguments),
        Bench::Unchanged { arguments } => measure(workspace, "bench_unchanged", arguments),
        Bench::Similarity { json, arguments } => similarity(workspace, *json, arguments),
    }
}

fn import(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let [node, script] = tools::official_client(workspace)?.map(|path| path.display().to_string());
    let peer = ["--node".to_owned(), node, "--official-client".to_owned(), script];
    measure(workspace, "bench_import", &[&peer, arguments].concat())
}

/// On one core where the system can hold it there, so that what is measured stays in one cache.
fn similarity(workspace: &Workspace, json: bool, arguments: &[String]) -> anyhow::Result<()> {
    let czkawka = tools::czkawka(workspace)?;
    let package = ["--release", "--package", "photo-similarity", "--example", "bench_similarity"];
    let mut build = cargo(&["build"]);
    build.args(package);
    if tools::heif() {
        build.args(["--features", "heif"]);
    }
    // Not by `cargo run`: only what is measured is held on one core.
    shell::run(build.current_dir(&workspace.root))?;
    let program = workspace.target.join("release/examples/bench_similarity");
    let mut command = match environment::program("taskset") {
        Some(taskset) => {
            let mut command = Command::new(taskset);
            command.args(["--cpu-list", "0"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.arg("--czkawka").arg(czkawka).args(json.then_some("--json")).args(arguments);
    run(workspace, command)
}

/// The reader, and then the commands that use it; without osxphotos where it cannot be had.
fn apple(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let example = ["run", "--release", "--package", "apple-photos", "--example", "bench_apple", "--"];
    let mut command = cargo(&example);
    let mut commands = vec!["--only".to_owned(), "apple".to_owned()];
    match tools::osxphotos(workspace) {
        Ok(python) => {
            commands
                .extend(["--osxphotos".to_owned(), python.with_file_name("osxphotos").display().to_string()]);
            command.arg("--osxphotos").arg(python);
        }
        Err(error) => eprintln!("{error:#}\nOnly what this project does is measured."),
    }
    command.args(arguments);
    run(workspace, command)?;
    measure(workspace, "bench_import", &commands)
}

fn measure(workspace: &Workspace, example: &str, arguments: &[String]) -> anyhow::Result<()> {
    let mut build = cargo(&["build", "--release", "--package", "immich-sync", "--bins"]);
    shell::run(build.current_dir(&workspace.root))?;
    let mut command = cargo(&["run", "--release", "--package", "immich-sync", "--example", example, "--"]);
    command.args(arguments);
    run(workspace, command)
}

/// Kills a process that writes the state, a thousand times.
pub(crate) fn state_kills(workspace: &Workspace) -> anyhow::Result<()> {
    let name = "state::kills::a_thousand_kills_lose_nothing_that_was_confirmed";
    run(
        workspace,
        cargo(&["test", "--package", "sync-core", "--test", "it", name, "--", "--exact", "--ignored"]),
    )
}

/// Writes into random photos and takes it back, until a thousand changes were taken back; and into all real ones,
/// twice.
pub(crate) fn undo(workspace: &Workspace) -> anyhow::Result<()> {
    let names = [
        "undo::random::a_thousand_random_changes_are_taken_back",
        "undo::exact::all_real_files_come_back_to_the_byte",
    ];
    let mut command =
        cargo(&["test", "--package", "sync-core", "--test", "it", "--", "--exact", "--ignored"]);
    command.args(names).arg("--nocapture");
    run(workspace, command)
}

/// Lets a server fall silent at each request of a run of actions, kills such runs two hundred times, and takes a
/// thousand random lives of a library back.
pub(crate) fn deeds(workspace: &Workspace) -> anyhow::Result<()> {
    let names = [
        "deeds::lost::a_server_that_falls_silent_at_any_request_costs_nothing",
        "deeds::killed::two_hundred_kills_leave_no_trace",
        "deeds::killed::two_hundred_kills_with_trash_and_folders_lose_nothing",
        "deeds::random::a_thousand_lives_are_taken_back",
        "deeds::large::two_hundred_thousand_groups_are_acted_on_in_little_memory",
    ];
    let mut command =
        cargo(&["test", "--package", "sync-core", "--test", "it", "--", "--exact", "--ignored"]);
    command.args(names).arg("--nocapture");
    run(workspace, command)?;
    let name = "organize::trash::a_kill_at_any_call_of_a_move_or_of_its_way_back_loses_nothing";
    let arguments = ["test", "--package", "immich-sync", "--test", "it", name, "--", "--exact", "--ignored"];
    let mut command = cargo(&arguments);
    command.arg("--nocapture");
    run(workspace, command)
}

/// Lets requests go wrong in every way, ten thousand times, beside a home in which none does.
pub(crate) fn faulted_requests(workspace: &Workspace) -> anyhow::Result<()> {
    let name = "faulted::ten_thousand_faulted_requests_leave_no_trace";
    let arguments = ["test", "--package", "sync-core", "--test", "it", name, "--", "--exact", "--ignored"];
    let mut command = cargo(&arguments);
    command.arg("--nocapture");
    run(workspace, command)
}

/// The harnesses start the binary that stands beside them in the target folder.
fn build_binary(workspace: &Workspace) -> anyhow::Result<()> {
    let mut command = cargo(&["build", "--package", "immich-sync", "--bins"]);
    shell::run(command.current_dir(&workspace.root))
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}

fn run(workspace: &Workspace, mut command: Command) -> anyhow::Result<()> {
    Surroundings::prepare(workspace)?.apply(&mut command);
    shell::run(command.current_dir(&workspace.root))
}
