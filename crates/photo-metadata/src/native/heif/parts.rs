//! What has to be the same after an edit: every item but the picture's EXIF and XMP, read through the table of places
//! so that each pointer is proved to lead where it led before; all references and properties; all other boxes.

use super::Heif;
use super::items::Metadata;
use super::places::Method;
use crate::native::blocks::Listing;
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::native::room::fingerprint;
use crate::source::Source;

/// Reads and names stretches of a file, up to an amount: items may overlap as often as a file likes to say.
struct Hashes<'a> {
    source: &'a dyn Source,
    left: u64,
}

impl Hashes<'_> {
    /// Length and content of a stretch of the file.
    fn range(&mut self, start: u64, end: u64) -> Result<String, Fault> {
        let length = end - start;
        let too_much = || Fault::beyond("its items are more than the file has room for");
        self.left = self.left.checked_sub(length).ok_or_else(too_much)?;
        fingerprint(self.source, start, length)
    }
}

impl Heif {
    /// All parts but the picture's EXIF and XMP.
    pub(super) fn list_parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        let mut hashes = Hashes { source, left: self.length.saturating_mul(2).saturating_add(1 << 20) };
        let mut listing = Listing::new();
        let mut add = |key: String, value: String| listing.entry(key).or_default().push(value);
        for found in self.top.iter().filter(|found| !found.is(b"meta") && !found.is(b"mdat")) {
            if !is_unused(source, found)? {
                add(format!("HEIF:Box {}", found.name()), hashes.range(found.content, found.end)?);
            }
        }
        for child in &self.children {
            let listed_by_content = matches!(&child.kind, b"iinf" | b"iloc" | b"iref" | b"idat");
            if !listed_by_content && !is_unused(source, child)? {
                add(format!("HEIF:Meta {}", child.name()), hashes.range(child.content, child.end)?);
            }
        }
        for reference in self.references.list.iter().filter(|reference| !self.described.has(reference.from)) {
            let kind = reference.kind.escape_ascii();
            add(format!("HEIF:Reference {kind} {}", reference.from), format!("{:?}", reference.to));
        }
        for kind in [Metadata::Exif, Metadata::Xmp] {
            let loose = self.described.loose.iter().filter(|loose| **loose == kind).count();
            add(format!("HEIF:Loose {kind:?}"), loose.to_string());
        }
        let ids = self.items.list.keys().chain(self.places.list.keys());
        let ids: std::collections::BTreeSet<u32> = ids.copied().collect();
        for id in ids.into_iter().filter(|id| !self.described.has(*id)) {
            for value in self.list_item(&mut hashes, id)? {
                add(format!("HEIF:Item {id}"), value);
            }
        }
        Ok(listing)
    }

    /// What an item is, how it is found, and its pieces.
    fn list_item(&self, hashes: &mut Hashes<'_>, id: u32) -> Result<Vec<String>, Fault> {
        let mut values = Vec::new();
        if let Some(item) = self.items.list.get(&id) {
            values.push(format!("{} {}", item.kind.escape_ascii(), item.entry.escape_ascii()));
        }
        let Some(place) = self.places.list.get(&id) else { return Ok(values) };
        match self.ranges(id)? {
            Some(ranges) => {
                let method = if place.method == Method::File { "in the file" } else { "in idat" };
                values.push(method.to_owned());
                for (start, end) in ranges {
                    values.push(hashes.range(start, end)?);
                }
            }
            None => values.push(format!("{:?} {:?}", place.method, place.ranges()?)),
        }
        Ok(values)
    }
}

/// Whether it is room that nobody uses.
pub(super) fn is_unused(source: &dyn Source, found: &BoxAt) -> Result<bool, Fault> {
    /// Room that is reserved has some kilobytes; more is not looked through.
    const LARGEST: u64 = 1 << 20;
    if !found.is(b"free") || found.length() > LARGEST {
        return Ok(false);
    }
    Ok(found.read(source, LARGEST)?.iter().all(|byte| *byte == 0))
}
