//! Boxes: what HEIC, AVIF, MP4 and QuickTime files are made of, and how their sizes are written.
//!
//! A box says its length in 32 bits; 1 there means that 64 bits follow, and 0 that it goes on to the end of what it
//! lies in. Files from cameras use all three. The walkers of [`structure`](crate::structure) go as far as a list
//! makes sense, since they judge a file; here a list that breaks off is nothing to edit, so it is a fault.

use super::fault::Fault;
use crate::draft::Splice;
use crate::source::{Source, read_up_to};

/// More boxes in one list than any sound file has; long fragmented videos have some ten thousand.
const MOST_BOXES: usize = 1 << 18;

/// How a box says its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SizeField {
    /// In 32 bits.
    Short,
    /// In 64 bits behind the kind.
    Long,
    /// Not at all: it goes on to the end.
    ToEnd,
}

/// One box, by positions in the source it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BoxAt {
    /// Its four letters.
    pub(crate) kind: [u8; 4],
    /// What kind of `uuid` box it is.
    pub(crate) uuid: Option<[u8; 16]>,
    /// Where its header starts.
    pub(crate) start: u64,
    /// Where its content starts, behind size, kind and uuid.
    pub(crate) content: u64,
    /// Behind its last byte.
    pub(crate) end: u64,
    /// How it says its length.
    pub(crate) size: SizeField,
}

impl BoxAt {
    /// The length of the content in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.end - self.content
    }

    /// Its four letters, readable.
    pub(crate) fn name(&self) -> String {
        name(self.kind)
    }

    /// Whether it is of this kind.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "kinds are written as byte strings, which are references"
    )]
    pub(crate) fn is(&self, kind: &[u8; 4]) -> bool {
        &self.kind == kind
    }

    /// The content.
    pub(crate) fn read(&self, source: &dyn Source, limit: u64) -> Result<Vec<u8>, Fault> {
        if self.length() > limit {
            return Err(Fault::beyond(format!("its box {} is larger than any known one", self.name())));
        }
        let length = usize::try_from(self.length()).unwrap_or(usize::MAX);
        let bytes = read_up_to(source, self.content, length)?;
        if bytes.len() == length { Ok(bytes) } else { Err(cut_off(self.kind)) }
    }

    /// The patch that makes the header say another length; nothing for a box that goes on to the end.
    ///
    /// `size` counts from the start of the header.
    pub(crate) fn resized(&self, size: u64) -> Result<Option<Splice>, Fault> {
        match self.size {
            SizeField::ToEnd => Ok(None),
            SizeField::Long => Ok(Some(Splice::patch(self.start + 8, size.to_be_bytes().to_vec()))),
            SizeField::Short => match u32::try_from(size) {
                Ok(short) => Ok(Some(Splice::patch(self.start, short.to_be_bytes().to_vec()))),
                Err(_) => Err(Fault::beyond(format!("its box {} would be too long", self.name()))),
            },
        }
    }
}

fn name(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}

fn cut_off(kind: [u8; 4]) -> Fault {
    Fault::beyond(format!("its box {} is cut off", name(kind)))
}

/// The boxes between two positions. Up to seven zero bytes may end a list, as QuickTime ends some with four.
///
/// Fails with [`Fault::Beyond`] when a box does not fit in.
pub(crate) fn boxes(source: &dyn Source, start: u64, end: u64) -> Result<Vec<BoxAt>, Fault> {
    let mut list = Vec::new();
    let mut at = start;
    while at < end {
        if end - at < 8 {
            let rest = read_up_to(source, at, usize::try_from(end - at).unwrap_or(0))?;
            if rest.iter().any(|byte| *byte != 0) {
                return Err(Fault::beyond("its boxes end with bytes that are none"));
            }
            break;
        }
        let found = box_at(source, at, end)?;
        at = found.end;
        list.push(found);
        if list.len() > MOST_BOXES {
            return Err(Fault::beyond("it has more boxes than any sound file"));
        }
    }
    Ok(list)
}

