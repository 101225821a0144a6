//! Filters: what is done with the values of a field, one filter after the other.

use super::Operator;

/// A filter with what stands in its parentheses.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Lower,
    Upper,
    Strip,
    TitleCase,
    Capitalize,
    /// Put between these two.
    Around(&'static str, &'static str),
    Split(String),
    AutoSplit,
    Chop(usize),
    Chomp(usize),
    Sort,
    SortDown,
    Reverse,
    Unique,
    Join(String),
    Append(String),
    Prepend(String),
    AppendEach(String),
    PrependEach(String),
    Remove(String),
    Slice(Slice),
    SliceEach(Slice),
    Only {
        is_negated: bool,
        operator: Operator,
        value: String,
    },
}

/// From, to and by which step, as Python counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    from: Option<i64>,
    to: Option<i64>,
    step: i64,
}

const NEEDS: &str = "needs a value in parentheses";
const NUMBER: &str = "needs a number in parentheses";

impl Filter {
    /// The filter of this name; what is wrong otherwise.
    pub(super) fn of(name: &str, argument: Option<&str>) -> Result<Self, &'static str> {
        let text = || argument.filter(|text| !text.is_empty()).map(str::to_owned).ok_or(NEEDS);
        let number = || text()?.parse::<usize>().map_err(|_| NUMBER);
        Ok(match name {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "strip" => Self::Strip,
            "titlecase" => Self::TitleCase,
            "capitalize" => Self::Capitalize,
            "braces" => Self::Around("{", "}"),
            "parens" => Self::Around("(", ")"),
            "brackets" => Self::Around("[", "]"),
            "split" => Self::Split(text()?),
            "autosplit" => Self::AutoSplit,
            "chop" => Self::Chop(number()?),
            "chomp" => Self::Chomp(number()?),
            "sort" => Self::Sort,
            "rsort" => Self::SortDown,
            "reverse" => Self::Reverse,
            "uniq" => Self::Unique,
            "join" => Self::Join(argument.unwrap_or_default().to_owned()),
            "append" => Self::Append(text()?),
            "prepend" => Self::Prepend(text()?),
            "appends" => Self::AppendEach(text()?),
            "prepends" => Self::PrependEach(text()?),
            "remove" => Self::Remove(text()?),
            "slice" => Self::Slice(Slice::of(&text()?).ok_or("needs numbers such as 1:3")?),
            "sslice" => Self::SliceEach(Slice::of(&text()?).ok_or("needs numbers such as 1:3")?),
            "filter" => only(&text()?).ok_or("needs a question such as `contains Events`")?,
            "shell_quote" | "function" | "path" | "int" | "float" => {
                return Err("is not offered here; docs/export.md lists all filters");
            }
            _ => return Err("is unknown; docs/export.md lists all filters"),
        })
    }

    /// Does it.
    pub(super) fn apply(&self, mut values: Vec<String>) -> Vec<String> {
        match self {
            Self::Split(at) => {
                values.iter().flat_map(|value| value.split(at.as_str())).map(str::to_owned).collect()
            }
            Self::AutoSplit => {
                let is_border = |sign: char| sign == ',' || sign == ';' || sign.is_whitespace();
                let parts = values.iter().flat_map(|value| value.split(is_border));
                parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
            Self::Unique => unique(values),
            Self::Join(by) => vec![values.join(by)],
            Self::Slice(slice) => slice.of_list(&values),
            Self::Only { is_negated, operator, value: wanted } => {
                let wanted: Vec<&str> = wanted.split('|').collect();
                values
                    .retain(|value| wanted.iter().any(|wanted| operator.holds(value, wanted)) != *is_negated);
                values
            }
            in_place => {
                in_place.change_list(&mut values);
                for value in &mut values {
                    in_place.change(value);
                }
                values
            }
        }
    }

    /// What changes the list and none of its values.
    fn change_list(&self, values: &mut Vec<String>) {
        match self {
            Self::Sort => values.sort(),
            Self::SortDown => values.sort_by(|one, other| other.cmp(one)),
            Self::Reverse => values.reverse(),
            Self::Append(text) => values.push(text.clone()),
            Self::Prepend(text) => values.insert(0, text.clone()),
            Self::Remove(text) => values.retain(|value| value != text),
            _ => {}
        }
    }

    /// What changes each value by itself.
    fn change(&self, value: &mut String) {
        *value = match self {
            Self::Lower => value.to_lowercase(),
            Self::Upper => value.to_uppercase(),
            Self::Strip => value.trim().to_owned(),
            Self::TitleCase => title_case(value),
            Self::Capitalize => capitalized(value),
            Self::Around(before, after) => format!("{before}{value}{after}"),
            Self::Chop(count) => value.chars().take(value.chars().count().saturating_sub(*count)).collect(),
            Self::Chomp(count) => value.chars().skip(*count).collect(),
            Self::AppendEach(text) => format!("{value}{text}"),
            Self::PrependEach(text) => format!("{text}{value}"),
            Self::SliceEach(slice) => {
                let signs: Vec<char> = value.chars().collect();
                slice.of_list(&signs).into_iter().collect()
            }
            _ => return,
        };
    }
}

