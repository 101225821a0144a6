//! How far two files say the same from some position on, in either direction.

use std::io;

use crate::source::Source;

/// What is compared at first; a difference is often near.
const FIRST: usize = 4 << 10;

/// The most that is compared at once.
const MOST: usize = 128 << 10;

/// A position in something that can be read.
type Place<'a> = (&'a dyn Source, u64);

/// How many bytes are the same from both positions on, at most `limit`, and as many as both have.
pub(super) fn forwards(one: Place<'_>, other: Place<'_>, limit: u64) -> io::Result<u64> {
    let limit = limit.min(one.0.len().saturating_sub(one.1)).min(other.0.len().saturating_sub(other.1));
    let mut pair = Pair::default();
    let (mut same, mut step) = (0, FIRST);
    while same < limit {
        let length = step.min(usize::try_from(limit - same).unwrap_or(step));
        pair.read((one.0, one.1 + same), (other.0, other.1 + same), length)?;
        let equal = pair.both().take_while(|(a, b)| a == b).count();
        same += equal as u64;
        if equal < length {
            break;
        }
        step = (step * 2).min(MOST);
    }
    Ok(same)
}

/// How many bytes are the same before both positions, at most `limit`, and as many as both have.
pub(super) fn backwards(one: Place<'_>, other: Place<'_>, limit: u64) -> io::Result<u64> {
    let limit = limit.min(one.1).min(other.1);
    let mut pair = Pair::default();
    let (mut same, mut step) = (0, FIRST);
    while same < limit {
        let length = step.min(usize::try_from(limit - same).unwrap_or(step));
        let begin = same + length as u64;
        pair.read((one.0, one.1 - begin), (other.0, other.1 - begin), length)?;
        let equal = pair.both().rev().take_while(|(a, b)| a == b).count();
        same += equal as u64;
        if equal < length {
            break;
        }
        step = (step * 2).min(MOST);
    }
    Ok(same)
}

#[derive(Default)]
struct Pair {
    one: Vec<u8>,
    other: Vec<u8>,
}

impl Pair {
    fn read(&mut self, one: Place<'_>, other: Place<'_>, length: usize) -> io::Result<()> {
        for (bytes, (source, at)) in [(&mut self.one, one), (&mut self.other, other)] {
            bytes.resize(length, 0);
            if source.read_at(at, bytes)? < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    fn both(&self) -> impl DoubleEndedIterator<Item = (&u8, &u8)> + ExactSizeIterator {
        self.one.iter().zip(&self.other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_counted_up_to_the_first_difference_the_end_or_the_limit() {
        let (one, other) = (b"abcdef".to_vec(), b"xabcdz".to_vec());

        assert_eq!(forwards((&one, 0), (&other, 1), 100).unwrap(), 4);
        assert_eq!(forwards((&one, 0), (&other, 1), 3).unwrap(), 3);
        assert_eq!(forwards((&one, 0), (&other, 0), 100).unwrap(), 0);
        assert_eq!(forwards((&one, 9), (&other, 1), 100).unwrap(), 0, "it lies behind the end");
        assert_eq!(backwards((&one, 4), (&other, 5), 100).unwrap(), 4);
        assert_eq!(backwards((&one, 4), (&other, 5), 2).unwrap(), 2);
        assert_eq!(backwards((&one, 6), (&other, 6), 100).unwrap(), 0);
    }

    #[test]
    fn long_stretches_are_compared_to_the_end() {
        let one = vec![7; 1 << 20];
        let mut other = one.clone();
        assert_eq!(forwards((&one, 0), (&other, 0), u64::MAX).unwrap(), 1 << 20);
        assert_eq!(backwards((&one, 1 << 20), (&other, 1 << 20), u64::MAX).unwrap(), 1 << 20);
        other[700_000] = 8;
        assert_eq!(forwards((&one, 0), (&other, 0), u64::MAX).unwrap(), 700_000);
        assert_eq!(backwards((&one, 1 << 20), (&other, 1 << 20), u64::MAX).unwrap(), (1 << 20) - 700_001);
    }
}
