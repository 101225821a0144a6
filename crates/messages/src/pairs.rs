//! The form of a catalogue: a line of English, the same in another language, an empty line.
//!
//! No quotes and no escapes but `\n`, so that a sentence reads as it is shown.

/// A format string and its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The line of the file that the English stands in, from 1.
    pub line: usize,
    /// As it stands in the source, with real line breaks.
    pub english: String,
    /// In the other language; empty when that line is missing.
    pub translation: String,
}

/// The pairs of a file. Lines that begin with `# ` are remarks.
#[must_use]
pub fn pairs(text: &str) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("# ") {
            continue;
        }
        if line.trim().is_empty() {
            is_open = false;
        } else if is_open && let Some(pair) = found.last_mut() {
            pair.translation = unescaped(line);
            is_open = false;
        } else {
            found.push(Pair { line: at + 1, english: unescaped(line), translation: String::new() });
            is_open = true;
        }
    }
    found
}

fn unescaped(line: &str) -> String {
    line.replace("\\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_lines_and_knows_where_it_stands() {
        let found = pairs("# Words\nphoto\nFoto\n\none\\ntwo\neins\\nzwei\n");

        let pair = |line, english: &str, translation: &str| Pair {
            line,
            english: english.to_owned(),
            translation: translation.to_owned(),
        };
        assert_eq!(found, [pair(2, "photo", "Foto"), pair(5, "one\ntwo", "eins\nzwei")]);
    }

    #[test]
    fn a_missing_translation_is_empty_and_takes_no_other() {
        let found = pairs("photo\n\nalbum\nAlbum");

        assert_eq!(found.len(), 2);
        assert_eq!((found[0].translation.as_str(), found[1].translation.as_str()), ("", "Album"));
    }
}