fn unique(values: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// `not contains a|b` as a filter.
fn only(text: &str) -> Option<Filter> {
    let (is_negated, text) = match text.strip_prefix("not ") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let (word, value) = text.split_once(' ')?;
    let operator = Operator::of(word)?;
    Some(Filter::Only { is_negated, operator, value: value.trim_start().to_owned() })
}

fn capitalized(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(|sign| sign.to_uppercase().to_string());
    first.unwrap_or_default() + &signs.as_str().to_lowercase()
}

/// The first letter of each word large, the others small; a word begins behind anything that is no letter.
fn title_case(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut is_inside = false;
    for sign in text.chars() {
        if is_inside {
            result.extend(sign.to_lowercase());
        } else {
            result.extend(sign.to_uppercase());
        }
        is_inside = sign.is_alphabetic();
    }
    result
}

impl Slice {
    fn of(text: &str) -> Option<Self> {
        let number = |part: Option<&str>| match part.map(str::trim) {
            None | Some("") => Some(None),
            Some(part) => part.parse::<i64>().ok().map(Some),
        };
        let mut parts = text.split(':');
        let (first, second, third) = (parts.next(), parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        // `slice(2)` is `[:2]`, as in Python.
        let (from, to) =
            if second.is_none() { (None, number(first)?) } else { (number(first)?, number(second)?) };
        let step = number(third)?.unwrap_or(1);
        (step != 0).then_some(Self { from, to, step })
    }

    fn of_list<T: Clone>(self, list: &[T]) -> Vec<T> {
        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
        let (low, high) = if self.step > 0 { (0, length) } else { (-1, length - 1) };
        let place = |at: i64| (if at < 0 { at.saturating_add(length) } else { at }).clamp(low, high);
        let (from, to) = if self.step > 0 {
            (self.from.map_or(0, place), self.to.map_or(length, place))
        } else {
            (self.from.map_or(high, place), self.to.map_or(low, place))
        };
        let mut kept = Vec::new();
        let mut at = from;
        while if self.step > 0 { at < to } else { at > to } {
            kept.extend(usize::try_from(at).ok().and_then(|at| list.get(at)).cloned());
            at = at.saturating_add(self.step);
        }
        kept
    }
}

impl Operator {
    /// The operator that is written so.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "contains" => Self::Contains,
            "matches" => Self::Matches,
            "startswith" => Self::StartsWith,
            "endswith" => Self::EndsWith,
            "<=" => Self::LessOrEqual,
            ">=" => Self::GreaterOrEqual,
            "<" => Self::Less,
            ">" => Self::Greater,
            "==" => Self::Equal,
            "!=" => Self::Unequal,
            _ => return None,
        })
    }

    /// Whether it holds between a value and another. Numbers are compared as numbers; what is none is neither more nor less.
    pub(super) fn holds(self, value: &str, wanted: &str) -> bool {
        let order = || {
            let (one, other) = (value.trim().parse::<f64>().ok()?, wanted.trim().parse::<f64>().ok()?);
            one.partial_cmp(&other)
        };
        match self {
            Self::Contains => value.contains(wanted),
            Self::Matches | Self::Equal => value == wanted,
            Self::Unequal => value != wanted,
            Self::StartsWith => value.starts_with(wanted),
            Self::EndsWith => value.ends_with(wanted),
            Self::Less => order().is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEqual => order().is_some_and(std::cmp::Ordering::is_le),
            Self::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEqual => order().is_some_and(std::cmp::Ordering::is_ge),
        }
    }
}
