//! Pictures turned and mirrored, for hashes that cannot be turned by themselves.

use crate::luma::Luma;

/// The EXIF orientations that change something, in the order in which turned hashes are kept.
pub(crate) const TURNS: [Turn; 7] = [
    Turn { mirrored: true, flipped: false, transposed: false },
    Turn { mirrored: true, flipped: true, transposed: false },
    Turn { mirrored: false, flipped: true, transposed: false },
    Turn { mirrored: false, flipped: false, transposed: true },
    Turn { mirrored: true, flipped: false, transposed: true },
    Turn { mirrored: true, flipped: true, transposed: true },
    Turn { mirrored: false, flipped: true, transposed: true },
];

/// First mirrored and flipped, then transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Left becomes right.
    pub(crate) mirrored: bool,
    /// Top becomes bottom.
    pub(crate) flipped: bool,
    /// Rows become columns.
    pub(crate) transposed: bool,
}

impl Turn {
    /// The picture, turned.
    pub(crate) fn of(self, picture: &Luma) -> Luma {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let samples = picture.samples();
        let sample = |row: usize, column: usize| {
            let row = if self.flipped { height - 1 - row } else { row };
            let column = if self.mirrored { width - 1 - column } else { column };
            samples[row * width + column]
        };
        let (rows, columns) = if self.transposed { (width, height) } else { (height, width) };
        let mut turned = Vec::with_capacity(samples.len());
        for row in 0..rows {
            turned.extend(
                (0..columns)
                    .map(|column| if self.transposed { sample(column, row) } else { sample(row, column) }),
            );
        }
        let (width, height) = if self.transposed {
            (picture.height(), picture.width())
        } else {
            (picture.width(), picture.height())
        };
        Luma::new(width, height, turned).unwrap_or_else(|_| picture.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `T`s of 3 by 2: each turn of `abc/def`, read row by row.
    #[test]
    fn a_turned_picture_needs_its_orientation_to_look_like_the_first() {
        let picture = Luma::new(3, 2, b"abcdef".to_vec()).unwrap();

        let turned = TURNS.map(|turn| turn.of(&picture));

        // A viewer that follows orientation 6 turns `cf be ad` (3 rows) by 90 degrees clockwise and shows `abc/def`.
        let rows: [&[u8]; 7] = [b"cbafed", b"fedcba", b"defabc", b"adbecf", b"cfbead", b"fcebda", b"daebfc"];
        assert_eq!(turned.each_ref().map(Luma::samples), rows);
        assert_eq!(turned.map(|turned| turned.width()), [3, 3, 3, 2, 2, 2, 2]);
    }
}
