//! Why a template cannot be used.

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// Nothing is called so.
    #[error("`{template}`: there is no field `{{{field}}}`; docs/export.md lists all fields")]
    UnknownField {
        /// The template.
        template: String,
        /// The field.
        field: String,
    },

    /// osxphotos has it, and this program has not.
    #[error("`{template}`: the field `{{{field}}}` is not offered here: {why}")]
    NotOffered {
        /// The template.
        template: String,
        /// The field.
        field: String,
        /// Why.
        why: &'static str,
    },

    /// No filter is called so, or it does not take such a value.
    #[error("`{template}`: the filter `|{filter}` {what}")]
    Filter {
        /// The template.
        template: String,
        /// The filter, as it was written.
        filter: String,
        /// What is wrong.
        what: &'static str,
    },

    /// It is no template.
    #[error("`{template}`: {what} at `{rest}`")]
    Syntax {
        /// The template.
        template: String,
        /// What is wrong.
        what: &'static str,
        /// What stands from there on.
        rest: String,
    },
}
