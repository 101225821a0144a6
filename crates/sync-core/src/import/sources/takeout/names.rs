//! Names as Google cuts, numbers and translates them.
//!
//! A JSON is called as the photo, or as the photo and `.supplemental-metadata`, cut to 46 UTF-16 units. Names that are
//! there already get a number, which stands in front of the extension of a photo and at the end of the stem of a JSON:
//! `IMG(1).JPG` belongs to `IMG.JPG(1).json` or `IMG.JPG.supplemental-metadata(1).json`, and to no other.

use std::borrow::Cow;

/// What follows the name of a photo in that of its JSON since 2024.
const SUPPLEMENT: &str = ".supplemental-metadata";
/// UTF-16 units of the stem of a JSON, without its number.
const JSON_UNITS: usize = 46;
/// UTF-16 units from which on the stem of a photo may have been cut: Google keeps 47, and fewer with a number.
const CUT_UNITS: usize = 43;

/// What Google appends to the name of an edited photo, by the language of the account. Collected from the issues and
/// lists of tools that sort exports; accents in both of their spellings, since file systems change them.
const EDITED: [&str; 31] = [
    "-edited",
    "-bearbeitet",
    "-modifié",
    "-modifie\u{301}",
    "-editado",
    "-editada",
    "-ha editado",
    "-editat",
    "-modificato",
    "-bewerkt",
    "-redigerad",
    "-redigert",
    "-redigeret",
    "-edytowane",
    "-upraveno",
    "-upravené",
    "-upravene\u{301}",
    "-szerkesztett",
    "-editată",
    "-muokattu",
    "-düzenlendi",
    "-du\u{308}zenlendi",
    "-изменено",
    "-редагована",
    "-редактирано",
    "-編集済み",
    "-수정됨",
    "-已修改",
    "-已編輯",
    "-已编辑",
    "-đã chỉnh sửa",
];

/// A name without its number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Numbered<'a> {
    /// The name, extension included.
    pub(super) base: Cow<'a, str>,
    /// The number, 0 for none.
    pub(super) number: u32,
}

/// Stem and extension of a name; the extension is empty or begins with the dot.
pub(super) fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    }
}

/// The name of a photo without its number, which stands in front of the extension.
pub(super) fn numbered_photo(name: &str) -> Numbered<'_> {
    let (stem, extension) = split(name);
    match trailing_number(stem) {
        Some((front, number)) if extension.is_empty() => Numbered { base: front.into(), number },
        Some((front, number)) => Numbered { base: format!("{front}{extension}").into(), number },
        None => Numbered { base: name.into(), number: 0 },
    }
}

/// The name of a JSON without its extension and without its number, which stands at the end.
pub(super) fn numbered_json(name: &str) -> Numbered<'_> {
    let stem = split(name).0;
    match trailing_number(stem) {
        Some((front, number)) => Numbered { base: front.into(), number },
        None => Numbered { base: stem.into(), number: 0 },
    }
}

/// The names that the JSON of a photo of this name may have, without number and extension.
pub(super) fn json_names(photo: &str, number: u32) -> Vec<String> {
    let long = format!("{photo}{SUPPLEMENT}");
    let mut names = Vec::with_capacity(4);
    let mut add = |name: &str, units| {
        let cut = cut(name, units);
        if !names.iter().any(|known: &String| known == cut) {
            names.push(cut.to_owned());
        }
    };
    add(&long, JSON_UNITS);
    add(photo, JSON_UNITS);
    if number > 0 && units(&long) > JSON_UNITS - 3 {
        // Some have room made for the number.
        let digits = number.ilog10() as usize + 1;
        add(&long, JSON_UNITS - 2 - digits);
        add(photo, JSON_UNITS - 2 - digits);
    }
    names
}

/// The stem of the photo that a name is an edited version of.
pub(super) fn unedited(stem: &str) -> Option<&str> {
    if let Some(front) = EDITED.iter().find_map(|suffix| stem.strip_suffix(suffix)) {
        return (!front.is_empty()).then_some(front);
    }
    // The end of a long name is cut off together with what was appended.
    let (front, rest) = stem.split_at(stem.rfind('-')?);
    let is_beginning = rest.len() > 1 && EDITED.iter().any(|suffix| suffix.starts_with(rest));
    (is_beginning && units(stem) >= CUT_UNITS && !front.is_empty()).then_some(front)
}

/// Whether a photo of this name, without its number, may be the one that had this title.
pub(super) fn is_called(name: &str, title: &str) -> bool {
    let (stem, title_stem) = (split(name).0, split(title).0);
    let same = |a: char, b: char| a == b || is_replaced(b) && a == '_';
    let mut title_chars = title_stem.chars();
    let begins = stem.chars().all(|char| title_chars.next().is_some_and(|of_title| same(char, of_title)));
    begins && (title_chars.next().is_none() || units(stem) >= CUT_UNITS)
}

