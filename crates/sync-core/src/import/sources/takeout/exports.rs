//! Which archives belong to one export, and which of them are missing: as far as their names say.
//!
//! Google calls them `takeout-20240131T120000Z-001.zip` or `takeout-20240131T120000Z-3-001.zip`. Two exports may hold two
//! different photos under one path, so what belongs to one photo is looked for within one export. Archives that were
//! renamed are taken as parts of one.

/// What the name of an archive says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct PartName {
    /// The export; empty when the name does not say it.
    pub(super) export: String,
    /// Which part, from 1 on.
    pub(super) number: Option<u32>,
}

/// The endings of archives that are read.
const ENDINGS: [&str; 3] = [".zip", ".tgz", ".tar.gz"];

/// Whether a name is that of an archive.
pub(super) fn is_archive(name: &str) -> bool {
    stem(name).is_some()
}

/// Takes a name apart.
pub(super) fn part_name(name: &str) -> PartName {
    let Some(stem) = stem(name) else { return PartName::default() };
    // A browser numbers what it downloads again: `takeout-…-001 (1).zip`.
    let stem = match stem.rsplit_once('(') {
        Some((front, copy)) if copy.ends_with(')') => front.trim_end(),
        _ => stem,
    };
    let Some(end) = time_end(stem) else { return PartName::default() };
    let (export, rest) = stem.split_at(end);
    let numbers: Vec<u32> = rest.split('-').filter_map(|digits| digits.parse().ok()).collect();
    let number = match numbers[..] {
        [number] | [number, 1] => Some(number),
        _ => None,
    };
    PartName { export: export.to_owned(), number }
}

/// Numbers between the first and the last that are not there.
pub(super) fn gaps(numbers: &[u32]) -> Vec<u32> {
    let last = numbers.iter().copied().max().unwrap_or(0);
    (1..=last.min(10_000)).filter(|number| !numbers.contains(number)).collect()
}

fn stem(name: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        (name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(ending)).then(|| &name[..at])
    })
}

/// Where a time such as `20240131T120000Z` ends.
fn time_end(stem: &str) -> Option<usize> {
    let bytes = stem.as_bytes();
    (0..bytes.len().checked_sub(15)?).find_map(|at| {
        let time = &bytes[at..at + 16];
        let is_digit = |range: std::ops::Range<usize>| time[range].iter().all(u8::is_ascii_digit);
        (is_digit(0..8) && time[8] == b'T' && is_digit(9..15) && time[15] == b'Z').then_some(at + 16)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_export_and_the_part() {
        for (name, export, number) in [
            ("takeout-20240131T120000Z-001.zip", "takeout-20240131T120000Z", Some(1)),
            ("takeout-20240131T120000Z-012.TGZ", "takeout-20240131T120000Z", Some(12)),
            ("takeout-20240131T120000Z-3-001.tar.gz", "takeout-20240131T120000Z", Some(3)),
            ("takeout-20240131T120000Z-002 (1).zip", "takeout-20240131T120000Z", Some(2)),
            ("takeout-20240131T120000Z.zip", "takeout-20240131T120000Z", None),
            ("photos.zip", "", None),
            ("é.zip", "", None),
        ] {
            assert_eq!(part_name(name), PartName { export: export.to_owned(), number }, "{name}");
        }
    }

    #[test]
    fn a_part_between_two_others_is_missed() {
        assert_eq!(gaps(&[5, 1, 2]), [3, 4]);
        assert_eq!(gaps(&[2]), [1]);
        assert!(gaps(&[]).is_empty() && gaps(&[1, 2]).is_empty());
    }
}
