//! Namespaces, as they are recognised: by address, with the slips that programs make in addresses.
//!
//! Prefixes mean nothing in XML. Addresses are compared as ExifTool compares them, since what it reads is what is
//! remembered of a file: one `/` too many or too few at the end is forgiven (Nikon and Microsoft disagree about that),
//! and so is another version number. An unknown namespace keeps the first prefix that the packet gives it.

use std::sync::Arc;

/// A namespace that a document declares.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Space {
    /// The address as it stands.
    pub(super) address: String,
    /// The prefix that is used for it everywhere, if it is a known one.
    pub(super) known: Option<&'static str>,
}

/// Attributes without a prefix, and elements where no default is declared.
pub(super) const NONE: &str = "";

/// The namespace of declarations.
pub(super) const XMLNS: &str = "xmlns";

impl Space {
    pub(super) fn new(address: &str) -> Arc<Self> {
        Arc::new(Self { address: address.to_owned(), known: known(address) })
    }

    /// One of those that are never declared.
    pub(super) fn fixed(prefix: &'static str) -> Arc<Self> {
        let known = if prefix == NONE { None } else { Some(prefix) };
        Arc::new(Self { address: prefix.to_owned(), known })
    }

    /// The address without what programs disagree about.
    pub(super) fn plain(&self) -> &str {
        self.address.trim_end_matches(['/', '#'])
    }
}

/// The address that a known prefix is declared with.
pub(super) fn address_of(prefix: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == prefix).map(|(_, address)| *address)
}

/// What ExifTool calls the group of a known prefix.
pub(super) fn group_of(prefix: &str) -> &str {
    match prefix {
        "Iptc4xmpCore" => "iptcCore",
        "Iptc4xmpExt" => "iptcExt",
        "MicrosoftPhoto" => "microsoft",
        "GettyImagesGIFT" => "getty",
        "hdr_metadata" => "hdr",
        other => other,
    }
}

fn known(address: &str) -> Option<&'static str> {
    exactly(address).or_else(|| exactly(&slipped(address))).or_else(|| another_version(address))
}

fn exactly(address: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(_, known)| *known == address).map(|(prefix, _)| *prefix)
}

fn slipped(address: &str) -> String {
    match address.strip_suffix('/') {
        Some(without) => without.to_owned(),
        None => format!("{address}/"),
    }
}

/// The only one that differs in nothing but the first version number. Of several, the first: which one ExifTool takes
/// is chance.
fn another_version(address: &str) -> Option<&'static str> {
    let (before, behind) = around_version(address)?;
    let same = |known: &str| around_version(known).is_some_and(|(b, e)| b == before && e == behind);
    KNOWN.iter().find(|(_, known)| same(known)).map(|(prefix, _)| *prefix)
}

/// What stands before and behind the first `/1.0`.
fn around_version(address: &str) -> Option<(&str, &str)> {
    address.match_indices('/').find_map(|(at, _)| {
        let rest = digits(&address[at + 1..])?.strip_prefix('.')?;
        let rest = digits(rest)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((&address[..at], rest))
    })
}

