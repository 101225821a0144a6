//! Persons that Photos tells apart.

/// The place of a person in [`Library::persons`](crate::Library::persons).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub u32);

/// Somebody (or an animal) whose faces Photos put together. Most have no name; two may have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its name in this library.
    pub uuid: String,
    /// What the user calls them. None for faces that nobody has named.
    pub name: Option<String>,
    /// The short form of the name, if there is one.
    pub display_name: Option<String>,
    /// Whether the user marked them as a favourite.
    pub is_favourite: bool,
    /// Whether the user confirmed that it is them.
    pub is_verified: bool,
    /// In how many photos Photos counts them.
    pub face_count: u32,
    /// Whom the user said they are, when there were two of one. The faces of an asset name the other already.
    pub merged_into: Option<PersonId>,
}
