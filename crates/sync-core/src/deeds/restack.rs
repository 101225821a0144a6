//! Stacks are made, joined and dissolved, a few orders for each change.
//!
//! The server refuses a whole stack for one photo that it knows no more. What was dissolved for it is then put
//! together again, as far as its photos are there: a change that is refused must leave nothing behind.

use immich_api::{ApiError, AssetId, Reader, StackId, Writer};

use super::Restack;
use super::hand::Fate;

/// Changes all of them, one after the other; the fate of each.
pub(super) fn all(reader: Reader<'_>, writer: Writer<'_>, stacks: &[Restack]) -> Result<Vec<Fate>, ApiError> {
    stacks.iter().map(|stack| one(reader, writer, stack)).collect()
}

/// Changes one: [`Fate::Refused`] when a photo of it is gone, and then it is as it was.
pub(super) fn one(reader: Reader<'_>, writer: Writer<'_>, stack: &Restack) -> Result<Fate, ApiError> {
    match change(reader, writer, stack) {
        Ok(()) => Ok(Fate::Done),
        Err(error) if is_refusal(&error) => {
            for old in &stack.before {
                put_back(reader, writer, old)?;
            }
            Ok(Fate::Refused)
        }
        Err(error) => Err(error),
    }
}

fn is_refusal(error: &ApiError) -> bool {
    matches!(error, ApiError::Status { status: 400, .. } | ApiError::NoSuchAsset { .. })
}

/// Stacks that grow together are one order. Any others are dissolved first; another primary photo alone is set.
fn change(reader: Reader<'_>, writer: Writer<'_>, stack: &Restack) -> Result<(), ApiError> {
    let holds = |large: &[AssetId], small: &[AssetId]| small.iter().all(|photo| large.contains(photo));
    let grows = |old: &Vec<AssetId>| stack.after.iter().any(|new| holds(new, old));
    if let ([old], [new]) = (stack.before.as_slice(), stack.after.as_slice())
        && old.len() == new.len()
        && holds(old, new)
    {
        return set_primary(reader, writer, new);
    }
    if !stack.before.iter().all(grows) {
        dissolve(reader, writer, stack)?;
    }
    for new in &stack.after {
        writer.make_stack(new)?;
    }
    Ok(())
}

fn dissolve(reader: Reader<'_>, writer: Writer<'_>, stack: &Restack) -> Result<(), ApiError> {
    let mut gone = Vec::new();
    for photo in stack.before.iter().filter_map(|old| old.first()) {
        if let Some(found) = stack_of(reader, photo)?
            && !gone.contains(&found)
        {
            writer.delete_stack(&found)?;
            gone.push(found);
        }
    }
    Ok(())
}

fn set_primary(reader: Reader<'_>, writer: Writer<'_>, photos: &[AssetId]) -> Result<(), ApiError> {
    let Some(first) = photos.first() else { return Ok(()) };
    match stack_of(reader, first)? {
        Some(found) => writer.set_primary(&found, first),
        None => writer.make_stack(photos).map(drop),
    }
}

/// A stack of those of its photos that are there and in no other stack.
fn put_back(reader: Reader<'_>, writer: Writer<'_>, photos: &[AssetId]) -> Result<(), ApiError> {
    let mut left = Vec::new();
    for photo in photos {
        match reader.asset(photo) {
            Ok(asset) if asset.stack.is_none() && !asset.is_trashed => left.push(photo.clone()),
            Ok(_) | Err(ApiError::NoSuchAsset { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if left.len() > 1 { writer.make_stack(&left).map(drop) } else { Ok(()) }
}

fn stack_of(reader: Reader<'_>, photo: &AssetId) -> Result<Option<StackId>, ApiError> {
    Ok(reader.asset(photo)?.stack.map(|stack| stack.id))
}
