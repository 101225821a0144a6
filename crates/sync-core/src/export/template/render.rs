//! What a template says of an asset.

use super::dates::DateForm;
use super::{Condition, Expression, Field, Makes, Operator, Part, Statement, Subject};

/// What stands where a field has no value.
const NONE: &str = "_";

/// More results than any photo has folders; what multiplies beyond is left out.
const MOST: usize = 1000;

/// Every way in which the values go together.
pub(super) fn statement(statement: &Statement, subject: &Subject<'_>, makes: Makes) -> Vec<String> {
    let mut results = vec![String::new()];
    for part in statement {
        match part {
            Part::Text(text) => results.iter_mut().for_each(|result| result.push_str(text)),
            Part::Field(field) => {
                let values = values(field, subject, makes);
                if values.is_empty() {
                    continue;
                }
                let all = values
                    .iter()
                    .flat_map(|value| results.iter().map(move |result| format!("{result}{value}")));
                results = all.take(MOST).collect();
            }
        }
    }
    results
}

fn values(expression: &Expression, subject: &Subject<'_>, makes: Makes) -> Vec<String> {
    let render = |of: &Option<Statement>| of.as_ref().map(|of| statement(of, subject, makes));
    let default = render(&expression.default).unwrap_or_default();
    let mut values = subject.values(&expression.field, expression.argument.as_deref(), &default, makes);
    values.retain(|value| !value.is_empty());
    if let Some(join) = &expression.join
        && !values.is_empty()
    {
        values = vec![values.join(join)];
    }
    for filter in &expression.filters {
        values = filter.apply(values);
    }
    for value in &mut values {
        for (find, put) in expression.replace.iter().filter(|(find, _)| !find.is_empty()) {
            *value = value.replace(find.as_str(), put);
        }
    }
    if let Some(condition) = &expression.condition {
        let wanted = statement(&condition.values, subject, makes);
        values = if condition.holds(&values, &wanted) { vec!["True".to_owned()] } else { Vec::new() };
    }
    if let Some(more) = render(&expression.more) {
        values.extend(more.into_iter().filter(|value| !value.is_empty()));
    }
    match render(&expression.yes) {
        Some(yes) => {
            if values.is_empty() {
                default
            } else {
                yes
            }
        }
        None if !values.is_empty() => values,
        None if default.is_empty() => vec![NONE.to_owned()],
        // The form of a date is no date.
        None if matches!(
            expression.field,
            Field::Created(DateForm::Said) | Field::Modified(DateForm::Said)
        ) =>
        {
            vec![NONE.to_owned()]
        }
        None => default,
    }
}

impl Condition {
    fn holds(&self, values: &[String], wanted: &[String]) -> bool {
        let is_so = match self.operator {
            Operator::Equal | Operator::Unequal => {
                let sorted = |list: &[String]| {
                    let mut list = list.to_vec();
                    list.sort();
                    list
                };
                (sorted(values) == sorted(wanted)) == (self.operator == Operator::Equal)
            }
            operator => wanted
                .iter()
                .flat_map(|wanted| wanted.split('|'))
                .any(|wanted| values.iter().any(|value| operator.holds(value, wanted))),
        };
        is_so != self.is_negated
    }
}
