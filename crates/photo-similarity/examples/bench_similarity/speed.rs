//! What decoding and hashing cost on one core, beside czkawka on the same files.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use photo_similarity::{Decoded, HashKind, Limits, Signature, decode};

use crate::bars::Bars;
use crate::clock::{least, ms};
use crate::czkawka::Czkawka;
use crate::ours::SHORT_SIDE;
use crate::table::Table;
use crate::thumbnails::Thumbnail;

/// How often each of the two camera originals is there: the account of a child is in hundredths of a second.
const COPIES: usize = 8;
/// Rounds, of which the quickest counts.
const ROUNDS: u32 = 7;

/// Measures files of camera size and thumbnails.
pub(crate) fn measured(
    made: &[Thumbnail],
    photos: &Path,
    folder: &Path,
    czkawka: Option<&Czkawka>,
    bars: &mut Bars,
) -> Result<Table> {
    let mut table = Table::new(
        "CPU ms per picture on one core",
        &["", "files", "decode", "hash", "both", "pictures/s", "czkawka", "times less"],
    );
    let large = folder.join("large");
    let originals = copies(&photos.join("full"), &large)?;
    let peer = peer(czkawka, &large, originals.len())?;
    let cost = Cost::of(&originals)?;
    table.row(cost.cells("JPEG of 11 to 12 megapixels", originals.len(), peer));
    if let Some(peer) = peer {
        bars.speed_at_least("times less CPU than czkawka, 12 MP JPEG", 4.0, peer / cost.both());
    }
    let real: Vec<&Thumbnail> = made.iter().filter(|thumbnail| thumbnail.is_real()).collect();
    let files: Vec<Vec<u8>> = real.iter().map(|thumbnail| thumbnail.webp.clone()).collect();
    let peer = self::peer(czkawka, &folder.join("thumbnails"), files.len())?;
    let cost = Cost::of(&files)?;
    table.row(cost.cells("thumbnail, WebP", files.len(), peer));
    bars.speed_at_least("thumbnails per second", 1000.0, 1e3 / cost.both());
    let bytes: usize = files.iter().map(Vec::len).sum();
    table.note(format!(
        "quickest of {ROUNDS} rounds; thumbnails of {} bytes on average",
        bytes / files.len().max(1)
    ));
    table.note(
        "czkawka with its defaults but for -m 1; its time is that of the whole program, reading included",
    );
    Ok(table)
}

/// The files of a folder, each several times, in another folder and in memory.
fn copies(from: &Path, to: &Path) -> Result<Vec<Vec<u8>>> {
    std::fs::create_dir(to)?;
    let mut all = Vec::new();
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let bytes = std::fs::read(entry?.path())?;
        for _ in 0..COPIES {
            std::fs::write(to.join(format!("{:03}.jpg", all.len())), &bytes)?;
            all.push(bytes.clone());
        }
    }
    Ok(all)
}

/// CPU milliseconds of czkawka for each file.
fn peer(czkawka: Option<&Czkawka>, folder: &Path, files: usize) -> Result<Option<f64>> {
    let Some(czkawka) = czkawka else { return Ok(None) };
    let found = tempfile::NamedTempFile::new()?;
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        quickest = quickest.min(czkawka.run(folder, &["-m", "1"], found.path())?);
    }
    Ok(Some(ms(quickest) / count(files)))
}

/// Milliseconds for each picture.
struct Cost {
    decode: f64,
    hash: f64,
}

impl Cost {
    fn of(files: &[Vec<u8>]) -> Result<Self> {
        let look = |file: &Vec<u8>| decode(file, SHORT_SIDE, &Limits::default());
        let decoding = least(ROUNDS, || {
            files
                .iter()
                .try_for_each(|file| look(file).map(|decoded| drop(std::hint::black_box(decoded))))?;
            Ok(())
        })?;
        let pictures: Vec<Decoded> = files.iter().map(look).collect::<Result<_, _>>()?;
        let hashing = least(ROUNDS, || {
            for picture in &pictures {
                std::hint::black_box(Signature::of(HashKind::P256, &picture.luma));
            }
            Ok(())
        })?;
        Ok(Self { decode: ms(decoding) / count(files.len()), hash: ms(hashing) / count(files.len()) })
    }

    fn both(&self) -> f64 {
        self.decode + self.hash
    }

    fn cells(&self, name: &str, files: usize, peer: Option<f64>) -> [String; 8] {
        let both = self.both();
        [
            name.to_owned(),
            files.to_string(),
            format!("{:.3}", self.decode),
            format!("{:.3}", self.hash),
            format!("{both:.3}"),
            format!("{:.0}", 1e3 / both),
            peer.map_or_else(|| "-".to_owned(), |peer| format!("{peer:.2}")),
            peer.map_or_else(|| "-".to_owned(), |peer| format!("{:.1}", peer / both)),
        ]
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn count(files: usize) -> f64 {
    files.max(1) as f64
}
