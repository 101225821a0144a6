//! What fetching thumbnails costs: `cargo run --release -p immich-api --example thumbnail_cost -- 20000`.
//!
//! Eight threads and the adaptive rate, as a scan fetches them. The sandbox serves pictures of 10 kB from a second
//! process, so that the figures are those of the client alone: CPU time as the kernel counts it. Linux only.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use immich_api::{
    ApiKey, AssetId, AssetQuery, BEST_IN_FLIGHT, Client, ClientOptions, Picture, RateLimit, Thumbnail,
};
use immich_sandbox::{PictureMaker, Sandbox, Scenario, Version};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let first = args.next().unwrap_or_else(|| "20000".to_owned());
    if first == "serve" {
        let sandbox = serve(args.next().ok_or("how many?")?.parse()?)?;
        println!("{}\n{}", sandbox.url(), sandbox.api_key());
        std::io::stdin().read_line(&mut String::new())?;
        return Ok(());
    }
    let mut server = Command::new(std::env::current_exe()?)
        .args(["serve", &first])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut told = BufReader::new(server.stdout.take().ok_or("no output")?).lines();
    let (url, key) = (told.next().ok_or("no address")??, told.next().ok_or("no key")??);
    let measured = fetch(&url, &key);
    server.kill()?;
    server.wait()?;
    println!("{}", measured?);
    Ok(())
}

/// Pictures of 10 kB that begin like a JPEG.
fn serve(assets: usize) -> Outcome<Sandbox> {
    let make: PictureMaker = Arc::new(|number| {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
        bytes.extend((0..10_000_u64).map(|at| (at * 31 + number).to_le_bytes()[0]));
        bytes
    });
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data", "/nowhere");
    scenario.many(&library, assets, |number, asset| {
        asset.thumbnail_by(&make, number as u64);
    });
    let sandbox = Sandbox::start(scenario)?;
    sandbox.only_count_requests(true);
    Ok(sandbox)
}

fn fetch(url: &str, key: &str) -> Outcome<String> {
    let mut options = ClientOptions::new(url, ApiKey::new(key)?);
    options.rate_limit = RateLimit::Auto;
    let client = Client::connect(options)?;
    let mut ids: Vec<AssetId> = Vec::new();
    for page in client.reader().walk_assets(&AssetQuery::default()) {
        ids.extend(page?.into_iter().map(|asset| asset.id));
    }
    let (start, before) = (Instant::now(), cpu_seconds()?);
    let (next, bytes, first) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let worker = || -> Outcome<()> {
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Picture { bytes: picture, .. } = client.reader().thumbnail(id, Thumbnail::Small)?;
            bytes.fetch_add(picture.len() as u64, Ordering::Relaxed);
            if start.elapsed() < Duration::from_secs(5) {
                first.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..BEST_IN_FLIGHT).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a thread failed")?)
    })?;
    let (cpu, wall) = (cpu_seconds()? - before, start.elapsed().as_secs_f64());
    let per_picture = cpu * 1000.0 / f64::from(u32::try_from(ids.len())?);
    Ok(format!(
        "{} thumbnails, {} MB: {cpu:.2} s CPU ({per_picture:.3} ms each), {wall:.1} s in all, {} in the first five seconds",
        ids.len(),
        bytes.load(Ordering::Relaxed) / 1_000_000,
        first.load(Ordering::Relaxed)
    ))
}

/// User and system time of this process.
fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("an unknown form of stat")?.1;
    let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
