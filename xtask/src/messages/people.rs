//! Which texts are made for people.
//!
//! Nobody marks a text as one that will be read, so it is told by its looks: a sentence, or a piece of one, in a place
//! where neither a program nor only a developer reads it. What this takes although nobody sees it is on a list.

use std::path::Path;

use super::texts::Text;
use super::{BINARY, left_out};

/// What developers read, and what no message is made of.
const NOT_TOLD: [&str; 33] = [
    "debug!",
    "info!",
    "warn!",
    "error!",
    "trace!",
    "event!",
    "span!",
    "debug_span!",
    "info_span!",
    "assert!",
    "assert_eq!",
    "assert_ne!",
    "debug_assert!",
    "debug_assert_eq!",
    "prop_assert!",
    "prop_assert_eq!",
    "panic!",
    "unreachable!",
    "matches!",
    "concat!",
    "env!",
    "option_env!",
    "include_str!",
    "include_bytes!",
    "expect",
    "strftime",
    "strptime",
    "starts_with",
    "ends_with",
    "strip_prefix",
    "strip_suffix",
    "split_once",
    "contains",
];

/// What makes an error in the binary.
const ERRORS: [&str; 11] = [
    "anyhow!",
    "bail!",
    "ensure!",
    "usage",
    "usage_of",
    "context",
    "with_context",
    "error",
    "because",
    "coded",
    "#error",
];

/// Whether a text of this file reaches people in words of its own.
pub(super) fn is_told(krate: &str, path: &Path, text: &Text) -> bool {
    if text.is_in_one_of(&NOT_TOLD) || is_notation(&text.value) || left_out::has(path, text) {
        return false;
    }
    let words = words(&text.value);
    if krate == BINARY {
        // What `tr!` and `word!` say is proved by the compiler.
        let is_error = words > 0 && text.is_in_one_of(&ERRORS);
        return !text.is_in_one_of(&["tr!", "word!"]) && (is_error || is_sentence(text));
    }
    if text.is_in("#error") {
        return words > 0;
    }
    is_sentence(text) || words > 0 && text.is_shown && matches!(text.around(), "" | "write!" | "write_str")
}

/// Two words, or one beside a value.
fn is_sentence(text: &Text) -> bool {
    let has_values = text.template == text.value && text.value.contains('{');
    text.value.trim().contains(' ') && words(&text.value) >= if has_values { 1 } else { 2 }
}

/// How many words there are outside of backticks and holes.
fn words(text: &str) -> usize {
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let without_holes: String = outside
        .split('{')
        .enumerate()
        .map(|(at, piece)| if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, rest)| rest) })
        .collect::<Vec<_>>()
        .join(" ");
    let is_word = |word: &&str| word.len() > 1 && word.starts_with(|first: char| first.is_ascii_alphabetic());
    without_holes.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '\'').filter(is_word).count()
}

/// Statements of SQL, HTTP, XML, units of systemd, forms of dates: what is written for programs.
fn is_notation(text: &str) -> bool {
    const STARTS: [&str; 24] = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE ",
        "CREATE ",
        "PRAGMA ",
        "DROP ",
        "ALTER ",
        "WITH ",
        "REPLACE ",
        "ORDER BY",
        "LEFT JOIN",
        "GET /",
        "PUT /",
        "POST /",
        "PATCH /",
        "DELETE /",
        "http",
        "<",
        "[",
        "/",
        "%",
        "#",
        "\\",
    ];
    const INSIDE: [&str; 5] = ["Z_PK", " NULL", "ORDER BY", " IN (", "=true\n"];
    let text = text.trim_start();
    let is_url =
        |start: &str| start == "http" && !text.starts_with("http://") && !text.starts_with("https://");
    STARTS.iter().any(|start| text.starts_with(start) && !is_url(start))
        || INSIDE.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::super::texts;
    use super::*;

    fn told(krate: &str, path: &str, source: &str) -> Vec<String> {
        let texts = texts::of_text(source).unwrap();
        texts
            .iter()
            .filter(|text| is_told(krate, Path::new(path), text))
            .map(|text| text.template.clone())
            .collect()
    }

    #[test]
    fn the_words_of_errors_and_reasons_are_told() {
        let source = r#"
            enum E {
                /// Gone, in the end.
                #[error("gone")]
                A,
                #[error("{0}")]
                B(String),
            }
            fn why() -> &'static str { "it is empty" }
            fn of(n: u8) -> String { format!("row {n}") }
        "#;

        assert_eq!(
            told("sync-core", "crates/sync-core/src/a.rs", source),
            ["gone", "it is empty", "row {n}"]
        );
    }

    #[test]
    fn what_is_displayed_is_told_word_by_word() {
        let source = r#"
            impl fmt::Display for Kind {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(match self { Self::One => "one", Self::Two => "two" })
                }
            }
            fn code() -> &'static str { "three" }
        "#;

        assert_eq!(told("sync-core", "crates/sync-core/src/a.rs", source), ["one", "two"]);
    }

    #[test]
    fn logs_panics_notations_and_tests_are_not_told() {
        let source = r#"
            fn f() {
                debug!("this is for us only");
                assert!(is, "this never happens");
                let a = "SELECT id FROM runs";
                let b = "GET /assets and more";
                let c = "<a b c>";
                let d = x.expect("this is there");
            }
            #[cfg(test)]
            mod tests { const A: &str = "nobody reads this"; }
            #[expect(lint, reason = "a developer reads this")]
            fn g() {}
        "#;

        assert!(told("sync-core", "crates/sync-core/src/a.rs", source).is_empty());
    }

    #[test]
    fn what_the_compiler_proves_is_not_asked_again() {
        let source = r#"
            fn f() {
                let a = usage(format!("no {thing}"));
                let b = tr!("what the macro has");
                let c = context("gone");
                let d = "gone";
                let e = "what is in no error";
            }
        "#;

        assert_eq!(
            told(BINARY, "crates/immich-sync/src/a.rs", source),
            ["no {thing}", "gone", "what is in no error"]
        );
    }

    #[test]
    fn words_are_counted_outside_of_names_and_holes() {
        assert_eq!(words("`a b c` is {what} here"), 2);
        assert_eq!(words("{}: {}"), 0);
        assert_eq!(words("don't do it"), 3);
    }
}
