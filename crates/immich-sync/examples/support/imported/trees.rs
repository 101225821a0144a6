//! Folders of files that look like photos by their names and are random inside, so that no two are the same.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Files of a folder.
const TOGETHER: u32 = 500;

/// Makes files with these numbers, of so many bytes each.
pub(crate) fn grow(root: &Path, numbers: std::ops::Range<u32>, size: usize) -> anyhow::Result<()> {
    let mut bytes = vec![0; size];
    for number in numbers {
        let folder = root.join(format!("{:04}", number / TOGETHER));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        fastrand::Rng::with_seed(u64::from(number)).fill(&mut bytes);
        let path = folder.join(format!("IMG_{number:06}.JPG"));
        fs::write(&path, &bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
