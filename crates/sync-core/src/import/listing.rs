//! The thread that lists: it compares each item with the outline of what was sent, so that only what is new or changed
//! goes any further.

use std::ops::ControlFlow;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};

use super::queue::Gate;
use super::stacks::Relative;
use super::work::News;
use super::{Found, ImportOptions, Item, ItemId, Outline, Relation, Source, Stamp};
use crate::stop::StopFlag;

/// Unchanged items between two words about them.
const A_FEW: u64 = 512;

pub(super) struct Lister<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) options: &'a ImportOptions,
    pub(super) outline: &'a Mutex<Outline>,
    pub(super) gate: &'a Gate,
    pub(super) stop: &'a StopFlag,
    pub(super) news: Sender<News>,
}

impl Lister<'_> {
    pub(super) fn list(&self) {
        let options = digest(self.options);
        let (mut items, mut about, mut relatives) = (0, 0, Vec::new());
        let listing = self.source.list_knowing(&|item| self.knows(item), &mut |found| {
            if self.stop.is_raised() {
                return ControlFlow::Break(());
            }
            let sent = match found {
                Found::Item(item) => {
                    let (seen, count) = (self.see(&item, options), item.about.len() as u64);
                    if seen == Some(true) && !self.options.restore && !self.options.rehash {
                        let is_wanted = |relation: &&Relation| self.options.stack.contains(&relation.kin);
                        let wanted = item.relations.iter().filter(is_wanted);
                        relatives.extend(wanted.map(|relation| Relative::of(relation, item.id)));
                        items += 1;
                        about += count;
                        if items < A_FEW {
                            return ControlFlow::Continue(());
                        }
                        let news = News::Unchanged { items, about };
                        (items, about) = (0, 0);
                        self.news.send(news)
                    } else if self.gate.enter() {
                        self.news.send(News::Arrived { item, is_known: seen.is_some() })
                    } else {
                        return ControlFlow::Break(());
                    }
                }
                Found::Passed(passed) => self.news.send(News::Passed(passed)),
                Found::There(item) => {
                    self.is_there(item);
                    return ControlFlow::Continue(());
                }
                Found::Trouble(trouble) => self.news.send(News::Trouble(trouble)),
            };
            if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // Whoever hears this may have ended already.
        let _ = self.news.send(News::Unchanged { items, about });
        let _ = self.news.send(News::Relatives(relatives));
        let _ = self.news.send(News::Listed(listing));
    }

    fn knows(&self, item: ItemId) -> bool {
        self.outline.lock().unwrap_or_else(PoisonError::into_inner).is_seen(item).is_some()
    }

    /// Notes that an item is not gone, whatever its stamp.
    fn is_there(&self, item: ItemId) {
        let mut outline = self.outline.lock().unwrap_or_else(PoisonError::into_inner);
        for half in [item, item.of_motion()] {
            outline.see(half, Stamp([0; 16]));
        }
    }

    fn see(&self, item: &Item, options: Option<[u8; 16]>) -> Option<bool> {
        let stamp = stamp(item, options);
        let mut outline = self.outline.lock().unwrap_or_else(PoisonError::into_inner);
        if item.motion.is_some() {
            outline.see(item.id.of_motion(), stamp);
        }
        outline.see(item.id, stamp)
    }
}

/// The stamp of an item under these options.
pub(super) fn stamp(item: &Item, options: Option<[u8; 16]>) -> Stamp {
    options.map_or(item.stamp, |options| Stamp::of([&item.stamp.0[..], &options]))
}

/// A digest of the options that matter to items that were sent; `None` for none of them.
pub(super) fn digest(options: &ImportOptions) -> Option<[u8; 16]> {
    let ImportOptions { into_album, tags, people_tag, .. } = options;
    if into_album.is_none() && tags.is_empty() && people_tag.is_none() {
        return None;
    }
    let (album, people) = (format!("{into_album:?}"), format!("{people_tag:?}"));
    let words = [album.as_str(), people.as_str()];
    Some(Stamp::of(words.into_iter().chain(tags.iter().map(String::as_str)).map(str::as_bytes)).0)
}