/// A title as a file name for the server, with the extension that the file really has.
pub(super) fn file_name(title: &str, real: &str) -> String {
    let clean: String = title.trim().chars().map(|char| if is_replaced(char) { '_' } else { char }).collect();
    let (stem, extension) = split(&clean);
    let real_extension = split(real).1;
    let stem = stem.trim();
    if stem.is_empty() || clean.chars().all(|char| char == '.') {
        real.chars().map(|char| if is_replaced(char) { '_' } else { char }).collect()
    } else if extension.eq_ignore_ascii_case(real_extension) {
        format!("{stem}{extension}")
    } else if super::super::kind_of(clean.as_bytes()).is_some() {
        format!("{stem}{real_extension}")
    } else {
        format!("{}{real_extension}", clean.trim())
    }
}

/// Whether Google replaces a character in a file name by `_`.
fn is_replaced(char: char) -> bool {
    char.is_control()
        || matches!(char, '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '&' | '%' | '\'')
}

/// The front of a text, at most so many UTF-16 units. A character of two units stays whole.
fn cut(text: &str, limit: usize) -> &str {
    let mut count = 0;
    for (at, char) in text.char_indices() {
        count += char.len_utf16();
        if count > limit {
            return &text[..at];
        }
    }
    text
}

/// How many UTF-16 units a text has.
fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A number in brackets at the end, and what is in front of it.
fn trailing_number(stem: &str) -> Option<(&str, u32)> {
    let (front, digits) = stem.strip_suffix(')')?.rsplit_once('(')?;
    let is_number =
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if front.is_empty() || !is_number {
        return None;
    }
    Some((front, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_in_front_of_the_extension_of_a_photo_and_at_the_end_of_a_json() {
        let is = |base: &'static str, number| Numbered { base: base.into(), number };
        assert_eq!(numbered_photo("IMG(1).JPG"), is("IMG.JPG", 1));
        assert_eq!(numbered_photo("IMG(01).JPG"), is("IMG(01).JPG", 0));
        assert_eq!(numbered_photo("(1).JPG"), is("(1).JPG", 0));
        assert_eq!(numbered_json("IMG.JPG(1).json"), is("IMG.JPG", 1));
        assert_eq!(
            numbered_json("IMG.JPG.supplemental-metadata(12).json"),
            is("IMG.JPG.supplemental-metadata", 12)
        );
    }

    #[test]
    fn a_json_is_called_as_46_units_of_its_photo() {
        assert_eq!(json_names("IMG_1.JPG", 0), ["IMG_1.JPG.supplemental-metadata", "IMG_1.JPG"]);
        let burst = "00100lPORTRAIT_00100_BURST20190512105520444_COV.jpg";
        assert_eq!(json_names(burst, 0), ["00100lPORTRAIT_00100_BURST20190512105520444_CO"]);
        // An emoji has two units: it is not cut in two.
        let emoji = format!("{}😀.jpg", "a".repeat(45));
        assert_eq!(json_names(&emoji, 0), ["a".repeat(45)]);
    }

    #[test]
    fn an_edited_version_is_known_in_many_languages_and_cut_off() {
        for name in ["IMG_1-edited", "IMG_1-bearbeitet", "IMG_1-modifie\u{301}", "IMG_1-編集済み"] {
            assert_eq!(unedited(name), Some("IMG_1"), "{name}");
        }
        let long = "x".repeat(43);
        assert_eq!(unedited(&format!("{long}-edi")), Some(long.as_str()));
        for other in ["IMG-1", "IMG_1-ed", "-edited", "IMG_1-effects"] {
            assert_eq!(unedited(other), None, "{other}");
        }
    }

    #[test]
    fn a_title_gives_a_long_name_back_with_the_extension_of_the_file() {
        for (title, real, expected) in [
            ("Ferien am See.HEIC", "Ferien am S.jpg", "Ferien am See.jpg"),
            ("a/b: \"c\"?.JPG", "a_b_ _c__.jpg", "a_b_ _c__.JPG"),
            ("Dr. No", "Dr. No.jpg", "Dr. No.jpg"),
            ("", "IMG.jpg", "IMG.jpg"),
            ("...", "x:y.jpg", "x_y.jpg"),
            ("two\r\nlines.png", "two__lines.png", "two__lines.png"),
        ] {
            assert_eq!(file_name(title, real), expected, "{title}");
        }
    }

    #[test]
    fn a_title_tells_whether_a_photo_may_be_meant() {
        assert!(is_called("a_b.jpg", "a/b.jpg") && is_called("IMG.jpg", "IMG.HEIC"));
        assert!(!is_called("IMG_1.jpg", "IMG_12.jpg"));
        assert!(is_called(&format!("{}.jpg", "x".repeat(47)), &format!("{}.jpg", "x".repeat(60))));
    }
}
