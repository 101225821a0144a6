//! What finding all pairs costs, by each kind of instructions that this processor has.
//!
//! ```text
//! cargo run --release -p photo-similarity --example bench_pairs -- [--hashes N]... [--limit BITS]... [--all-kernels N]
//! ```
//!
//! Random hashes, of which one in twenty is a copy of another with up to 20 bits changed; one thread. Prints a line of
//! JSON for each measurement: CPU seconds, pairs found, the most memory used, and how many times cheaper than plain code.
//! Up to `--all-kernels` hashes (100,000) all kinds are measured, above only the best.
#![expect(clippy::print_stdout, reason = "a tool for a terminal")]

use std::num::NonZeroUsize;
use std::time::Instant;

use peak_alloc::PeakAlloc;
use photo_similarity::{Edge, Forms, Hash, Kernel, Looks, Search, Which};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut sizes, mut limits, mut all_kernels) = (Vec::new(), Vec::new(), 100_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().ok_or("each option wants a number")?;
        match argument.as_str() {
            "--hashes" => sizes.push(number.parse()?),
            "--limit" => limits.push(number.parse()?),
            "--all-kernels" => all_kernels = number.parse()?,
            other => return Err(format!("what is {other}?").into()),
        }
    }
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    if limits.is_empty() {
        limits = vec![40, 64];
    }
    for hashes in sizes {
        for limit in &limits {
            all_pairs(hashes, *limit, hashes <= all_kernels);
        }
        some_new(hashes, limits[0]);
    }
    Ok(())
}

/// All pairs of `count` hashes.
fn all_pairs(count: usize, limit: u32, by_all: bool) {
    let looks = planted(count);
    let mut plain = None;
    let mut kernels: Vec<Kernel> = Kernel::available().collect();
    kernels.reverse();
    for kernel in kernels {
        if by_all || kernel == Kernel::best() {
            let cost = measured(kernel, &looks, limit, Which::All);
            plain = plain.or(Some(cost.seconds).filter(|_| kernel == Kernel::Plain));
            let ratio =
                plain.map_or_else(|| "null".to_owned(), |plain| format!("{:.1}", plain / cost.seconds));
            cost.print(
                &format!("\"times_cheaper_than_plain\": {ratio}, \"new\": {count}"),
                kernel,
                count,
                limit,
            );
        }
    }
}

/// A hundred new ones against all others.
fn some_new(count: usize, limit: u32) {
    let looks = planted(count);
    let step = (count / 100).max(1);
    let new: Vec<u32> =
        (0..count).step_by(step).filter_map(|position| u32::try_from(position).ok()).collect();
    let cost = measured(Kernel::best(), &looks, limit, Which::New(&new));
    cost.print(&format!("\"new\": {}", new.len()), Kernel::best(), count, limit);
}

struct Cost {
    seconds: f64,
    pairs: usize,
    megabytes: f32,
}

impl Cost {
    fn print(&self, more: &str, kernel: Kernel, hashes: usize, limit: u32) {
        println!(
            "{{\"kernel\": \"{kernel}\", \"hashes\": {hashes}, \"limit\": {limit}, {more}, \"cpu_seconds\": {:.3}, \"pairs\": {}, \"peak_mb\": {:.0}}}",
            self.seconds, self.pairs, self.megabytes
        );
    }
}

/// The memory is that of the hashes and the search together, the pairs found included.
fn measured(kernel: Kernel, looks: &Looks, limit: u32, which: Which<'_>) -> Cost {
    let search = Search { limit, threads: NonZeroUsize::MIN, nearest: 64 };
    MEMORY.reset_peak_usage();
    let (clock, start) = (cpu_seconds(), Instant::now());
    let edges: Vec<Edge> = search.pairs_by(kernel, looks, which, &|_, _| true).unwrap_or_default();
    let seconds = match (clock, cpu_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed().as_secs_f64(),
    };
    Cost { seconds, pairs: edges.len(), megabytes: MEMORY.peak_usage_as_mb() }
}

/// What this process has used, where the system tells in the way of Linux.
fn cpu_seconds() -> Option<f64> {
    let times = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = times.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
    // Hundredths of a second, of the user and of the system.
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

fn planted(count: usize) -> Looks {
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut looks = Looks::new(Forms::default());
    looks.reserve(count);
    let mut last = Hash([0; 4]);
    for number in 0..count {
        if number % 20 == 0 {
            for _ in 0..random() % 21 {
                let bit = random() % 256;
                last.0[usize::try_from(bit / 64).unwrap_or(0)] ^= 1 << (bit % 64);
            }
        } else {
            last = Hash([random(), random(), random(), random()]);
        }
        looks.push_hash(Some(last));
    }
    looks
}
