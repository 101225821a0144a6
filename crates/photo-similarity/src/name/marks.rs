//! What programs and people add to a file name when they copy or edit a photo.

/// Words for copies and edits at the end of a name, in the languages of the systems that add them.
const WORDS: [&str; 27] = [
    "copy",
    "copia",
    "cópia",
    "copie",
    "kopie",
    "kopia",
    "kopi",
    "edit",
    "edited",
    "edited-copy",
    "bearbeitet",
    "modifié",
    "modifie",
    "modifiée",
    "editado",
    "editada",
    "ha editado",
    "bewerkt",
    "modificato",
    "retouched",
    "enhanced",
    "enhanced-nr",
    "resized",
    "small",
    "klein",
    "thumb",
    "thumbnail",
];

/// The same in front of a name.
const IN_FRONT: [&str; 8] =
    ["copy of ", "kopie von ", "copie de ", "copia de ", "copia di ", "cópia de ", "kopie van ", "kopia "];

/// Between a name and what is added to it.
const SEPARATORS: [char; 7] = [' ', '-', '_', '.', '(', ')', ','];

/// The name of the file in small letters, without folders and without its extension.
pub(crate) fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.chars().count() <= 5 => stem,
        _ => file,
    };
    stem.trim().to_lowercase()
}

/// The stem without words for copies and edits, and how many were taken away.
pub(crate) fn without_marks(stem: &str) -> (String, u32) {
    let mut rest = stem;
    let mut count = 0;
    while let Some(shorter) = without_one(rest) {
        rest = shorter;
        count += 1;
    }
    // An iPhone calls the edited version of IMG_1234 IMG_E1234.
    if let Some(number) = rest.strip_prefix("img_e")
        && number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return (format!("img_{number}"), count + 1);
    }
    (rest.to_owned(), count)
}

fn without_one(stem: &str) -> Option<&str> {
    for word in IN_FRONT {
        if let Some(rest) = stem.strip_prefix(word).filter(|rest| !rest.is_empty()) {
            return Some(rest);
        }
    }
    // Google Photos: `PXL_20210101_101010123~2.jpg`.
    if let Some((rest, number)) = stem.rsplit_once('~')
        && !rest.is_empty()
        && is_small_number(number)
    {
        return Some(rest);
    }
    // `beach copy 2`, `beach - Copy (3)`: the number belongs to the word.
    let bare = stem.trim_end_matches(SEPARATORS);
    let unnumbered = bare.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let candidates =
        [Some(bare), (unnumbered.len() < bare.len()).then(|| unnumbered.trim_end_matches(SEPARATORS))];
    candidates.into_iter().flatten().find_map(without_word)
}

fn without_word(stem: &str) -> Option<&str> {
    WORDS.iter().find_map(|word| {
        let rest = stem.strip_suffix(word)?;
        let shorter = rest.trim_end_matches(SEPARATORS);
        // A word of its own, and not the whole name.
        (shorter.len() < rest.len() && !shorter.is_empty()).then_some(shorter)
    })
}

pub(crate) fn is_small_number(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_copies_are_taken_away_with_their_numbers() {
        let bare = |name: &str| without_marks(&stem(name));

        for name in [
            "beach copy.jpg",
            "Beach - Copy (3).JPG",
            "beach - Kopie.jpg",
            "Kopie von beach.jpg",
            "a/b/beach-bearbeitet.jpeg",
            "beach~2.jpg",
            "beach_edited.jpg",
        ] {
            assert_eq!(bare(name), ("beach".to_owned(), 1), "{name}");
        }
        assert_eq!(bare("Copy of beach copy 2.jpg"), ("beach".to_owned(), 2));
        assert_eq!(bare("IMG_E1234.JPG"), ("img_1234".to_owned(), 1));
    }

    #[test]
    fn a_name_that_only_ends_like_a_word_stays() {
        for name in ["photocopy", "copy", "IMG_1234", "credit", "beach (1)"] {
            assert_eq!(without_marks(&stem(name)).1, 0, "{name}");
        }
    }
}
