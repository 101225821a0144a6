//! One parser, many spoiled inputs; each within its time and its memory, and what fails is kept below `target/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use peak_alloc::PeakAlloc;
use photo_metadata::Container;
use photo_metadata::fuzzing::{self, Codec, Outcome, block, file};
use photo_metadata::structure::sniff;

use crate::bombs::bombs;
use crate::mutate::mutated;
use crate::seeds;

/// What is spoiled.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Files of these kinds.
    Files(&'static [Container]),
    /// Blocks of metadata.
    Blocks(Codec),
}

/// Time for one input on the processor.
const MOST_TIME: Duration = Duration::from_secs(1);

/// The same for code that is not optimised, which a short run is.
const MOST_TIME_SHORT: Duration = Duration::from_secs(10);

/// Memory beside the input.
const MOST_MEMORY: usize = 64 << 20;

/// After this time an input is taken for endless.
const ENDLESS: Duration = Duration::from_mins(1);

/// Inputs of a short run.
const SHORT: usize = 400;

/// Findings after which a run ends.
const MOST_FINDINGS: usize = 20;

/// Memory is counted for all threads, so parsers have their turn one after the other.
static TURN: Mutex<()> = Mutex::new(());

/// Runs until the time is over, and fails with all findings.
pub(crate) fn run(name: &'static str, allocator: PeakAlloc, target: Target) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = variable("IMMICH_SYNC_FUZZ_REPLAY") {
        return replay(name, allocator, target, &PathBuf::from(path));
    }
    let sources = match target {
        Target::Files(containers) => seeds::files(containers),
        Target::Blocks(codec) => seeds::blocks_of(codec),
    };
    assert!(!sources.is_empty(), "nothing to start from for {name}");
    let time = long_run();
    let seed = variable("IMMICH_SYNC_FUZZ_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut random = Rng::with_seed(seed);
    let mut run = Run::new(name, allocator, target);
    let start = Instant::now();
    // Every tenth input is sound: what is found there is worse than anything else.
    while time.map_or(run.inputs < SHORT, |seconds| start.elapsed() < Duration::from_secs(seconds)) {
        let bytes = &sources[random.usize(..sources.len())];
        let other = &sources[random.usize(..sources.len())];
        let input = if random.u8(..10) == 0 { bytes.clone() } else { mutated(bytes, other, &mut random) };
        run.look(&input, random.u64(..));
        if run.findings.len() >= MOST_FINDINGS {
            break;
        }
    }
    run.end(seed);
}