/// The box that starts here and ends at `limit` at the latest.
pub(crate) fn box_at(source: &dyn Source, start: u64, limit: u64) -> Result<BoxAt, Fault> {
    let head = read_up_to(source, start, 32)?;
    let Some([s0, s1, s2, s3, kind @ ..]) = head.first_chunk::<8>().copied() else {
        return Err(Fault::beyond("its boxes are cut off"));
    };
    let left = limit.saturating_sub(start);
    let (length, size) = match u32::from_be_bytes([s0, s1, s2, s3]) {
        0 => (left, SizeField::ToEnd),
        1 => {
            let long = head.get(8..).and_then(<[u8]>::first_chunk::<8>).ok_or_else(|| cut_off(kind))?;
            (u64::from_be_bytes(*long), SizeField::Long)
        }
        short => (u64::from(short), SizeField::Short),
    };
    let header: usize = if size == SizeField::Long { 16 } else { 8 };
    let uuid = if &kind == b"uuid" {
        Some(*head.get(header..).and_then(<[u8]>::first_chunk::<16>).ok_or_else(|| cut_off(kind))?)
    } else {
        None
    };
    let header = header as u64 + if uuid.is_some() { 16 } else { 0 };
    if length < header {
        return Err(Fault::beyond(format!("its box {} says a length that cannot be", name(kind))));
    }
    if length > left {
        return Err(cut_off(kind));
    }
    Ok(BoxAt { kind, uuid, start, content: start + header, end: start + length, size })
}

/// A box with this content, behind a short header.
pub(crate) fn boxed(kind: [u8; 4], content: &[u8]) -> Result<Vec<u8>, Fault> {
    let size = u32::try_from(content.len() + 8)
        .map_err(|_| Fault::beyond(format!("its box {} would be too long", name(kind))))?;
    Ok([&size.to_be_bytes()[..], &kind, content].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(bytes: &[u8]) -> Result<Vec<BoxAt>, Fault> {
        boxes(&bytes.to_vec(), 0, bytes.len() as u64)
    }

    #[test]
    fn all_three_ways_to_say_a_length_are_read() {
        let long = [&b"\0\0\0\x01mdat"[..], &20_u64.to_be_bytes(), b"data"].concat();
        let uuid = boxed(*b"uuid", b"0123456789abcdefcontent").unwrap();
        let file = [boxed(*b"free", b"").unwrap(), long, uuid, b"\0\0\0\0mdatrest".to_vec()].concat();

        let found = list(&file).unwrap();

        let kinds: Vec<_> = found.iter().map(|found| (found.name(), found.length(), found.size)).collect();
        let expected = [
            ("free", 0, SizeField::Short),
            ("mdat", 4, SizeField::Long),
            ("uuid", 7, SizeField::Short),
            ("mdat", 4, SizeField::ToEnd),
        ];
        assert_eq!(kinds, expected.map(|(name, length, size)| (name.to_owned(), length, size)));
        assert_eq!(found[2].uuid, Some(*b"0123456789abcdef"));
        assert_eq!(found[3].end, file.len() as u64);
    }

    #[test]
    fn a_length_is_changed_where_it_stands() {
        let long = list(&[&b"\0\0\0\x01mdat"[..], &16_u64.to_be_bytes()].concat()).unwrap()[0];
        let short = list(&boxed(*b"free", b"").unwrap()).unwrap()[0];
        let open = list(b"\0\0\0\0mdat").unwrap()[0];

        let patch = Splice::patch(8, (1_u64 << 40).to_be_bytes().to_vec());
        assert_eq!(long.resized(1 << 40).unwrap(), Some(patch));
        assert_eq!(short.resized(9).unwrap(), Some(Splice::patch(0, vec![0, 0, 0, 9])));
        assert_eq!(open.resized(9).unwrap(), None);
        assert!(short.resized(1 << 40).is_err());
    }

    #[test]
    fn a_list_that_breaks_off_is_none() {
        for broken in [
            &b"\0\0\0\x09free"[..],
            b"\0\0\0\x07free",
            b"\0\0\0\x01free\0\0\0",
            b"\0\0\0\x01free\0\0\0\0\0\0\0\x0f",
            b"\0\0\0\x10uuid01234567",
            b"\0\0\0\x08free\0\0\x01",
        ] {
            assert!(matches!(list(broken), Err(Fault::Beyond(_))), "{}", broken.escape_ascii());
        }
        assert_eq!(list(b"\0\0\0\x08free\0\0\0\0").unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_box_that_reaches_outside(
            bytes in proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(8), any::<u8>()], 0..120),
            limit in 0_u64..150,
        ) {
            if let Ok(found) = boxes(&bytes, 0, limit.min(bytes.len() as u64)) {
                let mut at = 0;
                for found in found {
                    prop_assert!(found.start == at && found.start < found.content);
                    prop_assert!(found.content <= found.end && found.end <= limit);
                    at = found.end;
                }
            }
        }
    }
}
