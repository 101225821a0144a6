//! Lists folders as an import does, and prints how many photos there are and what it took: `list_folder FOLDER…`.
//!
//! `list_folder --make FOLDER COUNT` makes so many files first, 500 in each folder, every fourth with a sidecar.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sync_core::import::sources::folder::{FolderOptions, FolderSource};
use sync_core::import::{Found, Source as _};

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, reason = "an example prints what it measures")]
fn main() -> Result<(), Failure> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "--make") {
        let (folder, count) = (PathBuf::from(&words[1]), words[2].parse()?);
        make(&folder, count)?;
        words = vec![words.swap_remove(1)];
    }
    let source = FolderSource::new(FolderOptions::new(words.iter().map(PathBuf::from).collect()))?;
    let (start, before) = (Instant::now(), cpu()?);
    let (mut items, mut others) = (0_u64, 0_u64);
    let listing = source.list_knowing(&|_| true, &mut |found| {
        match found {
            Found::Item(_) => items += 1,
            Found::There(_) => {}
            Found::Passed(_) | Found::Trouble(_) => others += 1,
        }
        ControlFlow::Continue(())
    })?;
    let spent = cpu()? - before;
    println!("{items} items, {others} others, complete: {}", listing.is_complete);
    println!("CPU {spent} ticks of 10 ms, wall {:?}", start.elapsed());
    Ok(())
}

fn make(folder: &Path, count: u32) -> Result<(), Failure> {
    for number in 0..count {
        let folder = folder.join(format!("{:03}", number / 500));
        if number % 500 == 0 {
            std::fs::create_dir_all(&folder)?;
        }
        let name = match number % 4 {
            0 => format!("IMG_{:05}.JPG.xmp", number + 1),
            _ => format!("IMG_{number:05}.JPG"),
        };
        std::fs::write(folder.join(name), b"x")?;
    }
    Ok(())
}

/// User and system time of this process.
fn cpu() -> Result<u64, Failure> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}
