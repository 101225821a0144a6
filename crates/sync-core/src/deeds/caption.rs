//! The line of ours in a caption.
//!
//! It begins with words by which it is known, is replaced when it changes, and stands behind whatever the user wrote, which
//! is never touched. Immich trims captions, so both sides are compared without blanks at their ends.

/// How each line of ours begins.
pub(crate) const MARK: &str = "immich-sync: group ";

/// A caption with this line of ours and no other, or with none.
pub(crate) fn with_line(caption: &str, line: Option<&str>) -> String {
    let theirs: Vec<&str> = caption.split('\n').filter(|line| !line.starts_with(MARK)).collect();
    match (theirs.join("\n").trim(), line) {
        (theirs, None) => theirs.to_owned(),
        ("", Some(line)) => line.to_owned(),
        (theirs, Some(line)) => format!("{theirs}\n{line}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_line_stands_behind_what_the_user_wrote_and_is_replaced() {
        let (one, two) = (format!("{MARK}1, a"), format!("{MARK}2, b"));

        let first = with_line("At the lake", Some(&one));
        assert_eq!(first, format!("At the lake\n{one}"));
        assert_eq!(with_line(&first, Some(&one)), first);
        assert_eq!(with_line(&first, Some(&two)), format!("At the lake\n{two}"));
        assert_eq!(
            with_line(&format!("{first}\nwith Ann"), Some(&two)),
            format!("At the lake\nwith Ann\n{two}")
        );
        assert_eq!(with_line("", Some(&one)), one);
        assert_eq!(with_line(&one, None), "");
    }

    proptest! {
        #[test]
        fn a_line_that_goes_leaves_what_was_there(caption in "[ a-z\n\r\t]{0,40}") {
            let line = format!("{MARK}1, a");

            let with = with_line(&caption, Some(&line));

            prop_assert_eq!(with_line(&with, None), caption.trim());
        }
    }
}
