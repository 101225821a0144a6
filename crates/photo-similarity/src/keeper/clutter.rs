//! How much a file name looks like that of a copy.

use crate::name::marks::{stem, without_marks};

/// Names that programs give to what they sent, received or saved.
const BY_PROGRAMS: [&str; 9] =
    ["fb_img_", "received_", "signal-", "unnamed", "download", "image0", "screenshot", "viber_", "telegram-"];

/// Marks of copies, edits and messengers in a file name; 0 for a clean one.
pub(super) fn clutter(name: &str) -> u32 {
    let stem = stem(name);
    let (rest, marks) = without_marks(&stem);
    let (rest, is_numbered) = match without_number(&rest) {
        Some(shorter) => (shorter, true),
        None => (rest.as_str(), false),
    };
    let by_program = BY_PROGRAMS.iter().any(|start| rest.starts_with(start)) || is_of_whatsapp(rest);
    marks + u32::from(is_numbered) + u32::from(by_program)
}

/// `IMG_1234 (1)`, `IMG_1234(1)`.
fn without_number(stem: &str) -> Option<&str> {
    let (rest, number) = stem.strip_suffix(')')?.rsplit_once('(')?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    Some(rest.trim_end()).filter(|rest| is_number && !rest.is_empty())
}

/// `IMG-20190501-WA0003`, and what WhatsApp's programs for desktops save.
fn is_of_whatsapp(stem: &str) -> bool {
    let number = stem.rsplit_once("-wa").map(|(_, number)| number);
    stem.starts_with("whatsapp image")
        || number.is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::clutter;

    #[test]
    fn names_of_copies_are_cluttered() {
        for name in [
            "IMG_1234 (1).JPG",
            "IMG_1234(2).JPG",
            "IMG_1234 copy.JPG",
            "IMG_1234 - Kopie.JPG",
            "Copie de IMG_1234.JPG",
            "IMG_1234-edited.jpg",
            "IMG_E1234.JPG",
            "PXL_20210101_101010123~2.jpg",
            "IMG-20190501-WA0003.jpg",
            "FB_IMG_1577836800.jpg",
        ] {
            assert_eq!(clutter(name), 1, "{name}");
        }
        assert_eq!(clutter("Kopie von IMG-20190501-WA0003 (1).jpg"), 3);
    }

    #[test]
    fn names_of_cameras_and_people_are_clean() {
        for name in
            ["IMG_1234.JPG", "DSC01234.ARW", "20180101_101010.jpg", "Birthday (Anna).jpg", "sea-walk.jpg"]
        {
            assert_eq!(clutter(name), 0, "{name}");
        }
    }
}
