//! What names say about photos that belong together: bursts, edited versions, and one exposure in two formats.
//!
//! Only data: whether anything is stacked the options say, and only where the capture times agree as well.

use std::collections::HashSet;

use super::super::kinds::extension_of;
use crate::import::{ItemId, Kin, MediaKind, Relation};

/// What programs and phones put behind the name of a photo that was edited.
const EDITED: [&[u8]; 16] = [
    b"-edited",
    b"_edited",
    b"-edit",
    b"-bearbeitet",
    b"-modifi\xc3\xa9",
    b"-modifie\xcc\x81",
    b"-editado",
    b"-editada",
    b"-modificato",
    b"-bewerkt",
    b"-redigerad",
    b"-redigeret",
    b"-edytowane",
    b"-effects",
    b"~2",
    b"~3",
];

/// Names of a folder that others refer to, in small letters.
#[derive(Debug, Default)]
pub(super) struct Kindred {
    /// Names without extension of which there is an edited version.
    edited: HashSet<Vec<u8>>,
}

impl Kindred {
    /// Notes a photo before relations are asked for.
    pub(super) fn note(&mut self, name: &[u8]) {
        if let Some(original) = original_of(&stem(name).to_ascii_lowercase()) {
            self.edited.insert(original);
        }
    }

    /// What a photo has to do with others of its folder. `formats` are the kinds and extensions of all photos of its
    /// name, its own among them.
    pub(super) fn relations(
        &self,
        folder: &[u8],
        name: &[u8],
        formats: &[(MediaKind, Vec<u8>)],
        is_photo: impl Fn(&[u8]) -> bool,
    ) -> Vec<Relation> {
        let stem = stem(name).to_ascii_lowercase();
        let key = |kind: &str, name: &[u8]| ItemId::of(kind, &[folder, b"/", name].concat());
        let mut relations = Vec::new();
        if let Some((base, rank)) = burst(&stem) {
            relations.push(Relation { kin: Kin::Burst, key: key("burst", base), rank });
        }
        let original = original_of(&stem).filter(|original| is_photo(original));
        if let Some(original) = original {
            relations.push(Relation { kin: Kin::Edited, key: key("edited", &original), rank: 0 });
        } else if self.edited.contains(&stem) {
            relations.push(Relation { kin: Kin::Edited, key: key("edited", &stem), rank: 1 });
        }
        relations.extend(by_format(name, formats).map(|(kin, rank)| Relation {
            kin,
            key: key("formats", shot(&stem)),
            rank,
        }));
        relations
    }
}

/// One exposure in two formats: raw and JPEG (or HEIC), HEIC and JPEG.
fn by_format(name: &[u8], formats: &[(MediaKind, Vec<u8>)]) -> Option<(Kin, u32)> {
    let is_heic = |end: &[u8]| end.eq_ignore_ascii_case(b"heic") || end.eq_ignore_ascii_case(b"heif");
    let is_jpeg = |end: &[u8]| end.eq_ignore_ascii_case(b"jpg") || end.eq_ignore_ascii_case(b"jpeg");
    let own = extension_of(name).unwrap_or_default();
    let has_raw = formats.iter().any(|(kind, _)| *kind == MediaKind::Raw);
    let has = |is: &dyn Fn(&[u8]) -> bool| formats.iter().any(|(_, end)| is(end));
    let (has_jpeg, has_heic) = (has(&is_jpeg), has(&is_heic));
    if has_raw && (has_jpeg || has_heic) {
        return Some((Kin::RawJpeg, u32::from(!(is_jpeg(own) || is_heic(own)))));
    }
    if has_jpeg && has_heic && (is_jpeg(own) || is_heic(own)) {
        return Some((Kin::HeicJpeg, u32::from(is_jpeg(own))));
    }
    None
}

/// A name without its extension.
pub(super) fn stem(name: &[u8]) -> &[u8] {
    name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0).map_or(name, |dot| &name[..dot])
}

/// The name of a shot, in small letters: a Pixel calls the two `….raw-01.cover.jpg` and `….raw-02.original.dng`.
pub(super) fn shot(stem: &[u8]) -> &[u8] {
    find(stem, b".raw-0").map_or(stem, |at| &stem[..at])
}

/// What a name in small letters is the edited version of: `img_e1234` of `img_1234`, `a-edited` of `a`.
fn original_of(stem: &[u8]) -> Option<Vec<u8>> {
    if let Some(number) = stem.strip_prefix(b"img_e") {
        let is_number = number.len() >= 4 && number.iter().all(u8::is_ascii_digit);
        return is_number.then(|| [b"img_", number].concat());
    }
    let original = EDITED.iter().find_map(|end| stem.strip_suffix(*end))?;
    (!original.is_empty()).then(|| original.to_vec())
}

