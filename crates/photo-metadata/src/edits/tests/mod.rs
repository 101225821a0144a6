//! Tests that need more than one kind of data, or more than one run.

mod pitfalls;
mod policies;
mod rounds;

use super::*;

/// The file once `edits` are in it.
fn written(file: &FileTags, edits: &[TagEdit]) -> FileTags {
    let mut file = file.clone();
    for edit in edits {
        match &edit.new {
            Some(value) => file.insert(edit.tag, value.clone()),
            None => file.remove(edit.tag),
        }
    }
    file
}
