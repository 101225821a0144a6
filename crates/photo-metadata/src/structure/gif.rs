//! GIF: blocks made of small sub-blocks.
//!
//! Protected is everything except the application block `XMP DataXMP` and the version in the signature, which
//! becomes 89a with the first such block.

use std::io;

use super::Problem;
use super::examination::Examination;
use super::source::Buffered;

pub(super) fn walk(x: &mut Examination<'_>) -> io::Result<()> {
    let mut bytes = Buffered::new(x.source);
    let Some(packed) = bytes.byte(10)? else {
        x.problem(Problem::NoEndOfImage);
        return Ok(());
    };
    let mut at = 13 + color_table(packed);
    x.digest_range("screen", 6, at - 6)?;
    let end = loop {
        let start = at;
        let next = match bytes.byte(at)? {
            Some(0x3b) => break Some(at + 1),
            Some(0x21) => sub_blocks(&mut bytes, at + 2)?,
            Some(0x2c) => match bytes.byte(at + 9)? {
                Some(packed) => sub_blocks(&mut bytes, at + 11 + color_table(packed))?,
                None => None,
            },
            Some(_) => {
                x.malformed("block", at);
                break None;
            }
            None => None,
        };
        let Some(next) = next else {
            x.digest_range("cut block", start, u64::MAX)?;
            break None;
        };
        let is_application = bytes.array::<3>(start)? == Some([0x21, 0xff, 11]);
        let name = bytes.array::<11>(start + 3)?.filter(|_| is_application);
        x.signed |= name.is_some_and(|name| name.starts_with(b"C2PA"));
        if name != Some(*b"XMP DataXMP") {
            x.digest_range("block", start, next - start)?;
        }
        at = next;
    };
    match end {
        None => x.problem(Problem::NoEndOfImage),
        Some(end) if end < x.len() => {
            x.problem(Problem::TrailingUnknown { offset: end, length: x.len() - end });
            x.digest_range("behind the end", end, u64::MAX)?;
        }
        Some(_) => {}
    }
    Ok(())
}

/// The length of a colour table, from the byte that describes it.
fn color_table(packed: u8) -> u64 {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// Where the chain of sub-blocks that starts here ends; `None` when the file ends first.
fn sub_blocks(bytes: &mut Buffered<'_>, mut at: u64) -> io::Result<Option<u64>> {
    loop {
        match bytes.byte(at)? {
            None => return Ok(None),
            Some(0) => return Ok(Some(at + 1)),
            Some(length) => at += 1 + u64::from(length),
        }
    }
}
