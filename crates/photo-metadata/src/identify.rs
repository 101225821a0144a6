//! What a file is, from its first bytes; enough to know how to read it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::error::MetadataError;
use crate::refusal::{Refusal, wrong_extension};
use crate::structure::{Container, expected_containers, sniff};

/// Bytes that [`sniff`] looks at.
const HEAD: u64 = 4096;

/// What a file is, or why it is not worth reading further: empty, unknown, or named as something else.
pub fn identify(path: &Path) -> Result<Result<Container, Refusal>, MetadataError> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD).read_to_end(&mut head))
        .map_err(|error| MetadataError::from_io(path, "read", error))?;
    if head.is_empty() {
        return Ok(Err(Refusal::Damaged("it is empty".to_owned())));
    }
    let Some(found) = sniff(&head) else { return Ok(Err(Refusal::UnknownFormat)) };
    let container = if found == Container::Tiff { raw_by_name(path).unwrap_or(found) } else { found };
    Ok(match wrong_extension(path, container) {
        Some(extension) => Err(Refusal::WrongExtension { extension, content: container.label().to_owned() }),
        None => Ok(container),
    })
}

/// Raw formats that are plain TIFF at the start differ by their extension only.
fn raw_by_name(path: &Path) -> Option<Container> {
    let extension = path.extension()?.to_str()?;
    expected_containers(extension).first().copied().filter(|container| container.is_tiff_based())
}
