//! What scans of a large library cost: requests, processor time and memory; the first one and one that finds nothing new.
//!
//! `cargo run --release -p sync-core --example bench_organize -- 100000`
//!
//! The server runs in a process of its own, so that what is measured is the scan alone. Half of all photos are copies of
//! the other half.

#![expect(clippy::print_stdout, reason = "a measurement talks to its terminal")]

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use immich_api::{ApiKey, Client, ClientOptions, RateLimit};
use immich_sandbox::{PictureMaker, Sandbox, Scenario, Version};
use jiff::Timestamp;
use photo_similarity::{HashKind, Limits, Rules};
use sync_core::organize::{Filters, LookOptions, OrganizeOptions, Scan, SourceChoice};
use sync_core::state::SqliteStore;
use sync_core::{Account, Event, Reporter, StopFlag};

type Outcome = Result<(), Box<dyn Error>>;

/// Pixels of a side of a picture; 16 by 16 blocks of random brightness in it.
const SIDE: u32 = 64;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [mode, count] if mode == "serve" => serve(count.parse()?),
        [count] => measure(count),
        _ => measure("20000"),
    }
}

/// A server with so many photos, until somebody closes its input.
fn serve(count: usize) -> Outcome {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    let maker: PictureMaker = Arc::new(picture);
    scenario.many(&storage, count, |number, asset| {
        asset.picture_by(&maker, number as u64);
    });
    let sandbox = Sandbox::start(scenario)?;
    sandbox.only_count_requests(true);
    println!("{}\n{}", sandbox.url(), sandbox.api_key());
    std::io::stdout().flush()?;
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        println!("{}", sandbox.request_count());
        std::io::stdout().flush()?;
        line.clear();
    }
    Ok(())
}

/// A PNG: pairs of numbers have the same blocks, the second one a little brighter.
fn picture(number: u64) -> Vec<u8> {
    let mut seed = fastrand::Rng::with_seed(number / 2);
    let blocks: Vec<u8> = (0..256).map(|_| seed.u8(8..240)).collect();
    let brighter = if number.is_multiple_of(2) { 0 } else { 6 };
    let mut rows = Vec::new();
    for y in 0..SIDE {
        rows.push(0);
        rows.extend((0..SIDE).map(|x| blocks[(y / 4 * 16 + x / 4) as usize] + brighter));
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = packed.write_all(&rows).and_then(|()| packed.finish()).unwrap_or_default();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&SIDE.to_be_bytes()[..], &SIDE.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    for (name, content) in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", Vec::new())] {
        let body = [&name[..], &content].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&body);
        png.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        png.extend(body);
        png.extend(sum.sum().to_be_bytes());
    }
    png
}

fn measure(count: &str) -> Outcome {
    let mut server = Command::new(std::env::current_exe()?)
        .args(["serve", count])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut answers = BufReader::new(server.stdout.take().ok_or("no output")?);
    let mut orders = server.stdin.take().ok_or("no input")?;
    let (url, key) = (line(&mut answers)?, line(&mut answers)?);
    let mut requests = || -> Result<u64, Box<dyn Error>> {
        orders.write_all(b"\n")?;
        Ok(line(&mut answers)?.parse()?)
    };
    let folder = tempfile::tempdir()?;
    let mut options = ClientOptions::new(url, ApiKey::new(key)?);
    options.rate_limit = RateLimit::PerSecond(10_000.0);
    let clients = [Client::connect(options)?];
    for name in ["first scan", "second scan"] {
        let before = (requests()?, processor_seconds()?, Instant::now());
        let store = SqliteStore::open(&folder.path().join("state"))?;
        let summary = scan(&clients, &store, folder.path())?;
        store.close()?;
        println!(
            "{name}: {} photos, {} groups, {} looked at, {} requests, {:.1} CPU s, {:.1} s, at most {} MB so far",
            summary.seen,
            summary.groups_in_all(),
            summary.looked_at,
            requests()? - before.0,
            processor_seconds()? - before.1,
            before.2.elapsed().as_secs_f64(),
            peak_megabytes()?,
        );
    }
    let state = fs::metadata(folder.path().join("state/state.db"))?.len();
    println!("state: {} MB", state >> 20);
    drop(orders);
    server.wait()?;
    Ok(())
}

fn scan(
    clients: &[Client],
    store: &SqliteStore,
    scratch: &Path,
) -> Result<sync_core::organize::ScanSummary, Box<dyn Error>> {
    let accounts: Vec<Account<'_>> = clients.iter().map(Account::of).collect();
    let look = LookOptions {
        kind: HashKind::P256,
        detail: false,
        rotations: false,
        trims: false,
        limits: Limits::default(),
    };
    let options = OrganizeOptions {
        source: SourceChoice::Immich,
        rules: Rules { duplicate: 40, similar: 40, bursts: None },
        look,
        filters: Filters { archived: true, ..Filters::default() },
        prefer: Vec::new(),
        prefer_places: Vec::new(),
        workers: std::thread::available_parallelism()?.get(),
        load_hashes: Vec::new(),
        save_hashes: None,
        rehash: false,
    };
    let scan = Scan {
        accounts: &accounts,
        store,
        options: &options,
        cache: None,
        scratch,
        reporter: &Nobody,
        stop: &StopFlag::new(),
        now: &Timestamp::now,
    };
    Ok(scan.run()?)
}

struct Nobody;

impl Reporter for Nobody {
    fn report(&self, _: &Event<'_>) {}
}

fn line(answers: &mut impl std::io::BufRead) -> Result<String, Box<dyn Error>> {
    let mut line = String::new();
    answers.take(4096).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Processor time of this process, system calls included.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// The most memory that this process ever had.
fn peak_megabytes() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(peak.trim().trim_end_matches(" kB").trim().parse::<u64>()? >> 10)
}
