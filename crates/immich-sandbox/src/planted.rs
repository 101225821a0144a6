//! Pictures that are planted in the server without a file on disk: bytes, or a recipe for them.

use std::{fmt, sync::Arc};

/// Makes the bytes of a picture from its number. The same number must give the same bytes.
pub type PictureMaker = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// The bytes of a picture, kept or made when asked for.
#[derive(Clone)]
pub(crate) enum Planted {
    Bytes(Arc<[u8]>),
    Made(PictureMaker, u64),
}

impl Planted {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Made(make, number) => make(*number),
        }
    }
}

impl fmt::Debug for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(&bytes.len()).finish(),
            Self::Made(_, number) => f.debug_tuple("Made").field(number).finish(),
        }
    }
}
