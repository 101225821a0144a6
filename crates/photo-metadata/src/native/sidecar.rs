//! An XMP sidecar is one packet and nothing else. A renewed one is the whole file; only the bytes that differ are
//! replaced.

use super::blocks::{Block, Blocks, Format, Listing, Renewed};
use super::fault::Fault;
use crate::draft::Splice;
use crate::source::{Source, read_up_to};

/// A sidecar, looked through.
pub(super) struct Sidecar {
    blocks: Blocks,
}

/// Takes a file for one packet.
pub(super) fn open(source: &dyn Source) -> Result<Sidecar, Fault> {
    let length = usize::try_from(source.len()).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(Fault::beyond("its XMP packet is very long"));
    }
    let bytes = read_up_to(source, 0, length)?;
    let xmp = Some(Block { bytes, place: Some(0) });
    Ok(Sidecar { blocks: Blocks { xmp, ..Blocks::default() } })
}

/// As much as a packet may have that is edited here, in bytes.
const LONGEST: usize = 8 << 20;

impl Format for Sidecar {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, _source: &dyn Source) -> Result<Listing, Fault> {
        Ok(Listing::new())
    }

    fn splices(&self, _source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        let is_other = renewed.exif.is_some() || renewed.photoshop.is_some() || !renewed.movie.is_empty();
        if is_other {
            return Err(Fault::beyond("a sidecar holds XMP only"));
        }
        let (Some(new), Some(old)) = (&renewed.xmp, &self.blocks.xmp) else { return Ok(Vec::new()) };
        Ok(difference(&old.bytes, new.body.as_bytes()).into_iter().collect())
    }
}

/// The one splice that makes `new` of `old`; none where they are equal.
fn difference(old: &[u8], new: &[u8]) -> Option<Splice> {
    if old == new {
        return None;
    }
    let start = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let same = rest.take_while(|(one, other)| one == other).count();
    let end = old.len() - same;
    let bytes = new.get(start..new.len() - same).unwrap_or_default().to_vec();
    Some(Splice::replace(start as u64, end as u64, bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draft::Draft;
    use crate::recipe::View;

    fn spliced(old: &Vec<u8>, splices: Vec<Splice>) -> Vec<u8> {
        let recipe = Draft::new(old.len() as u64, splices).unwrap().forward();
        let view = View::new(old, &recipe);
        read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn a_difference_makes_the_new_version(
            old in proptest::collection::vec(0_u8..3, 0..20),
            new in proptest::collection::vec(0_u8..3, 0..20),
        ) {
            let splices: Vec<Splice> = difference(&old, &new).into_iter().collect();
            prop_assert_eq!(spliced(&old, splices), new);
        }
    }
}
