//! Words for libraries of Apple Photos.

use clap::ValueEnum;
use sync_core::import::sources::apple::{BurstRule, EditedRule, PeopleRule};

/// What happens with an edited photo of a library of Apple Photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditedWord {
    /// The edited version is stacked on the original
    Stack,
    /// Only the original is sent
    Original,
    /// Only the edited version is sent, where there is one
    Edited,
    /// Both are sent, side by side
    Both,
}

impl From<EditedWord> for EditedRule {
    fn from(word: EditedWord) -> Self {
        match word {
            EditedWord::Stack => Self::Stack,
            EditedWord::Original => Self::Original,
            EditedWord::Edited => Self::Edited,
            EditedWord::Both => Self::Both,
        }
    }
}

/// What of a burst is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BurstWord {
    /// The pictures that Photos shows
    Selected,
    /// All pictures
    All,
}

impl From<BurstWord> for BurstRule {
    fn from(word: BurstWord) -> Self {
        match word {
            BurstWord::Selected => Self::Selected,
            BurstWord::All => Self::All,
        }
    }
}

/// How the names of people travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeopleWord {
    /// As tags, `People/Name`
    Tags,
    /// As face regions in a sidecar, for a server that imports faces
    Sidecar,
    /// As faces that are drawn on the server; people who are missing there are made (Immich 1.127 and newer)
    Faces,
    /// Not at all
    None,
}

impl From<PeopleWord> for PeopleRule {
    fn from(word: PeopleWord) -> Self {
        match word {
            PeopleWord::Tags => Self::Names,
            PeopleWord::Sidecar => Self::Sidecar,
            PeopleWord::Faces => Self::Faces,
            PeopleWord::None => Self::None,
        }
    }
}
