//! Which photos have a tag, asked once for a whole undo.
//!
//! Only a search tells it for many photos, and it lists all that have the tag. To ask before each deed would list
//! 200,000 photos for every 250 that are taken back. What this undo itself changes is noted, so the answer stays true
//! as far as nobody else works on the same tag in these minutes; an order that comes too late for a photo does nothing.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use immich_api::{ApiError, AssetId, Reader, TagId};

use super::What;

/// Photos of a tag; `None` where the server cannot say.
pub(crate) type Photos = Option<Rc<BTreeSet<u128>>>;

/// What was heard of each tag, by its path.
#[derive(Debug, Default)]
pub(crate) struct Tagged(RefCell<HashMap<String, Photos>>);

impl Tagged {
    /// The photos with this tag, as they were heard of or are asked for now.
    pub(crate) fn photos(&self, reader: Reader<'_>, tag: &str, id: &TagId) -> Result<Photos, ApiError> {
        if let Some(known) = self.0.borrow().get(tag) {
            return Ok(known.clone());
        }
        let found = ask(reader, id)?;
        self.0.borrow_mut().insert(tag.to_owned(), found.clone());
        Ok(found)
    }

    /// A part of a deed was done. Without certainty (`is_sure`) the tag is asked for again.
    pub(crate) fn note(&self, what: &What, is_sure: bool) {
        let (tag, assets, has) = match what {
            What::Tag { tag, assets } => (tag, assets, true),
            What::Untag { tag, assets } => (tag, assets, false),
            _ => return,
        };
        let mut known = self.0.borrow_mut();
        if !is_sure {
            known.remove(tag);
            return;
        }
        let Some(Some(photos)) = known.get_mut(tag) else { return };
        let photos = Rc::make_mut(photos);
        for asset in assets {
            if has {
                photos.insert(asset.as_u128());
            } else {
                photos.remove(&asset.as_u128());
            }
        }
    }
}

/// The photos with a tag, right now.
pub(crate) fn ask(reader: Reader<'_>, id: &TagId) -> Result<Photos, ApiError> {
    let found = reader.tagged_assets(id)?;
    Ok(found.map(|assets| Rc::new(assets.iter().map(AssetId::as_u128).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn known(tagged: &Tagged, tag: &str) -> Option<Vec<u128>> {
        let photos = tagged.0.borrow().get(tag).cloned().flatten();
        photos.map(|photos| photos.iter().copied().collect())
    }

    #[test]
    fn what_was_done_is_noted_and_what_is_not_sure_is_forgotten() {
        let tagged = Tagged::default();
        let heard = Some(Rc::new([1, 2, 3].into()));
        tagged.0.borrow_mut().insert("a".to_owned(), heard);
        let (tag, other) = ("a".to_owned(), "b".to_owned());

        tagged.note(&What::Untag { tag: tag.clone(), assets: vec![photo(2)] }, true);
        tagged.note(&What::Tag { tag: tag.clone(), assets: vec![photo(9)] }, true);
        tagged.note(&What::Tag { tag: other, assets: vec![photo(7)] }, true);
        assert_eq!(known(&tagged, "a"), Some(vec![1, 3, 9]));
        assert_eq!(known(&tagged, "b"), None);

        tagged.note(&What::Untag { tag, assets: vec![photo(1)] }, false);
        assert_eq!(known(&tagged, "a"), None);
    }
}
