//! An answer of many lines, cut into lines as it comes.
//!
//! A stream of all faces of a large library has hundreds of megabytes; only the line that is being read is
//! kept, and a line has a limit.

/// A line longer than any that Immich sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Collects pieces and hands out lines.
#[derive(Debug)]
pub(crate) struct Lines {
    limit: usize,
    started: Vec<u8>,
}

impl Lines {
    /// Lines of at most `limit` bytes.
    pub(crate) fn up_to(limit: usize) -> Self {
        Self { limit, started: Vec::new() }
    }

    /// Takes a piece and hands out the lines that it completes, without their line breaks.
    ///
    /// The outer error is that of `take`, the inner one says that a line is too long.
    pub(crate) fn push<E>(
        &mut self,
        mut piece: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Result<(), TooLong>, E> {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = (&piece[..end], &piece[end + 1..]);
            piece = rest;
            if self.started.len() + line.len() > self.limit {
                return Ok(Err(TooLong));
            }
            if self.started.is_empty() {
                take(line)?;
            } else {
                self.started.extend_from_slice(line);
                take(&self.started)?;
                self.started.clear();
            }
        }
        if self.started.len() + piece.len() > self.limit {
            return Ok(Err(TooLong));
        }
        self.started.extend_from_slice(piece);
        Ok(Ok(()))
    }

    /// What is left when the stream ends: a last line without a line break, or nothing.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.started
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(pieces: &[&[u8]], limit: usize) -> Result<Vec<String>, TooLong> {
        let (mut lines, mut found) = (Lines::up_to(limit), Vec::new());
        let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        for piece in pieces {
            lines
                .push(piece, |line| {
                    found.push(text(line));
                    Ok::<(), ()>(())
                })
                .unwrap()?;
        }
        found.push(text(lines.rest()));
        Ok(found)
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_where_the_pieces_were_cut(text in "[ab\n]{0,60}", cuts in prop::collection::vec(0..61usize, 0..5)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let edges: Vec<usize> = [0].into_iter().chain(cuts).chain([text.len()]).collect();
            let pieces: Vec<&[u8]> = edges.windows(2).map(|edge| &text.as_bytes()[edge[0]..edge[1]]).collect();

            let expected: Vec<String> = text.split('\n').map(str::to_owned).collect();
            prop_assert_eq!(cut(&pieces, 60).unwrap(), expected);
        }
    }

    #[test]
    fn a_line_without_an_end_is_refused_before_it_is_kept() {
        assert_eq!(cut(&[b"12345", b"6"], 5), Err(TooLong));
        assert_eq!(cut(&[b"123456\n"], 5), Err(TooLong));
        assert_eq!(cut(&[b"123", b"45\n6"], 5), Ok(vec!["12345".to_owned(), "6".to_owned()]));
    }
}
