//! The crate as others use it, in one binary so that it links once.

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod places;
#[cfg(test)]
mod told;
