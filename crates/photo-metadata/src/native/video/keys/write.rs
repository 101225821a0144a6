//! Writing keys: the whole box is made anew, with everything else in it as it was.

use super::super::movie::Movie;
use super::super::placing::{MovieEdit, Placing};
use super::names::{self, Key, OURS};
use super::{Item, KeyTable, values};
use crate::edits::TagEdit;
use crate::native::boxes::{BoxAt, boxed};
use crate::native::fault::Fault;
use crate::tag::Tag;

/// `hdlr` as ExifTool makes it: a handler of `mdta` without a name.
const HANDLER: &[u8; 24] = b"\0\0\0\0\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0";

/// Changes our keys, all together since they share one box; it is made where there is none.
pub(in crate::native::video) fn write(
    movie: &Movie,
    edits: &[TagEdit],
    placing: &mut Placing<'_>,
) -> Result<(), Fault> {
    let is_key = |edit: &&TagEdit| OURS.iter().any(|(_, tag, _)| *tag == edit.tag);
    let edits: Vec<&TagEdit> = edits.iter().filter(is_key).collect();
    let is_absent = |edit: &&TagEdit| edit.new.is_none() && edit.old.is_none();
    if edits.iter().all(is_absent) {
        return Ok(());
    }
    for edit in &edits {
        for other in movie.keys.iter().filter(|table| !table.is_movies) {
            if !other.held(edit.tag)?.is_empty() {
                return Err(Fault::beyond(format!("it says {} in an unusual place", edit.tag)));
            }
        }
    }
    let metas: Vec<&BoxAt> = movie.children.iter().filter(|child| child.is(b"meta")).collect();
    let (table, start, end) = match &metas[..] {
        [] => {
            let end = movie.children.last().map_or(movie.at.content, |last| last.end);
            (None, end, end)
        }
        [only] => (movie.keys.iter().find(|table| table.is_movies), only.start, only.end),
        _ => return Err(Fault::beyond("its movie has several lists of metadata")),
    };
    let bytes = match table {
        Some(table) if table.is_of_keys() => table.with(&edits)?,
        None if metas.is_empty() => KeyTable::empty(movie.at).with(&edits)?,
        _ => return Err(Fault::beyond("its movie has metadata of another kind than keys")),
    };
    placing.edit_movie(MovieEdit { within: vec![movie.at], start, end, bytes });
    Ok(())
}

impl KeyTable {
    /// The whole box with some of our values changed.
    fn with(&self, edits: &[&TagEdit]) -> Result<Vec<u8>, Fault> {
        let (mut keys, mut items) = (self.keys.clone(), self.items.clone());
        for edit in edits {
            let held: Vec<usize> = self.held(edit.tag)?;
            match (&held[..], &edit.new) {
                ([], None) => {}
                ([], Some(value)) => {
                    let index = match position(&keys, edit.tag)? {
                        Some(index) => index,
                        None => {
                            keys.push(Key::ours(edit.tag)?);
                            keys.len() - 1
                        }
                    };
                    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                    let content = values::content(edit.tag, value)?;
                    items.push(Item { kind: number.to_be_bytes(), content });
                }
                ([held], new) => {
                    let item =
                        items.get_mut(*held).ok_or_else(|| Fault::beyond("its keys are out of order"))?;
                    if !values::text(&item.content)?.0 {
                        return Err(Fault::beyond(format!("its {} is said in another language", edit.tag)));
                    }
                    item.content = match new {
                        Some(value) => values::content(edit.tag, value)?,
                        None => Vec::new(),
                    };
                }
                _ => return Err(Fault::beyond(format!("it says {} more than once", edit.tag))),
            }
        }
        items.retain(|item| !item.content.is_empty());
        let (mut new_keys, mut new_items) = (Some(names::content(&keys)?), Some(items_content(&items)?));
        let mut bytes = self.version.clone();
        for (child, content) in &self.children {
            let content = match &child.kind {
                b"keys" => new_keys.take().unwrap_or_default(),
                b"ilst" => new_items.take().unwrap_or_default(),
                _ => content.clone(),
            };
            bytes.extend(rebuilt(child, &content)?);
        }
        for (kind, content) in [(b"keys", new_keys), (b"ilst", new_items)] {
            if let Some(content) = content {
                bytes.extend(boxed(*kind, &content)?);
            }
        }
        boxed(*b"meta", &bytes)
    }

    fn empty(near: BoxAt) -> Self {
        let handler = BoxAt { kind: *b"hdlr", uuid: None, ..near };
        Self {
            at: near,
            is_movies: true,
            version: Vec::new(),
            children: vec![(handler, HANDLER.to_vec())],
            keys: Vec::new(),
            items: Vec::new(),
        }
    }
}

/// A child of the table with other content; a `uuid` keeps what it is.
fn rebuilt(child: &BoxAt, content: &[u8]) -> Result<Vec<u8>, Fault> {
    match child.uuid {
        Some(uuid) => boxed(child.kind, &[&uuid[..], content].concat()),
        None => boxed(child.kind, content),
    }
}

/// A name that is there, perhaps without a value.
fn position(keys: &[Key], tag: Tag) -> Result<Option<usize>, Fault> {
    for (index, key) in keys.iter().enumerate() {
        if key.meaning()?.is_some_and(|(_, found, _)| found == tag) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn items_content(items: &[Item]) -> Result<Vec<u8>, Fault> {
    let mut content = Vec::new();
    for item in items {
        content.extend(boxed(item.kind, &item.content)?);
    }
    Ok(content)
}