/// The name of a burst and the place in it, the cover first; of a name in small letters.
///
/// `img_20200101_101010_burst001_cover`, `00001img_00001_burst20171111030039507_cover`, `20231207_101605_001`,
/// `20231207_101605(1)`, `dsc_0001_burst2020…`.
fn burst(stem: &[u8]) -> Option<(&[u8], u32)> {
    let is_cover = find(stem, b"cover").is_some();
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    if let Some(at) = find(stem, b"_burst") {
        let behind = &stem[at + 6..];
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let rank = |rank: Option<u32>| if is_cover { 0 } else { rank.unwrap_or(0).saturating_add(1) };
        return match digits {
            // The time of the burst: the same in all its names, which begin with a counter.
            14.. => {
                let first = stem.iter().take_while(|byte| byte.is_ascii_digit()).count();
                Some((&behind[..digits], rank(number(&stem[..first]))))
            }
            1.. => Some((&stem[..at], rank(number(&behind[..digits])))),
            0 => None,
        };
    }
    let (day, time) = (stem.get(..8)?, stem.get(9..15)?);
    if stem.get(8) != Some(&b'_') || !day.iter().chain(time).all(u8::is_ascii_digit) {
        return None;
    }
    let rank = match stem.get(15..)? {
        [b'_', digits @ ..] if digits.len() == 3 => number(digits),
        [b'(', digits @ .., b')'] if digits.len() <= 3 => number(digits),
        _ => None,
    };
    Some((&stem[..15], rank?))
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Option<(String, u32)> {
        burst(name.as_bytes()).map(|(base, rank)| (String::from_utf8(base.to_vec()).unwrap(), rank))
    }

    #[test]
    fn names_of_bursts_have_one_base_and_the_cover_first() {
        let base = Some("img_20200101_101010".to_owned());
        assert_eq!(place("img_20200101_101010_burst001_cover"), base.clone().map(|base| (base, 0)));
        assert_eq!(place("img_20200101_101010_burst002"), base.map(|base| (base, 3)));
        let nexus = |rank| Some(("20171111030039507".to_owned(), rank));
        assert_eq!(place("00001img_00001_burst20171111030039507"), nexus(2));
        assert_eq!(place("00003img_00003_burst20171111030039507_cover"), nexus(0));
        assert_eq!(place("20231207_101605_002"), Some(("20231207_101605".to_owned(), 2)));
        assert_eq!(place("20231207_101605(1)"), Some(("20231207_101605".to_owned(), 1)));
    }

    #[test]
    fn other_names_are_of_no_burst() {
        for name in
            ["dsc00001", "img_1234", "20231207_101605", "img_1(1)", "a_burst", "20231207_101605_1234", ""]
        {
            assert_eq!(place(name), None, "{name}");
        }
    }

    #[test]
    fn an_edited_version_comes_before_its_original() {
        let mut kindred = Kindred::default();
        for name in ["IMG_E1234.JPG", "IMG_1234.JPG", "b-bearbeitet.jpg"] {
            kindred.note(name.as_bytes());
        }
        let ranks = |name: &str| {
            let all = kindred.relations(b"/f", name.as_bytes(), &[], |stem| stem == b"img_1234");
            all.into_iter().map(|relation| (relation.key, relation.rank)).collect::<Vec<_>>()
        };

        let (edited, original) = (ranks("IMG_E1234.JPG"), ranks("IMG_1234.JPG"));
        assert_eq!((edited[0].1, original[0].1), (0, 1));
        assert_eq!(edited[0].0, original[0].0);
        assert!(ranks("b-bearbeitet.jpg").is_empty(), "there is no `b`");
        assert!(ranks("IMG_E12.JPG").is_empty() && ranks("c.jpg").is_empty());
    }

    #[test]
    fn formats_of_one_shot_are_kin() {
        let formats = |list: &[(&str, MediaKind)]| {
            list.iter().map(|(end, kind)| (*kind, end.as_bytes().to_vec())).collect::<Vec<_>>()
        };
        let pair = formats(&[("cr2", MediaKind::Raw), ("jpg", MediaKind::Image)]);
        assert_eq!(by_format(b"a.CR2", &pair), Some((Kin::RawJpeg, 1)));
        assert_eq!(by_format(b"a.JPG", &pair), Some((Kin::RawJpeg, 0)));
        let pair = formats(&[("HEIC", MediaKind::Image), ("jpg", MediaKind::Image)]);
        assert_eq!(by_format(b"a.HEIC", &pair), Some((Kin::HeicJpeg, 0)));
        let pair = formats(&[("png", MediaKind::Image), ("jpg", MediaKind::Image)]);
        assert_eq!(by_format(b"a.png", &pair), None);
        assert_eq!(shot(b"pxl_1.raw-01.cover"), shot(b"pxl_1.raw-02.original"));
    }
}