/// Runs what is made to cost much, whatever else is asked.
pub(crate) fn run_bombs(allocator: PeakAlloc) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut failed = Vec::new();
    for (name, target, bytes) in bombs() {
        let mut run = Run::new("bomb", allocator, target);
        run.look(&bytes, 7);
        let length = bytes.len() >> 10;
        eprintln!(
            "{name}: {length} KiB, {:?} {:?}, {} KiB",
            run.outcomes,
            run.worst_time,
            run.worst_memory >> 10
        );
        failed.extend(run.findings.into_iter().map(|finding| format!("{name}: {finding}")));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// How long each parser has, in seconds, if it has longer than a moment.
fn long_run() -> Option<u64> {
    variable("IMMICH_SYNC_FUZZ_SECONDS")?.parse().ok()
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok().filter(|value| !value.is_empty())
}

/// Runs a kept input of this parser again; its name ends with the seed of its edits.
fn replay(name: &'static str, allocator: PeakAlloc, target: Target, path: &std::path::Path) {
    let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let (of, seed) = stem.rsplit_once('-').expect("a name that ends with a seed");
    if of == name {
        let mut run = Run::new(name, allocator, target);
        run.look(&fs::read(path).expect("a readable input"), seed.parse().expect("a seed"));
        run.end(0);
    }
}

struct Run {
    name: &'static str,
    allocator: PeakAlloc,
    target: Target,
    watch: Sender<Option<(Vec<u8>, u64)>>,
    inputs: usize,
    outcomes: BTreeMap<&'static str, usize>,
    worst_time: Duration,
    worst_memory: usize,
    findings: BTreeSet<String>,
    most_time: Duration,
}

impl Run {
    fn new(name: &'static str, allocator: PeakAlloc, target: Target) -> Self {
        Self {
            name,
            allocator,
            target,
            watch: watch(name),
            inputs: 0,
            outcomes: BTreeMap::new(),
            worst_time: Duration::ZERO,
            worst_memory: 0,
            findings: BTreeSet::new(),
            most_time: if long_run().is_some() { MOST_TIME } else { MOST_TIME_SHORT },
        }
    }

    fn look(&mut self, input: &[u8], seed: u64) {
        self.inputs += 1;
        self.watch.send(Some((input.to_vec(), seed))).expect("a watch");
        self.allocator.reset_peak_usage();
        let (memory, time) = (self.allocator.current_usage(), processor_time());
        let result = catch_unwind(AssertUnwindSafe(|| pass(self.target, input, seed)));
        let time = processor_time().saturating_sub(time);
        let memory = self.allocator.peak_usage().saturating_sub(memory);
        self.watch.send(None).expect("a watch");
        self.worst_time = self.worst_time.max(time);
        self.worst_memory = self.worst_memory.max(memory);
        match result {
            Ok(Ok(outcome)) => *self.outcomes.entry(label(outcome)).or_default() += 1,
            Ok(Err(contradiction)) => self.found(&contradiction, input, seed),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                self.found(&format!("panic: {}", text.unwrap_or_default()), input, seed);
            }
        }
        if time > self.most_time {
            self.found("more than its time on the processor", input, seed);
        }
        // Files are copied some times over by the pass itself, and not by the parser.
        if memory > MOST_MEMORY + 8 * input.len() {
            self.found("more than its memory", input, seed);
        }
    }

    /// Keeps the first input of each finding.
    fn found(&mut self, what: &str, input: &[u8], seed: u64) {
        if self.findings.insert(what.to_owned()) {
            let kept = keep(self.name, input, seed);
            let new = catch_unwind(AssertUnwindSafe(|| new_version(self.target, input, seed)));
            if let Ok(Some(new)) = new {
                fs::write(kept.with_extension("new"), new).expect("room for a new version");
            }
            eprintln!("{}: {what}; {} bytes kept as {}", self.name, input.len(), kept.display());
        }
    }

    fn end(self, seed: u64) {
        eprintln!(
            "{}: seed {seed}, {} inputs {:?}, at most {:.3} s and {} KiB",
            self.name,
            self.inputs,
            self.outcomes,
            self.worst_time.as_secs_f64(),
            self.worst_memory >> 10,
        );
        if self.inputs >= SHORT {
            // A parser that leaves all to others was not looked at.
            assert!(self.outcomes.contains_key("drafted"), "{}: nothing was written", self.name);
        }
        assert!(self.findings.is_empty(), "{}: {:#?}", self.name, self.findings);
    }
}

fn pass(target: Target, input: &[u8], seed: u64) -> Result<Outcome, String> {
    match target {
        Target::Files(containers) => file(input, container_of(containers, input, seed), seed),
        Target::Blocks(codec) => block(input, codec, seed),
    }
}

fn new_version(target: Target, input: &[u8], seed: u64) -> Option<Vec<u8>> {
    let Target::Files(containers) = target else { return None };
    fuzzing::new_version(input, container_of(containers, input, seed), seed)
}

/// What the input says that it is, or any of the kinds when it is spoiled that much.
fn container_of(containers: &[Container], input: &[u8], seed: u64) -> Container {
    let said = sniff(&input[..input.len().min(4096)]).filter(|said| containers.contains(said));
    said.unwrap_or_else(|| containers[usize::try_from(seed % containers.len() as u64).unwrap_or(0)])
}

fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Beyond => "beyond",
        Outcome::Refused => "refused",
        Outcome::Unproved => "unproved",
        Outcome::Drafted => "drafted",
    }
}

/// Ends the process when an input takes for ever, and keeps that input.
fn watch(name: &'static str) -> Sender<Option<(Vec<u8>, u64)>> {
    let (sender, receiver) = channel::<Option<(Vec<u8>, u64)>>();
    std::thread::spawn(move || {
        let mut current = None;
        loop {
            match receiver.recv_timeout(ENDLESS) {
                Ok(next) => current = next,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some((input, seed)) = &current {
                        eprintln!("{name}: endless; kept as {}", keep(name, input, *seed).display());
                        std::process::abort();
                    }
                }
            }
        }
    });
    sender
}

fn keep(name: &str, input: &[u8], seed: u64) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{name}-{seed}.bin"));
    fs::write(&path, input).expect("room for an input");
    path
}

/// What this thread has used; where the system does not say, the time that went by.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let used = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|text| text.split(' ').next()?.parse().ok());
    used.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
