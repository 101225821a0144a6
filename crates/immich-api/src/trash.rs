//! Whether the server's trash keeps what is put there.

use crate::client::Client;
use crate::error::ApiError;
use crate::json::Json;
use crate::lenient::{boolean, integer, member};

/// What the administrator decided about the trash; `None` where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrashRule {
    /// Whether it is switched on.
    pub is_on: Option<bool>,
    /// After how many days assets in it are deleted for good.
    pub days: Option<u64>,
}

impl TrashRule {
    /// Whether an asset in the trash is still there the next day; what the server does not say is a no.
    pub fn keeps(self) -> bool {
        self.is_on == Some(true) && self.days.is_some_and(|days| days > 0)
    }
}

/// Asks for the rule as it is now.
pub(crate) fn rule(client: &Client) -> Result<TrashRule, ApiError> {
    let is_on = |answer: &Json<'_>| Some(boolean(member(answer, "trash")));
    let days = |answer: &Json<'_>| {
        Some(integer(member(answer, "trashDays")).and_then(|days| u64::try_from(days).ok()))
    };
    Ok(TrashRule {
        is_on: client.get("GET /server/features", "/server/features", is_on)?,
        days: client.get("GET /server/config", "/server/config", days)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trash_that_says_for_how_long_it_keeps_keeps() {
        let keeps = |is_on, days| TrashRule { is_on, days }.keeps();

        assert!(keeps(Some(true), Some(30)));
        assert!(!keeps(Some(true), Some(0)) && !keeps(Some(true), None));
        assert!(!keeps(Some(false), Some(30)) && !keeps(None, Some(30)));
    }
}