/// Behind at least one digit.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// Prefixes and addresses that ExifTool 13.59 knows (`%nsURI` in `XMP.pm`).
const KNOWN: [(&str, &str); 98] = [
    ("DICOM", "http://ns.adobe.com/DICOM/"),
    ("Device", "http://ns.google.com/photos/dd/1.0/device/"),
    ("GAudio", "http://ns.google.com/photos/1.0/audio/"),
    ("GCamera", "http://ns.google.com/photos/1.0/camera/"),
    ("GContainer", "http://ns.google.com/photos/1.0/container/"),
    ("GCreations", "http://ns.google.com/photos/1.0/creations/"),
    ("GDepth", "http://ns.google.com/photos/1.0/depthmap/"),
    ("GFocus", "http://ns.google.com/photos/1.0/focus/"),
    ("GImage", "http://ns.google.com/photos/1.0/image/"),
    ("GPano", "http://ns.google.com/photos/1.0/panorama/"),
    ("GSpherical", "http://ns.google.com/videos/1.0/spherical/"),
    ("GettyImagesGIFT", "http://xmp.gettyimages.com/gift/1.0/"),
    ("HDRGainMap", "http://ns.apple.com/HDRGainMap/1.0/"),
    ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("LImage", "http://ns.leiainc.com/photos/1.0/image/"),
    ("MP", "http://ns.microsoft.com/photo/1.2/"),
    ("MP1", "http://ns.microsoft.com/photo/1.1"),
    ("MPRI", "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"),
    ("MPReg", "http://ns.microsoft.com/photo/1.2/t/Region#"),
    ("MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0"),
    ("Profile", "http://ns.google.com/photos/dd/1.0/profile/"),
    ("aas", "http://ns.apple.com/adjustment-settings/1.0/"),
    ("acdsee", "http://ns.acdsee.com/iptc/1.0/"),
    ("acdsee-rs", "http://ns.acdsee.com/regions/"),
    ("album", "http://ns.adobe.com/album/1.0/"),
    ("apdi", "http://ns.apple.com/pixeldatainfo/1.0/"),
    ("apple-fi", "http://ns.apple.com/faceinfo/1.0/"),
    ("ast", "http://ns.nikon.com/asteroid/1.0/"),
    ("aux", "http://ns.adobe.com/exif/1.0/aux/"),
    ("cc", "http://creativecommons.org/ns#"),
    ("cell", "http://developer.sonyericsson.com/cell/1.0/"),
    ("crd", "http://ns.adobe.com/camera-raw-defaults/1.0/"),
    ("creatorAtom", "http://ns.adobe.com/creatorAtom/1.0/"),
    ("crlcp", "http://ns.adobe.com/camera-raw-embedded-lens-profile/1.0/"),
    ("crs", "http://ns.adobe.com/camera-raw-settings/1.0/"),
    ("crss", "http://ns.adobe.com/camera-raw-saved-settings/1.0/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dex", "http://ns.optimasc.com/dex/1.0/"),
    ("digiKam", "http://www.digikam.org/ns/1.0/"),
    ("drone-dji", "http://www.dji.com/drone-dji/1.0/"),
    ("dwc", "http://rs.tdwg.org/dwc/index.htm"),
    ("et", "http://ns.exiftool.org/1.0/"),
    ("exif", "http://ns.adobe.com/exif/1.0/"),
    ("exifEX", "http://cipa.jp/exif/1.0/"),
    ("expressionmedia", "http://ns.microsoft.com/expressionmedia/1.0/"),
    ("extensis", "http://ns.extensis.com/extensis/1.0/"),
    ("fpv", "http://ns.fastpictureviewer.com/fpv/1.0/"),
    ("hdr_metadata", "http://ns.adobe.com/hdr-metadata/1.0/"),
    ("hdrgm", "http://ns.adobe.com/hdr-gain-map/1.0/"),
    ("iX", "http://ns.adobe.com/iX/1.0/"),
    ("ics", "http://ns.idimager.com/ics/1.0/"),
    ("lr", "http://ns.adobe.com/lightroom/1.0/"),
    ("mediapro", "http://ns.iview-multimedia.com/mediapro/1.0/"),
    ("mwg-coll", "http://www.metadataworkinggroup.com/schemas/collections/"),
    ("mwg-kw", "http://www.metadataworkinggroup.com/schemas/keywords/"),
    ("mwg-rs", "http://www.metadataworkinggroup.com/schemas/regions/"),
    ("nine", "http://ns.nikon.com/nine/1.0/"),
    ("panorama", "http://ns.adobe.com/photoshop/1.0/panorama-profile"),
    ("pdf", "http://ns.adobe.com/pdf/1.3/"),
    ("pdfx", "http://ns.adobe.com/pdfx/1.3/"),
    ("photomechanic", "http://ns.camerabits.com/photomechanic/1.0/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("plus", "http://ns.useplus.org/ldf/xmp/1.0/"),
    ("pmi", "http://prismstandard.org/namespaces/pmi/2.2/"),
    ("prism", "http://prismstandard.org/namespaces/basic/2.0/"),
    ("prl", "http://prismstandard.org/namespaces/prl/2.1/"),
    ("prm", "http://prismstandard.org/namespaces/prm/3.0/"),
    ("pur", "http://prismstandard.org/namespaces/prismusagerights/2.1/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("sdc", "http://ns.nikon.com/sdc/1.0/"),
    ("seal", "http://ns.seal/2024/1.0/"),
    ("stArea", "http://ns.adobe.com/xmp/sType/Area#"),
    ("stCamera", "http://ns.adobe.com/photoshop/1.0/camera-profile"),
    ("stDim", "http://ns.adobe.com/xap/1.0/sType/Dimensions#"),
    ("stEvt", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"),
    ("stFnt", "http://ns.adobe.com/xap/1.0/sType/Font#"),
    ("stJob", "http://ns.adobe.com/xap/1.0/sType/Job#"),
    ("stMfs", "http://ns.adobe.com/xap/1.0/sType/ManifestItem#"),
    ("stRef", "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"),
    ("stVer", "http://ns.adobe.com/xap/1.0/sType/Version#"),
    ("svg", "http://www.w3.org/2000/svg"),
    ("swf", "http://ns.adobe.com/swf/1.0/"),
    ("tiff", "http://ns.adobe.com/tiff/1.0/"),
    ("x", "adobe:ns:meta/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpBJ", "http://ns.adobe.com/xap/1.0/bj/"),
    ("xmpDM", "http://ns.adobe.com/xmp/1.0/DynamicMedia/"),
    ("xmpDSA", "http://leica-camera.com/digital-shift-assistant/1.0/"),
    ("xmpG", "http://ns.adobe.com/xap/1.0/g/"),
    ("xmpGImg", "http://ns.adobe.com/xap/1.0/g/img/"),
    ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
    ("xmpNote", "http://ns.adobe.com/xmp/note/"),
    ("xmpPLUS", "http://ns.adobe.com/xap/1.0/PLUS/"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
    ("xmpTPg", "http://ns.adobe.com/xap/1.0/t/pg/"),
    ("xmpidq", "http://ns.adobe.com/xmp/Identifier/qual/1.0/"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_slip_or_another_version() {
        assert_eq!(known("http://ns.adobe.com/xap/1.0/"), Some("xmp"));
        assert_eq!(known("http://ns.adobe.com/xap/1.0"), Some("xmp"));
        assert_eq!(known("http://ns.adobe.com/xap/2.13/"), Some("xmp"));
        assert_eq!(known("http://ns.microsoft.com/photo/1.0/"), Some("MicrosoftPhoto"));
        assert_eq!(known("http://ns.adobe.com/xap/1.0/mm/"), Some("xmpMM"));
        assert_eq!(known("http://ns.adobe.com/xap/1.x/"), None);
        assert_eq!(known("http://acme.example/1.0/"), None);
    }
}
