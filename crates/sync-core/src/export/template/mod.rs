//! Templates for names of folders and files, in the language that users of osxphotos know.
//!
//! A template is text with fields in braces: `{created.year}/{created.mm}`. A field may join its values, filter them,
//! replace in them, ask a question of them, and say what stands there when there is none:
//!
//! ```text
//! {JOIN+field(separator)|filter[find,replace] not contains a|b&more?yes,default}
//! ```
//!
//! A field with several values (albums, keywords) makes several results. A field without any gives `_`, or the default.
//! What this is: the part of the language whose results stay the same from run to run, with the same results. Fields
//! that would not (`{counter}`, `{today}`), that the reader does not have, or that run programs are refused by name,
//! before anything is written.

mod dates;
mod error;
mod field;
mod filter;
mod parse;
mod place;
mod render;
mod subject;

pub use error::TemplateError;
pub use subject::Subject;

use field::Field;
use filter::Filter;

/// A template that was read and understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    text: String,
    statement: Statement,
}

/// What a template makes, which decides how values are made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// The path of a folder: `/` in the template, and between folders of `{folder_album}`, divides.
    Folder,
    /// The name of a file without its ending: nothing divides.
    Name,
}

/// Text and fields, one after the other.
type Statement = Vec<Part>;

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Field(Box<Expression>),
}

/// A field with everything that may stand in its braces.
#[derive(Debug, Clone, PartialEq)]
struct Expression {
    /// What its values are joined by.
    join: Option<String>,
    field: Field,
    /// What stands between folders.
    argument: Option<String>,
    filters: Vec<Filter>,
    replace: Vec<(String, String)>,
    condition: Option<Condition>,
    more: Option<Statement>,
    yes: Option<Statement>,
    default: Option<Statement>,
}

/// A question about the values of a field.
#[derive(Debug, Clone, PartialEq)]
struct Condition {
    is_negated: bool,
    operator: Operator,
    values: Statement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Contains,
    Matches,
    StartsWith,
    EndsWith,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
    Equal,
    Unequal,
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self { text: text.to_owned(), statement: parse::template(text)? })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All results for an asset; more than one where a field has several values, never none.
    pub fn render(&self, subject: &Subject<'_>, makes: Makes) -> Vec<String> {
        render::statement(&self.statement, subject, makes)
    }
}

#[cfg(test)]
mod tests;
