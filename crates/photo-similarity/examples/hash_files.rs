//! Hashes files: per file its path, its size, the size at which it was decoded, the hash, the quality, and the time.
//!
//! ```text
//! cargo run --release -p photo-similarity --example hash_files -- [--short-side N] [--quiet] [--whole] FILE...
//! ```
//!
//! `--whole` decodes all pixels with all colours by the `image` crate instead, to compare what that costs.
//!
//! Without files it reads their paths from its input, one a line. It ends with a summary: how many, and how long.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use photo_similarity::{Decoded, Format, HashKind, Limits, Luma, PixelSource, Signature, decode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut short_side = 256;
    let mut quiet = false;
    let mut whole = false;
    let mut files: Vec<PathBuf> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--short-side" => short_side = arguments.next().ok_or("--short-side wants a number")?.parse()?,
            "--quiet" => quiet = true,
            "--whole" => whole = true,
            _ => files.push(argument.into()),
        }
    }
    if files.is_empty() {
        files =
            std::io::stdin().lock().lines().map(|line| line.map(PathBuf::from)).collect::<Result<_, _>>()?;
    }
    let mut failed = 0;
    let mut decoding = Duration::ZERO;
    let mut hashing = Duration::ZERO;
    for file in &files {
        match look(file, short_side, whole) {
            Ok(looked) => {
                decoding += looked.decoding;
                hashing += looked.hashing;
                if !quiet {
                    println!("{}\t{}", file.display(), looked.line);
                }
            }
            Err(error) => {
                failed += 1;
                println!("{}\t{error}", file.display());
            }
        }
    }
    eprintln!(
        "{} files, {failed} without a hash; {:.1} ms decoding, {:.1} ms hashing",
        files.len(),
        decoding.as_secs_f64() * 1e3,
        hashing.as_secs_f64() * 1e3
    );
    Ok(())
}

struct Looked {
    line: String,
    decoding: Duration,
    hashing: Duration,
}

fn look(file: &Path, short_side: u32, whole: bool) -> Result<Looked, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(file)?;
    let start = Instant::now();
    let decoded = if whole { by_image(&bytes)? } else { decode(&bytes, short_side, &Limits::default())? };
    let decoding = start.elapsed();
    let signature = Signature::of(HashKind::P256, &decoded.luma);
    let hashing = start.elapsed().saturating_sub(decoding);
    let [one, two, three, four] = signature.hash.0;
    let line = format!(
        "{:?}\t{}x{}\t{}x{}\t{:?}\t{one:016x}{two:016x}{three:016x}{four:016x}\t{}\t{} us",
        decoded.format,
        decoded.width,
        decoded.height,
        decoded.luma.width(),
        decoded.luma.height(),
        decoded.source,
        signature.quality,
        (decoding + hashing).as_micros()
    );
    Ok(Looked { line, decoding, hashing })
}

/// Everything that is in the file, by decoders in Rust; without looking at its orientation.
fn by_image(bytes: &[u8]) -> Result<Decoded, Box<dyn std::error::Error>> {
    let picture = image::load_from_memory(bytes)?.into_luma8();
    let (width, height) = picture.dimensions();
    let luma = Luma::new(width, height, picture.into_raw())?;
    Ok(Decoded { luma, width, height, format: Format::Jpeg, source: PixelSource::Picture })
}
