//! How long grouping takes: a planted library, a crowd of which a search kept the nearest neighbours only, and a crowd
//! that holds together badly.
//!
//! ```text
//! cargo run --release -p photo-similarity --example group_library -- [PHOTOS [GROUPS]]
//! ```
#![expect(clippy::print_stdout, reason = "a tool for a terminal")]

use std::time::Instant;

use photo_similarity::{Bursts, Edge, Exposure, Hash, Photo, PhotoId, Rules, groups};

const RULES: Rules =
    Rules { duplicate: 40, similar: 56, bursts: Some(Bursts { within: 2000, limit: Bursts::LIMIT }) };

/// Numbers that look like chance and are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn hash(&mut self) -> Hash {
        Hash([self.next(), self.next(), self.next(), self.next()])
    }

    /// The hash with some bits turned over.
    fn beside(&mut self, hash: Hash, bits: usize) -> Hash {
        let mut words = hash.0;
        for _ in 0..bits {
            let bit = self.next() % 256;
            words[(bit / 64) as usize] ^= 1 << (bit % 64);
        }
        Hash(words)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let photos: usize = arguments.next().map_or(Ok(1_000_000), |number| number.parse())?;
    let planted: usize = arguments.next().map_or(Ok(photos / 5), |number| number.parse())?;
    let mut numbers = Numbers(1);
    library(&mut numbers, photos, planted);
    crowd(&mut numbers, photos / 20, 10, 64);
    crowd(&mut numbers, photos / 200, 32, 5_000);
    Ok(())
}

/// Groups of four copies among photos that look like nothing else.
fn library(numbers: &mut Numbers, count: usize, planted: usize) {
    let (mut hashes, mut edges) = (Vec::new(), Vec::new());
    for _ in 0..planted.min(count / 4) {
        let (first, motif) = (hashes.len(), numbers.hash());
        hashes.extend((0..4).map(|_| numbers.beside(motif, 8)));
        for b in first..hashes.len() {
            edges.extend((first..b).filter_map(|a| edge(&hashes, a, b)));
        }
    }
    while hashes.len() < count {
        hashes.push(numbers.hash());
    }
    report("library", &hashes, edges);
}

/// Photos within some bits of one motif; each keeps pairs with a number of others.
fn crowd(numbers: &mut Numbers, count: usize, bits: usize, nearest: usize) {
    let motif = numbers.hash();
    let hashes: Vec<Hash> = (0..count).map(|_| numbers.beside(motif, bits)).collect();
    let mut edges = Vec::new();
    for b in 0..count {
        edges.extend((b.saturating_sub(nearest)..b).filter_map(|a| edge(&hashes, a, b)));
    }
    report(&format!("crowd of {bits} bits"), &hashes, edges);
}

fn edge(hashes: &[Hash], a: usize, b: usize) -> Option<Edge> {
    let distance = hashes[a].distance(hashes[b]);
    let edge = Edge {
        a: u32::try_from(a).ok()?,
        b: u32::try_from(b).ok()?,
        distance: u16::try_from(distance).ok()?,
    };
    (distance <= RULES.similar).then_some(edge)
}

fn report(what: &str, hashes: &[Hash], mut edges: Vec<Edge>) {
    edges.sort_unstable();
    let photo = |number: u64| {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let exposure = Exposure { camera: 1, taken: 60_000 * number.cast_signed() };
        Photo { exposure: (number.is_multiple_of(4)).then_some(exposure), ..Photo::new(PhotoId(id)) }
    };
    let photos: Vec<Photo> = (0_u64..).take(hashes.len()).map(photo).collect();
    let looks: Vec<Option<Hash>> = hashes.iter().copied().map(Some).collect();
    let start = Instant::now();
    let found = groups(&photos, &looks, &edges, &RULES);
    let largest = found.iter().map(|group| group.members.len()).max().unwrap_or(0);
    println!(
        "{what}: {} photos, {} pairs: {} groups, the largest of {largest}, in {:.2?}",
        photos.len(),
        edges.len(),
        found.len(),
        start.elapsed()
    );
}
