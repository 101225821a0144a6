//! Tests of the crate as a whole, with real photos, in one binary so that it links once.

#[cfg(test)]
mod copies;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod places;
