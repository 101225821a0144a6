//! A format string as the standard library reads it (`std::fmt`, syntax), taken apart.

use thiserror::Error;

/// A format string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// A part of a format string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself; never empty.
    Fixed(String),
    /// A place for a value.
    Hole(Hole),
}

/// A place for a value: `{name:spec}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// The name; of one without a name the number, counted from 0 as the standard library does.
    pub name: String,
    /// How the value is shown, without the colon; mostly empty.
    pub spec: String,
}

/// A brace that is not closed, or closes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a brace of the format string has no partner")]
pub struct NotATemplate;

impl Template {
    /// Reads a format string.
    pub fn parse(text: &str) -> Result<Self, NotATemplate> {
        let mut pieces = Vec::new();
        let (mut fixed, mut unnamed) = (String::new(), 0_usize);
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if letters.peek() == Some(&letter) => {
                    letters.next();
                    fixed.push(letter);
                }
                '{' => {
                    let mut inside = String::new();
                    loop {
                        match letters.next() {
                            Some('}') => break,
                            Some('{') | None => return Err(NotATemplate),
                            Some(letter) => inside.push(letter),
                        }
                    }
                    if !fixed.is_empty() {
                        pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
                    }
                    pieces.push(Piece::Hole(Hole::read(&inside, &mut unnamed)));
                }
                '}' => return Err(NotATemplate),
                _ => fixed.push(letter),
            }
        }
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed));
        }
        Ok(Self { pieces })
    }

    /// Its parts, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The places for values, sorted: two format strings that take the same values have the same.
    #[must_use]
    pub fn holes(&self) -> Vec<&Hole> {
        let mut holes: Vec<&Hole> = self.pieces.iter().filter_map(Piece::hole).collect();
        holes.sort();
        holes
    }

    /// Bytes of text that stand for themselves.
    #[must_use]
    pub fn fixed(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text().len()).sum()
    }

    /// What stands in the holes of a text that was made of this; `None` when it was not. Each value but the last is as short as
    /// it can be: taking the first place where the next piece fits never misses a way that there is.
    #[must_use]
    pub fn values<'t>(&self, text: &'t str) -> Option<Vec<(&Hole, &'t str)>> {
        let mut values = Vec::new();
        let mut rest = text;
        let mut open: Option<&Hole> = None;
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                // Two holes side by side: all goes to the second.
                Piece::Hole(hole) => values.extend(open.replace(hole).map(|before| (before, ""))),
                Piece::Fixed(fixed) => {
                    let is_last = at + 1 == self.pieces.len();
                    let start = match open {
                        None => rest.starts_with(fixed.as_str()).then_some(0)?,
                        Some(_) if is_last => rest.strip_suffix(fixed.as_str())?.len(),
                        Some(_) => rest.find(fixed.as_str())?,
                    };
                    values.extend(open.take().map(|hole| (hole, &rest[..start])));
                    rest = &rest[start + fixed.len()..];
                }
            }
        }
        match open {
            Some(hole) => values.push((hole, rest)),
            None if rest.is_empty() => {}
            None => return None,
        }
        Some(values)
    }
}

impl Piece {
    /// The text that stands for itself; empty for a hole.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Hole(_) => "",
        }
    }

    fn hole(&self) -> Option<&Hole> {
        match self {
            Self::Fixed(_) => None,
            Self::Hole(hole) => Some(hole),
        }
    }
}

impl Hole {
    fn read(inside: &str, unnamed: &mut usize) -> Self {
        let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
        let name = if name.trim().is_empty() {
            let number = unnamed.to_string();
            *unnamed += 1;
            number
        } else {
            name.trim().to_owned()
        };
        Self { name, spec: spec.trim().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, text: &str) -> Option<Vec<(String, String)>> {
        let template = Template::parse(template).unwrap();
        let found = template.values(text)?;
        Some(found.into_iter().map(|(hole, value)| (hole.name.clone(), value.to_owned())).collect())
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn holes_are_named_and_counted_as_the_standard_library_does() {
        let template = Template::parse("{} of {name:>8} and {1}{{}}").unwrap();

        let names: Vec<(&str, &str)> =
            template.holes().iter().map(|hole| (hole.name.as_str(), hole.spec.as_str())).collect();
        assert_eq!(names, [("0", ""), ("1", ""), ("name", ">8")]);
        assert_eq!(template.pieces().last(), Some(&Piece::Fixed("{}".to_owned())));
        assert_eq!(template.fixed(), " of  and {}".len());
        for wrong in ["{", "}", "a } b", "{a{b}", "{a"] {
            assert_eq!(Template::parse(wrong), Err(NotATemplate), "{wrong}");
        }
    }

    #[test]
    fn a_text_gives_its_values_back() {
        let template = "the config file `{}` cannot be read: {error}";
        let text = "the config file `/a: b` cannot be read: no such file";

        assert_eq!(values(template, text), Some(owned(&[("0", "/a: b"), ("error", "no such file")])));
        assert_eq!(values(template, "the config file `/a` is empty"), None);
        assert_eq!(values("{}: {}", "a: b: c"), Some(owned(&[("0", "a"), ("1", "b: c")])));
        assert_eq!(values("{} photos", "12 photos, no more photos").unwrap()[0].1, "12 photos, no more");
        assert_eq!(values("all", "all"), Some(Vec::new()));
        assert_eq!(values("{}{}", "ab"), Some(owned(&[("0", ""), ("1", "ab")])));
    }

    #[test]
    fn what_comes_last_is_looked_for_at_the_end() {
        assert_eq!(values("{} end", "the end of the end"), Some(owned(&[("0", "the end of the")])));
        assert_eq!(values("a {} end", "a end"), None);
        assert_eq!(values("{}, {}, {} end", &"a, ".repeat(5_000)), None);
    }
}
