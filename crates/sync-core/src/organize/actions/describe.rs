//! One line in the caption that says which group a photo is in and how far it is from the keeper.
//!
//! The line begins with words by which it is known, is replaced when it changes, and stands behind whatever the user
//! wrote, which is never touched. Immich trims captions, so both sides are compared without blanks at their ends. A
//! caption is a sidecar for the server to write, for each photo.

use std::collections::BTreeMap;

use photo_similarity::Class;

use super::run::{Desk, Work, usable};
use super::tags::COST;
use crate::deeds::caption::{MARK, with_line};
use crate::deeds::look::value_of;
use crate::deeds::orders::{Orders, Photo};
use crate::deeds::{Setting, Value};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// Photos that are asked for together.
const TOGETHER: usize = 64;

/// The line for a member of a group.
fn line(group: &GroupRecord, member: &MemberRecord, bits: u32) -> String {
    let name: String = group.id.to_string().chars().take(8).collect();
    let is_keeper = group.keeper() == Some(member);
    let part = match member.distance {
        _ if is_keeper => format!("the best of {}", group.members.len()),
        _ if group.class == Class::Exact => "the same file".to_owned(),
        Some(distance) => format!("distance {distance}/{bits}"),
        None => group.class.name().to_owned(),
    };
    format!("{MARK}{name}, {part}")
}

/// Writes the lines.
#[derive(Default)]
pub(super) struct Describe {
    waiting: BTreeMap<String, Vec<(Photo, Option<String>)>>,
}

impl Describe {
    fn wait(
        &mut self,
        account: &str,
        photo: Photo,
        line: Option<String>,
        orders: &mut Orders<'_>,
    ) -> Result<(), SyncError> {
        let waiting = self.waiting.entry(account.to_owned()).or_default();
        waiting.push((photo, line));
        if waiting.len() >= TOGETHER { give(waiting, orders) } else { Ok(()) }
    }
}

/// Asks for the captions as they are now, and orders what differs.
fn give(waiting: &mut Vec<(Photo, Option<String>)>, orders: &mut Orders<'_>) -> Result<(), SyncError> {
    let ids = waiting.iter().map(|(photo, _)| photo.asset.clone()).collect();
    let found = orders.hand.looker().each(ids)?;
    for ((photo, line), asset) in std::mem::take(waiting).into_iter().zip(found) {
        let now = asset.as_ref().and_then(|asset| value_of(asset, &Value::Description(String::new())));
        let Some(Value::Description(before)) = now else {
            orders.skip(photo, SkipReason::Vanished);
            continue;
        };
        describe(photo, before, line.as_deref(), orders)?;
    }
    Ok(())
}

/// Orders a caption with this line, unless it has it.
fn describe(
    photo: Photo,
    before: String,
    line: Option<&str>,
    orders: &mut Orders<'_>,
) -> Result<(), SyncError> {
    let after = with_line(&before, line);
    if after == before.trim() {
        orders.skip(photo, SkipReason::UpToDate);
        return Ok(());
    }
    let (before, after) = (Value::Description(before), Value::Description(after));
    orders.set(Setting { asset: photo.asset.clone(), before, after }, photo)
}

impl Work for Describe {
    fn begin(&mut self, _: &mut Desk<'_>) -> Result<(), SyncError> {
        self.waiting.clear();
        Ok(())
    }

    /// While counting, what the scan saw is near enough; it costs no request.
    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        if !chosen {
            return Ok(());
        }
        let fresh = desk.fresh;
        for (account, orders) in &mut desk.accounts {
            for member in usable(group, account, fresh, orders) {
                let Some(photo) = member.photo() else { continue };
                let line = line(group, member, desk.options.kind.bits());
                if !orders.is_counting() {
                    self.wait(account, photo, Some(line), orders)?;
                    continue;
                }
                let before = member.description.clone().unwrap_or_default();
                describe(photo, before, Some(&line), orders)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let fresh = desk.fresh;
        for (account, orders) in &mut desk.accounts {
            if desk.options.follows() {
                let ours = desk.store.set_by_us(account, "description")?;
                for asset in ours.into_iter().filter(|asset| !fresh.is_grouped(asset)) {
                    self.wait(account, Photo::named(asset), None, orders)?;
                }
            }
            if let Some(waiting) = self.waiting.get_mut(account) {
                give(waiting, orders)?;
            }
        }
        Ok(())
    }

    fn costs(&self) -> Option<u64> {
        Some(COST)
    }
}
