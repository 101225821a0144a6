//! Reads a template, by the grammar of osxphotos.

use super::dates::{DateForm, is_form};
use super::field::{Field, NoField};
use super::filter::Filter;
use super::{Condition, Expression, Operator, Part, Statement, TemplateError};

/// Deeper than anybody nests fields in fields.
const DEEPEST: usize = 20;

/// Reads all of it.
pub(super) fn template(text: &str) -> Result<Statement, TemplateError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let statement = parser.statement()?;
    match parser.peek() {
        None => Ok(statement),
        Some('}') => Err(parser.wrong("a brace is closed that was not opened")),
        Some(_) => Err(parser.wrong("outside of braces write {comma} and {questionmark}")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    fn eat_while(&mut self, takes: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.find(|sign| !takes(sign)).map_or(rest, |end| &rest[..end]);
        self.at += taken.len();
        taken
    }

    fn wrong(&self, what: &'static str) -> TemplateError {
        TemplateError::Syntax { template: self.text.to_owned(), what, rest: self.rest().to_owned() }
    }

    /// Text and fields up to what ends them inside of braces.
    fn statement(&mut self) -> Result<Statement, TemplateError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("fields stand in fields too deep"));
        }
        let mut parts = Vec::new();
        loop {
            let text = self.eat_while(|sign| !matches!(sign, '{' | '}' | ',' | '?'));
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
            if !self.eat("{") {
                break;
            }
            parts.push(Part::Field(Box::new(self.expression()?)));
        }
        self.depth -= 1;
        Ok(parts)
    }

    /// What stands behind an opening brace, with the closing one.
    fn expression(&mut self) -> Result<Expression, TemplateError> {
        let join = self.join();
        let (name, field) = self.field()?;
        let argument = self.argument()?;
        let mut filters = Vec::new();
        while self.eat("|") {
            filters.push(self.filter()?);
        }
        let replace = self.replace()?;
        let condition = self.condition()?;
        let more = self.behind("&")?;
        let yes = self.behind("?")?;
        let default = self.behind(",")?;
        if !self.eat("}") {
            return Err(self.wrong("a brace is not closed, or this cannot stand in it"));
        }
        let expression =
            Expression { join, field, argument, filters, replace, condition, more, yes, default };
        self.check_form(name, &expression)?;
        Ok(expression)
    }

    /// Everything up to the last `+` in front of a name.
    fn join(&mut self) -> Option<String> {
        let rest = self.rest();
        let inside = rest.find(['{', '}']).map_or(rest, |end| &rest[..end]);
        let begins_name = |at: usize| {
            inside[at + 1..]
                .chars()
                .next()
                .is_some_and(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '%'))
        };
        let at = inside.char_indices().rfind(|(at, sign)| *sign == '+' && begins_name(*at))?.0;
        self.at += at + 1;
        Some(inside[..at].to_owned())
    }

    fn field(&mut self) -> Result<(&'t str, Field), TemplateError> {
        if self.peek() == Some('%') {
            return Err(self.wrong("variables are not offered here"));
        }
        let name = self.eat_while(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '.'));
        if name.is_empty() {
            return Err(self.wrong("the name of a field is missing"));
        }
        let (template, given) = (self.text.to_owned(), name.to_owned());
        let field = Field::of(name).map_err(|why| match why {
            NoField::Unknown => TemplateError::UnknownField { template, field: given },
            NoField::NotOffered(why) => TemplateError::NotOffered { template, field: given, why },
        })?;
        if self.peek() == Some(':') {
            return Err(self.wrong("a field takes nothing behind a colon here"));
        }
        Ok((name, field))
    }

    fn argument(&mut self) -> Result<Option<String>, TemplateError> {
        if !self.eat("(") {
            return Ok(None);
        }
        let argument = self.eat_while(|sign| !matches!(sign, '(' | ')' | '{' | '}'));
        if !self.eat(")") {
            return Err(self.wrong("a parenthesis is not closed"));
        }
        Ok(Some(argument.to_owned()).filter(|argument| !argument.is_empty()))
    }

    fn filter(&mut self) -> Result<Filter, TemplateError> {
        let begin = self.at;
        let name = self.eat_while(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '.' | ':' | '/'));
        let argument = if self.eat("(") {
            let argument = self.eat_while(|sign| sign != ')');
            if !self.eat(")") {
                return Err(self.wrong("a parenthesis is not closed"));
            }
            Some(argument)
        } else {
            None
        };
        let bare = name.split([':', '.']).next().unwrap_or(name);
        Filter::of(bare, argument).map_err(|what| TemplateError::Filter {
            template: self.text.to_owned(),
            filter: self.text[begin..self.at].to_owned(),
            what,
        })
    }

    fn replace(&mut self) -> Result<Vec<(String, String)>, TemplateError> {
        let mut pairs = Vec::new();
        if !self.eat("[") {
            return Ok(pairs);
        }
        loop {
            let pair = self.eat_while(|sign| !matches!(sign, '[' | ']' | '|'));
            // What is looked for may hold commas, what is put there may not.
            let Some((find, put)) = pair.rsplit_once(',') else {
                return Err(self.wrong("a replacement is written as [find,replace]"));
            };
            pairs.push((find.to_owned(), put.to_owned()));
            if self.eat("]") {
                return Ok(pairs);
            }
            if !self.eat("|") {
                return Err(self.wrong("a bracket is not closed"));
            }
        }
    }

    fn condition(&mut self) -> Result<Option<Condition>, TemplateError> {
        if self.eat_while(|sign| sign == ' ').is_empty() {
            return Ok(None);
        }
        let is_negated = self.eat("not ");
        let word = self.eat_while(|sign| sign.is_ascii_lowercase() || matches!(sign, '<' | '>' | '=' | '!'));
        let operator =
            Operator::of(word).ok_or_else(|| self.wrong("an operator such as `contains` is missing"))?;
        if self.eat_while(|sign| sign == ' ').is_empty() {
            return Err(self.wrong("a blank and a value are missing"));
        }
        let values = self.statement()?;
        Ok(Some(Condition { is_negated, operator, values }))
    }

    /// A statement behind a sign.
    fn behind(&mut self, sign: &str) -> Result<Option<Statement>, TemplateError> {
        if self.eat(sign) { self.statement().map(Some) } else { Ok(None) }
    }

    /// A form of dates is known to be one before anything is named by it.
    fn check_form(&self, name: &str, expression: &Expression) -> Result<(), TemplateError> {
        let (Field::Created(DateForm::Said) | Field::Modified(DateForm::Said)) = expression.field else {
            return Ok(());
        };
        let is_right = match expression.default.as_deref() {
            Some([Part::Text(form)]) => is_form(form),
            Some([_, ..]) => true,
            _ => false,
        };
        if is_right {
            return Ok(());
        }
        Err(TemplateError::Syntax {
            template: self.text.to_owned(),
            what: "behind the comma stands a form of dates, such as %Y-%m-%d;",
            rest: name.to_owned(),
        })
    }
}
