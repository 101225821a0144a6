//! Borders, letterboxes and pillarboxes: where the picture proper begins.
//!
//! A hash sees all of the picture, and a bar of 10 % moves everything in it. So a picture with bars gets a second hash
//! of what is between them.
//!
//! The danger is the other way round: many photos have an even edge that is part of them, such as a garment before a
//! white wall. Cut down to its outline one shirt looks like the next. A bar that was added ends along a straight line
//! over its whole length, so that just behind it most pixels differ from it; before a wall only the top of a head does.
//!
//! Brightness only: a coloured border is as even as a grey one.

use crate::luma::Luma;

/// A bar is as bright as its outermost line, give or take this; JPEG rings around letters by more, along edges by less.
const NOISE: u8 = 12;
/// Pixels of a line of the bar that may be off, in per cent: dust, a date, a logo in the corner.
const ODD: usize = 2;
/// How much the first lines of the picture differ from the bar at least, to count as different.
const STEP: u8 = 20;
/// How many of their pixels do so, in per cent.
const STRAIGHT: usize = 50;
/// A bar is not broader than one part in this of its side; else it is no longer clear what is bar and what picture.
const BROADEST: usize = 3;
/// Nor narrower than one part in this: that moves less than the limit of duplicates.
const NARROWEST: usize = 100;

/// A part of a picture, in its pixels: from the first row and column to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

/// The picture without its border, if it has one.
pub(crate) fn trimmed(picture: &Luma) -> Option<Luma> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let whole = Area { left: 0, top: 0, right: width, bottom: height };
    let mut area = whole;
    let rows = |row: usize| Line { samples: picture.samples(), start: row * width, step: 1, length: width };
    area.top = bar(height, rows);
    area.bottom = height - bar(height, |row| rows(height - 1 - row));
    // Side bars end where the bars above and below begin: these may be of another colour.
    let (top, length) = (area.top, area.bottom - area.top);
    let columns =
        |column: usize| Line { samples: picture.samples(), start: top * width + column, step: width, length };
    area.left = bar(width, columns);
    area.right = width - bar(width, |column| columns(width - 1 - column));
    (area != whole).then(|| part(picture, area)).flatten()
}

fn part(picture: &Luma, area: Area) -> Option<Luma> {
    let rows = picture.samples().chunks_exact(picture.width() as usize).take(area.bottom).skip(area.top);
    let samples = rows.flat_map(|row| row[area.left..area.right].iter().copied()).collect();
    let side = |from: usize, to: usize| u32::try_from(to - from).ok();
    Luma::new(side(area.left, area.right)?, side(area.top, area.bottom)?, samples).ok()
}

/// A row or a column of a picture.
struct Line<'a> {
    samples: &'a [u8],
    start: usize,
    step: usize,
    length: usize,
}

impl Line<'_> {
    fn pixels(&self) -> impl Iterator<Item = u8> {
        self.samples.iter().skip(self.start).step_by(self.step).take(self.length).copied()
    }

    /// How many of its pixels are further than `most` from `brightness`.
    fn off(&self, brightness: u8, most: u8) -> usize {
        self.pixels().filter(|pixel| pixel.abs_diff(brightness) > most).count()
    }

    fn median(&self) -> u8 {
        let mut pixels: Vec<u8> = self.pixels().collect();
        let middle = pixels.len() / 2;
        *pixels.select_nth_unstable(middle).1
    }
}

/// How many lines to cut from one side of a picture that has `lines` of them; `line(0)` is the outermost.
fn bar<'a>(lines: usize, line: impl Fn(usize) -> Line<'a>) -> usize {
    let outermost = line(0);
    let brightness = outermost.median();
    let is_even = |line: &Line<'_>| line.off(brightness, NOISE) * 100 <= line.length * ODD;
    let broadest = lines / BROADEST;
    let Some(depth) = (0..=broadest).find(|depth| !is_even(&line(*depth))) else { return 0 };
    if depth < 2 || depth * NARROWEST < lines {
        return 0;
    }
    // The line after the last even one may be a mixture of bar and picture: it is cut too, and the one behind it counts.
    let edge = line(depth + 1);
    if edge.off(brightness, STEP) * 100 >= edge.length * STRAIGHT { depth + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 120 by 90 with texture, all between 60 and 199.
    fn textured(row: u32, column: u32) -> u8 {
        u8::try_from((row * 7 + column * 13 + row * column / 5) % 140 + 60).unwrap()
    }

    fn framed(frame: impl Fn(u32, u32) -> Option<u8>) -> Luma {
        let samples = (0..90 * 120).map(|place| {
            let (row, column) = (place / 120, place % 120);
            frame(row, column).unwrap_or_else(|| textured(row, column))
        });
        Luma::new(120, 90, samples.collect()).unwrap()
    }

    fn size(picture: &Luma) -> Option<(u32, u32)> {
        trimmed(picture).map(|part| (part.width(), part.height()))
    }

    #[test]
    fn a_picture_without_a_border_stays_whole() {
        assert_eq!(size(&framed(|_, _| None)), None);
    }

    #[test]
    fn bars_of_any_colour_are_cut_with_the_line_next_to_them() {
        for colour in [0, 30, 230, 255] {
            let letterbox = framed(|row, _| (!(9..81).contains(&row)).then_some(colour));
            let pillarbox = framed(|_, column| (!(20..100).contains(&column)).then_some(colour));
            let border =
                framed(|row, column| (row.min(column) < 6 || row > 83 || column > 113).then_some(colour));

            assert_eq!(
                [&letterbox, &pillarbox, &border].map(size),
                [Some((120, 70)), Some((78, 90)), Some((106, 76))]
            );
        }
    }

    #[test]
    fn bars_may_be_uneven_by_what_jpeg_does_and_be_on_one_side_only() {
        let noisy = framed(|row, column| (row >= 75).then(|| u8::try_from(column * 31 % 11).unwrap()));

        assert_eq!(size(&noisy), Some((120, 74)));
    }

    #[test]
    fn something_before_an_even_wall_is_not_cut_out() {
        let head = |row: u32, column: u32| row < 10 + column.abs_diff(60) / 2;
        let corners = |row: u32, column: u32| row < 20 && column.abs_diff(60) > 20;

        assert_eq!(size(&framed(|row, column| head(row, column).then_some(240))), None);
        assert_eq!(size(&framed(|row, column| corners(row, column).then_some(240))), None);
    }

    #[test]
    fn what_covers_more_than_a_third_is_not_a_bar() {
        assert_eq!(size(&framed(|row, _| (row < 40).then_some(0))), None);
    }

    #[test]
    fn the_smallest_pictures_are_no_problem() {
        for (width, height) in [(1, 1), (1, 2), (2, 1), (3, 3), (1, 100), (100, 1)] {
            assert_eq!(trimmed(&Luma::new(width, height, vec![7; (width * height) as usize]).unwrap()), None);
        }
    }
}
