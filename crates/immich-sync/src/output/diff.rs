//! What changes in one file: `- old`, `+ new`, and of lists only the items that come and go.

use std::path::Path;

use photo_metadata::{TagEdit, ValueKind};
use sync_core::plan::Step;

use super::words::{columns, fit};
use super::{Paint, clean, clean_path};

/// Least columns of a value, on however narrow a terminal.
const LEAST: usize = 20;

/// A file and its changes.
pub(crate) fn file_lines(step: &Step, root: &Path, paint: Paint, width: Option<usize>) -> Vec<String> {
    let mut lines = vec![paint.bold(&shown(&step.path, root))];
    for edit in &step.change.edits {
        lines.extend(edit_lines(edit, paint, width));
    }
    lines
}

/// One tag: what goes, what comes.
pub(super) fn edit_lines(edit: &TagEdit, paint: Paint, width: Option<usize>) -> Vec<String> {
    let (gone, come) = match edit.tag.kind() {
        ValueKind::List | ValueKind::Structure => (items(&edit.removed_items()), items(&edit.added_items())),
        ValueKind::Text | ValueKind::Number | ValueKind::Date => {
            let text = |value: &Option<photo_metadata::Value>| {
                value.as_ref().map(|value| value.as_text().to_owned())
            };
            (text(&edit.old), text(&edit.new))
        }
    };
    let line = |sign: char, value: &str| {
        let start = format!("  {sign} {}: ", edit.tag);
        let value = clean(value);
        let value = match width {
            Some(width) => fit(&value, width.saturating_sub(columns(&start)).max(LEAST)),
            None => value,
        };
        format!("{start}{value}")
    };
    let gone = gone.map(|value| paint.red(&line('-', &value)));
    let come = come.map(|value| paint.green(&line('+', &value)));
    gone.into_iter().chain(come).collect()
}

/// A path as it is shown: from the library folder on.
pub(super) fn shown(path: &Path, root: &Path) -> String {
    clean_path(path.strip_prefix(root).unwrap_or(path))
}

/// Names can hold commas, so something else stands between them.
fn items(items: &[&str]) -> Option<String> {
    (!items.is_empty()).then(|| items.join(" | "))
}

#[cfg(test)]
mod tests {
    use photo_metadata::{Tag, Value};

    use super::super::testing::step;
    use super::*;

    fn diff(width: Option<usize>, on: bool) -> String {
        file_lines(&step(), Path::new("/photos"), Paint { on }, width).join("\n")
    }

    #[test]
    fn each_tag_shows_what_goes_and_what_comes() {
        insta::assert_snapshot!(diff(None, false));
    }

    #[test]
    fn a_terminal_gets_colours_and_cut_values() {
        insta::assert_snapshot!(diff(Some(48), true).replace('\u{1b}', "␛"));
    }

    #[test]
    fn a_value_cannot_act_on_the_terminal() {
        let edit = TagEdit { tag: Tag::Description, old: None, new: Some(Value::text("a\u{1b}[2J\nb")) };

        let lines = edit_lines(&edit, Paint { on: false }, None);

        assert_eq!(lines, [r"  + XMP-dc:Description: a\u{1b}[2J\nb"]);
    }

    #[test]
    fn a_list_that_only_changes_its_order_shows_nothing() {
        let list = |items: [&str; 2]| Some(Value::List(items.map(str::to_owned).to_vec()));
        let edit = TagEdit { tag: Tag::Subject, old: list(["a", "b"]), new: list(["b", "a"]) };

        assert!(edit_lines(&edit, Paint { on: false }, None).is_empty());
    }
}
