//! What finding all pairs costs, by each kind of instructions that this processor has.
//!
//! Random hashes, of which one in twenty is a copy of another with up to 20 bits changed. The search does not depend on
//! what hashes are, so chance is no advantage.

use std::num::NonZeroUsize;

use anyhow::Result;
use photo_similarity::{Forms, Hash, Kernel, Looks, Search, Which};

use crate::bars::Bars;
use crate::clock;
use crate::{MEMORY, table::Table};

/// Hashes of a large library, and of a very large one.
const MANY: usize = 100_000;
const MILLION: usize = 1_000_000;

/// Searches with all kernels, and the large one with the best.
pub(crate) fn measured(with_million: bool, bars: &mut Bars) -> Result<Table> {
    let mut table = Table::new(
        "Pairs within a limit, one thread",
        &["hashes", "new", "limit", "by", "CPU s", "pairs", "MB", "times less than plain"],
    );
    let looks = planted(MANY);
    for limit in [40, 64] {
        let mut plain = None;
        let mut kernels: Vec<Kernel> = Kernel::available().collect();
        kernels.reverse();
        for kernel in kernels {
            let cost = Cost::of(kernel, &looks, limit, Which::All)?;
            let plain = *plain.get_or_insert(cost.seconds);
            table.row(cost.cells(MANY, MANY, limit, kernel, &format!("{:.1}", plain / cost.seconds)));
            if limit == 40 {
                let wanted = if kernel == Kernel::Avx512 { 1.0 } else { 5.0 };
                bars.speed_at_most(&format!("CPU s, all pairs of 100,000, {kernel}"), wanted, cost.seconds);
            }
        }
    }
    if with_million {
        million(&mut table, bars)?;
    }
    table.note("MB: the hashes and all that the search keeps, the pairs found included");
    Ok(table)
}

fn million(table: &mut Table, bars: &mut Bars) -> Result<()> {
    let looks = planted(MILLION);
    let best = Kernel::best();
    let new: Vec<u32> =
        (0..MILLION).step_by(MILLION / 100).filter_map(|place| u32::try_from(place).ok()).collect();
    let cost = Cost::of(best, &looks, 40, Which::New(&new))?;
    table.row(cost.cells(MILLION, new.len(), 40, best, "-"));
    bars.speed_at_most("CPU s, 100 new against 1,000,000 known", 1.0, cost.seconds);
    let cost = Cost::of(best, &looks, 40, Which::All)?;
    table.row(cost.cells(MILLION, MILLION, 40, best, "-"));
    bars.at_most("MB, all pairs of 1,000,000", 100.0, f64::from(cost.megabytes));
    Ok(())
}

struct Cost {
    seconds: f64,
    pairs: usize,
    megabytes: f32,
}

impl Cost {
    fn of(kernel: Kernel, looks: &Looks, limit: u32, which: Which<'_>) -> Result<Self> {
        let search = Search { limit, threads: NonZeroUsize::MIN, nearest: 64 };
        MEMORY.reset_peak_usage();
        let (time, edges) = clock::measured(|| search.pairs_by(kernel, looks, which, &|_, _| true))?;
        let megabytes = MEMORY.peak_usage_as_mb();
        Ok(Self { seconds: time.as_secs_f64(), pairs: edges.unwrap_or_default().len(), megabytes })
    }

    fn cells(&self, hashes: usize, new: usize, limit: u32, kernel: Kernel, times: &str) -> [String; 8] {
        [
            hashes.to_string(),
            new.to_string(),
            limit.to_string(),
            kernel.to_string(),
            format!("{:.2}", self.seconds),
            self.pairs.to_string(),
            format!("{:.0}", self.megabytes),
            times.to_owned(),
        ]
    }
}

fn planted(count: usize) -> Looks {
    let mut numbers = fastrand::Rng::with_seed(1);
    let mut looks = Looks::new(Forms::default());
    looks.reserve(count);
    let mut last = Hash([0; 4]);
    for number in 0..count {
        if number % 20 == 0 {
            for _ in 0..numbers.usize(..=20) {
                last.0[numbers.usize(..4)] ^= 1 << numbers.u32(..64);
            }
        } else {
            last = Hash(std::array::from_fn(|_| numbers.u64(..)));
        }
        looks.push_hash(Some(last));
    }
    looks
}
