//! Names of files out of names that a server or another machine chose.

/// Bytes of a name that every file system takes, with room for what stands before and behind it while it is made.
const LONGEST: usize = 180;

/// `1-keep-IMG_1.jpg` for the first, `2-IMG_1.jpg` for the second.
pub(super) fn in_folder(rank: usize, name: &str) -> String {
    let keep = if rank == 0 { "-keep" } else { "" };
    format!("{}{keep}-{}", rank + 1, harmless(name))
}

/// The same name without what leads out of a folder, ends a line, or no file system takes; its ending stays.
fn harmless(name: &str) -> String {
    let plain = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() || is_invisible(letter) => '_',
        letter => letter,
    };
    let name: String = name.trim().chars().map(plain).collect();
    let name = name.trim_end_matches(['.', ' ']);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 10 && !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let stem = cut(stem, LONGEST - ending.len());
    if stem.is_empty() { format!("photo{ending}") } else { format!("{stem}{ending}") }
}

/// Letters that turn the direction of what follows, or show nothing.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_one_is_named_so() {
        assert_eq!(in_folder(0, "IMG_1.jpg"), "1-keep-IMG_1.jpg");
        assert_eq!(in_folder(1, "IMG_1.jpg"), "2-IMG_1.jpg");
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        for (name, safe) in [
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("a\nb\0c.jpg", "a_b_c.jpg"),
            ("", "photo"),
            (".", "photo"),
            ("..", "photo"),
            (".jpg", ".jpg"),
            ("C:\\x.jpg", "C__x.jpg"),
            ("gpj.\u{202e}exe", "gpj._exe"),
        ] {
            assert_eq!(harmless(name), safe, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_at_a_letter_and_keeps_its_ending() {
        let long = format!("{}.jpeg", "ü".repeat(400));

        let name = in_folder(0, &long);

        assert!(name.len() <= 200 && name.ends_with("ü.jpeg"), "{name}");
    }
}
