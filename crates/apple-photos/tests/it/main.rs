//! The crate as others use it, in one binary so that it links once.

#[cfg(test)]
mod generated;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod places;
#[cfg(test)]
mod told;
#[cfg(test)]
mod untouched;
