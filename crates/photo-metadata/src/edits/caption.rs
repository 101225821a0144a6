//! The caption, in every place that a reader may look at first.
//!
//! Immich and digiKam read EXIF ImageDescription before XMP, so a caption written to XMP alone comes
//! back as the old one (a measured mistake of other tools).

use super::{Datum, Draft};
use crate::fields::{Caption, Known};
use crate::structure::Container;
use crate::tag::Tag;
use crate::text::cut_to_bytes;
use crate::value::Value;

/// Bytes of an IPTC caption (IIM 4.2, dataset 2:120).
const IPTC_CAPTION_BYTES: usize = 2000;

/// Where a caption may stand, the place that readers look at first in front.
const PLACES: [Tag; 5] = [
    Tag::ImageDescription,
    Tag::XmpImageDescription,
    Tag::Description,
    Tag::IptcCaption,
    Tag::KeysDescription,
];

pub(super) fn plan(caption: &Known<Caption>, draft: &mut Draft<'_>) {
    match caption {
        Known::Unknown => {}
        Known::Nothing => draft.take_back(&PLACES),
        Known::Is(caption) => {
            let agreed = draft.base.agreed.caption.as_deref() == Some(caption.text());
            if draft.server_wins(Datum::Caption, &PLACES, agreed, |tag, value| is_said(tag, value, caption)) {
                everywhere(caption, draft);
            }
        }
    }
}

fn is_said(tag: Tag, value: &Value, caption: &Caption) -> bool {
    let short = cut_to_bytes(caption.text(), IPTC_CAPTION_BYTES);
    caption.is_said_by(value.as_text()) || (tag == Tag::IptcCaption && value.as_text().trim() == short.trim())
}

fn everywhere(caption: &Caption, draft: &mut Draft<'_>) {
    let container = draft.container();
    say(draft, Tag::Description, caption);
    if container.is_exif_first() || draft.has(Tag::ImageDescription) {
        say(draft, Tag::ImageDescription, caption);
    }
    // Immich reads this one first in a sidecar.
    if container == Container::Xmp || draft.has(Tag::XmpImageDescription) {
        say(draft, Tag::XmpImageDescription, caption);
    }
    if container.is_quicktime() {
        say(draft, Tag::KeysDescription, caption);
    }
    if draft.file.has_iptc() {
        let short = cut_to_bytes(caption.text(), IPTC_CAPTION_BYTES);
        let said = draft.current(Tag::IptcCaption);
        if !said.is_some_and(|value| is_said(Tag::IptcCaption, value, caption)) {
            draft.set(Tag::IptcCaption, Value::text(short));
        }
    }
}

fn say(draft: &mut Draft<'_>, tag: Tag, caption: &Caption) {
    if !draft.current(tag).is_some_and(|value| caption.is_said_by(value.as_text())) {
        draft.set(tag, Value::text(caption.text()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use crate::fields::{Caption, Known, PhotoFields};
    use crate::structure::Container;
    use crate::tag::Tag;

    fn caption(text: &str) -> PhotoFields {
        PhotoFields { caption: Known::of(Caption::new(text, 2000)), ..PhotoFields::default() }
    }

    #[test]
    fn mistake_06_an_exif_description_is_brought_along() {
        let photo = file(Container::Jpeg, &[(Tag::ImageDescription, "OLYMPUS DIGITAL CAMERA")]);

        let changes = changes(&caption("At the lake"), &photo);

        assert_eq!(changes, ["XMP-dc:Description=At the lake", "IFD0:ImageDescription=At the lake"]);
    }

    #[test]
    fn a_png_gets_exif_only_where_it_has_it() {
        let plain = file(Container::Png, &[]);
        let with_exif = file(Container::Png, &[(Tag::ImageDescription, "old")]);

        assert_eq!(changes(&caption("new"), &plain), ["XMP-dc:Description=new"]);
        assert_eq!(changes(&caption("new"), &with_exif).len(), 2);
    }

    #[test]
    fn blanks_around_are_no_difference() {
        let photo = file(Container::Jpeg, &[(Tag::ImageDescription, "new  "), (Tag::Description, "new")]);

        assert!(changes(&caption(" new"), &photo).is_empty());
    }

    #[test]
    fn an_iptc_caption_is_cut_to_its_bytes() {
        let photo = file(Container::Jpeg, &[(Tag::IptcCaption, "old")]);
        let long = "ä".repeat(1500);

        let changes = changes(&caption(&long), &photo);

        assert_eq!(changes[2], format!("IPTC:Caption-Abstract={}", "ä".repeat(1000)));
    }
}
