//! Names that every file system takes, by the rules that osxphotos has: `/` becomes `:`, text is in composed form (NFC),
//! nothing that cannot be seen is in it.
//!
//! Two names that differ only in capitals are one on most Macs, so they count as one here, on every system.

use std::path::Path;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Bytes of a name that file systems take.
pub(super) const LONGEST: usize = 255;

/// Room that is kept behind the stem of a name: for a number such as ` (12345)` and for `.xmp`.
const ROOM: usize = 8 + 4;

/// Text that can stand in one name, wherever it came from.
pub(super) fn part(text: &str) -> String {
    let mut name = composed(text);
    name.retain(|sign| !sign.is_control());
    if name.contains('/') {
        name = name.replace('/', ":");
    }
    cut(&name, LONGEST).to_owned()
}

/// The stem of a file's name, short enough for what is put behind it.
pub(super) fn stem(text: &str, behind: usize) -> String {
    let name = part(text);
    let name = cut(&name, LONGEST.saturating_sub(ROOM + behind).max(1));
    match name {
        "" | "." | ".." => "_".to_owned(),
        name => name.to_owned(),
    }
}

/// A folder below the destination, from the result of a template: never out of it, no empty names.
pub(super) fn folder(path: &str) -> String {
    let parts = path.split('/').map(part).filter(|part| !part.is_empty());
    let plain = parts.map(|part| if matches!(part.as_str(), "." | "..") { "_".to_owned() } else { part });
    plain.collect::<Vec<_>>().join("/")
}

/// A name in two: the stem, and the ending with its dot, which may be empty.
pub(super) fn divided(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => name.split_at(at),
        _ => (name, ""),
    }
}

/// The ending of a path, with its dot; empty where there is none.
pub(super) fn ending(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    part(divided(&name).1)
}

/// What two names have in common that a file system may take for one.
pub(super) fn folded(name: &str) -> String {
    composed(name).chars().flat_map(char::to_lowercase).collect()
}

/// Composed form (NFC).
pub(super) fn composed(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// As many whole letters as fit into so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_the_destination() {
        assert_eq!(folder("../../etc"), "_/_/etc");
        assert_eq!(folder("/a//./b/"), "a/_/b");
        assert_eq!(folder(""), "");
        assert_eq!(part("../x"), "..:x");
        assert_eq!(stem("..", 0), "_");
    }

    #[test]
    fn a_name_is_composed_and_holds_nothing_that_cannot_be_seen() {
        assert_eq!(part("Fru\u{308}h\u{0}\nstu\u{7f}ck"), "Fr\u{fc}hstuck");
        assert_eq!(folded("Fru\u{308}H.JPG"), folded("FR\u{dc}h.jpg"));
    }

    #[test]
    fn a_long_name_is_cut_between_letters_and_leaves_room() {
        let long = "\u{1f600}".repeat(100);

        assert_eq!(part(&long).len(), 252);
        assert_eq!(stem(&long, 4).len(), 236);
        assert!(stem(&long, 4).len() + 4 + ROOM <= LONGEST);
    }

    #[test]
    fn an_ending_is_what_stands_behind_the_last_dot() {
        assert_eq!(divided("IMG.1.JPG"), ("IMG.1", ".JPG"));
        assert_eq!(
            [divided(".hidden"), divided("a."), divided("a")],
            [(".hidden", ""), ("a.", ""), ("a", "")]
        );
    }
}
