//! XMP sidecars: what a new one begins with, and one that never was a file.

use crate::base::Base;
use crate::edits::{Rules, plan_edits};
use crate::engine::Change;
use crate::fields::PhotoFields;
use crate::native;
use crate::regions::Frame;
use crate::source::Bytes;
use crate::structure::Container;

/// An XMP packet that says nothing yet; a writer adds to it (XMP part 1, section 7.3).
///
/// No byte order mark and no padding: a sidecar is rewritten as a whole.
pub fn new_sidecar_bytes() -> Vec<u8> {
    b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>\n\
      <x:xmpmeta xmlns:x='adobe:ns:meta/'>\n\
      <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n\
      </rdf:RDF>\n\
      </x:xmpmeta>\n\
      <?xpacket end='w'?>\n"
        .to_vec()
}

/// A sidecar that also says what is wanted, in memory; proved like any other new version. What the old one says and
/// nobody wants otherwise stays, foreign properties to the letter.
///
/// `None` for one that is not XMP or that the native code does not edit.
pub fn sidecar_with(old: &[u8], wanted: &PhotoFields) -> Option<Vec<u8>> {
    sidecar_beside(old, wanted, None)
}

/// The same beside a picture, which faces are placed in; without its frame they are left out.
pub fn sidecar_beside(old: &[u8], wanted: &PhotoFields, picture: Option<Frame>) -> Option<Vec<u8>> {
    let container = Container::Xmp;
    let tags = native::read(&Bytes(old), container).ok()?.with_frame(picture);
    let plan = plan_edits(wanted, &tags, &Base::default(), &Rules::default());
    if plan.edits.is_empty() {
        return Some(old.to_vec());
    }
    let change = Change { container, edits: plan.edits, iptc: None };
    native::proved_draft(&Bytes(old), &change).ok()?.forward().make(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Caption, Known, Position, RatingWish, Stars};
    use crate::structure::sniff;
    use crate::tag::Tag;
    use crate::time::CaptureTime;

    #[test]
    fn a_sidecar_in_memory_says_what_is_wanted_and_keeps_the_rest() {
        let wanted = PhotoFields {
            caption: Known::of(Caption::new("Zoë & \"Max\"\n<2>", 2000)),
            position: Known::of(Position::new(-33.5, 151.25, None)),
            rating: Known::of(Stars::new(4).map(RatingWish::Stars)),
            taken: CaptureTime::from_instant("2020-01-02T03:04:05Z".parse().unwrap(), Some("UTC+2")).ok(),
            ..PhotoFields::default()
        };

        let first = sidecar_with(&new_sidecar_bytes(), &wanted).unwrap();
        let second = sidecar_with(&first, &PhotoFields { rating: Known::Nothing, ..wanted.clone() }).unwrap();

        let tags = native::read(&Bytes(&first), Container::Xmp).unwrap();
        assert_eq!(tags.get(Tag::Description).unwrap().as_text(), "Zoë & \"Max\"\n<2>");
        assert_eq!(tags.get(Tag::Rating).unwrap().as_text(), "4");
        assert_eq!(sidecar_with(&first, &wanted).unwrap(), first, "nothing is left to say");
        assert_eq!(second, first, "what was there before stays");
        assert_eq!(sidecar_with(b"no XMP", &wanted), None);
    }

    #[test]
    fn a_new_sidecar_is_xmp() {
        assert_eq!(sniff(&new_sidecar_bytes()), Some(Container::Xmp));
    }
}
