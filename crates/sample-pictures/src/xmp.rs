//! XMP packets: either a text that the caller wrote to the letter, or one made from a few fields.
//!
//! The made packet uses the spelling of Adobe's tools: lists as elements, simple values as
//! attributes. A test of a merge writes its own text, because spelling is what it is about.

use std::fmt::Write as _;

use crate::md5::md5_hex;

/// A face or another thing, as the Metadata Working Group marks it: relative to the stored picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Who or what it is.
    pub name: String,
    /// `Face`, `Pet`, `Focus`, `BarCode`.
    pub kind: String,
    /// Centre, from 0 at the left to 1 at the right.
    pub x: f64,
    /// Centre, from 0 at the top to 1 at the bottom.
    pub y: f64,
    /// Share of the width.
    pub width: f64,
    /// Share of the height.
    pub height: f64,
}

/// What a made XMP packet says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Xmp {
    /// `dc:subject`.
    pub subjects: Vec<String>,
    /// `lr:hierarchicalSubject`, levels separated by `|`.
    pub hierarchical: Vec<String>,
    /// `digiKam:TagsList`, levels separated by `/`.
    pub tags_list: Vec<String>,
    /// `dc:description` in the default language.
    pub description: Option<String>,
    /// `dc:title` in the default language.
    pub title: Option<String>,
    /// `xmp:Rating`, -1 to 5.
    pub rating: Option<i8>,
    /// `xmp:Label`.
    pub label: Option<String>,
    /// `photoshop:DateCreated`, ISO 8601.
    pub date_created: Option<String>,
    /// `mwg-rs:RegionList`.
    pub regions: Vec<Region>,
    /// `mwg-rs:AppliedToDimensions` in pixels; 0 × 0 leaves it out.
    pub region_dimensions: (u32, u32),
    /// Properties of foreign tools, as RDF elements with their own `xmlns`.
    pub foreign: String,
    /// Spaces behind the packet's content, for later growth in place.
    pub padding: usize,
    attributes: String,
}

impl Xmp {
    /// A packet without any property.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a keyword.
    #[must_use]
    pub fn subject(mut self, text: impl Into<String>) -> Self {
        self.subjects.push(text.into());
        self
    }

    /// Adds a Lightroom keyword path: `Places|Berlin`.
    #[must_use]
    pub fn hierarchical(mut self, path: impl Into<String>) -> Self {
        self.hierarchical.push(path.into());
        self
    }

    /// Adds a digiKam keyword path: `Places/Berlin`.
    #[must_use]
    pub fn tags_list(mut self, path: impl Into<String>) -> Self {
        self.tags_list.push(path.into());
        self
    }

    /// Sets the caption.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the title.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.title = Some(text.into());
        self
    }

    /// Sets the stars, -1 to 5.
    #[must_use]
    pub fn rating(mut self, stars: i8) -> Self {
        self.rating = Some(stars);
        self
    }

    /// Sets the colour label.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Sets `photoshop:DateCreated`, ISO 8601.
    #[must_use]
    pub fn date_created(mut self, date: impl Into<String>) -> Self {
        self.date_created = Some(date.into());
        self
    }

    /// Adds a face: centre and size relative to the stored picture.
    #[must_use]
    pub fn face(mut self, name: impl Into<String>, x: f64, y: f64, width: f64, height: f64) -> Self {
        self.regions.push(Region { name: name.into(), kind: "Face".into(), x, y, width, height });
        self
    }

    /// Sets the size of the picture that the regions were drawn on.
    #[must_use]
    pub fn region_dimensions(mut self, width: u32, height: u32) -> Self {
        self.region_dimensions = (width, height);
        self
    }

    /// Adds RDF elements of another tool, as they are.
    #[must_use]
    pub fn foreign(mut self, elements: &str) -> Self {
        self.foreign.push_str(elements);
        self
    }

    /// Sets how many spaces follow the content.
    #[must_use]
    pub fn padding(mut self, spaces: usize) -> Self {
        self.padding = spaces;
        self
    }

    /// Says that so many bytes of video follow the picture, in both dialects of motion photos.
    pub(crate) fn announce_video(&mut self, length: usize) {
        let _ = write!(
            self.attributes,
            " xmlns:GCamera=\"http://ns.google.com/photos/1.0/camera/\" GCamera:MotionPhoto=\"1\" \
             GCamera:MotionPhotoVersion=\"1\" GCamera:MicroVideo=\"1\" GCamera:MicroVideoOffset=\"{length}\""
        );
        let item = |semantic: &str, mime: &str, length: usize| {
            format!(
                "<rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Mime=\"{mime}\" \
                 Item:Semantic=\"{semantic}\" Item:Length=\"{length}\" Item:Padding=\"0\"/></rdf:li>"
            )
        };
        let _ = write!(
            self.foreign,
            "<Container:Directory xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
             xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\"><rdf:Seq>{}{}</rdf:Seq>\
             </Container:Directory>",
            item("Primary", "image/jpeg", 0),
            item("MotionPhoto", "video/mp4", length),
        );
    }

    /// Says that the rest of the XMP stands in extension segments of this name.
    pub(crate) fn announce_extension(&mut self, guid: &str) {
        let _ = write!(
            self.attributes,
            " xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" xmpNote:HasExtendedXMP=\"{guid}\""
        );
    }

    /// The packet with its `xpacket` brackets.
    pub fn packet(&self) -> String {
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n{}\n{}<?xpacket end=\"w\"?>",
            self.document(),
            " ".repeat(self.padding),
        )
    }

    /// The document alone, as a sidecar holds it.
    pub fn document(&self) -> String {
        format!(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description rdf:about=\"\"{}>{}</rdf:Description></rdf:RDF></x:xmpmeta>",
            self.attribute_text(),
            self.element_text(),
        )
    }

    fn attribute_text(&self) -> String {
        let mut out = String::from(
            " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"",
        );
        if let Some(stars) = self.rating {
            let _ = write!(out, " xmp:Rating=\"{stars}\"");
        }
        if let Some(label) = &self.label {
            let _ = write!(out, " xmp:Label=\"{}\"", escaped(label));
        }
        if let Some(date) = &self.date_created {
            let _ = write!(
                out,
                " xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" photoshop:DateCreated=\"{}\"",
                escaped(date)
            );
        }
        out + &self.attributes
    }

    fn element_text(&self) -> String {
        let mut out = list("dc:subject", "", "Bag", &self.subjects);
        let lightroom = " xmlns:lr=\"http://ns.adobe.com/lightroom/1.0/\"";
        out += &list("lr:hierarchicalSubject", lightroom, "Bag", &self.hierarchical);
        out += &list(
            "digiKam:TagsList",
            " xmlns:digiKam=\"http://www.digikam.org/ns/1.0/\"",
            "Seq",
            &self.tags_list,
        );
        out += &default_language("dc:description", self.description.as_deref());
        out += &default_language("dc:title", self.title.as_deref());
        out += &self.region_text();
        out + &self.foreign
    }

    fn region_text(&self) -> String {
        if self.regions.is_empty() {
            return String::new();
        }
        let (width, height) = self.region_dimensions;
        let dimensions = if (width, height) == (0, 0) {
            String::new()
        } else {
            format!(
                "<mwg-rs:AppliedToDimensions stDim:w=\"{width}\" stDim:h=\"{height}\" stDim:unit=\"pixel\"/>"
            )
        };
        let items: String = self.regions.iter().map(region_item).collect();
        format!(
            "<mwg-rs:Regions xmlns:mwg-rs=\"http://www.metadataworkinggroup.com/schemas/regions/\" \
             xmlns:stArea=\"http://ns.adobe.com/xmp/sType/Area#\" \
             xmlns:stDim=\"http://ns.adobe.com/xap/1.0/sType/Dimensions#\" rdf:parseType=\"Resource\">\
             {dimensions}<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
        )
    }
}

fn region_item(region: &Region) -> String {
    format!(
        "<rdf:li><rdf:Description mwg-rs:Name=\"{}\" mwg-rs:Type=\"{}\"><mwg-rs:Area stArea:x=\"{}\" \
         stArea:y=\"{}\" stArea:w=\"{}\" stArea:h=\"{}\" stArea:unit=\"normalized\"/></rdf:Description></rdf:li>",
        escaped(&region.name),
        escaped(&region.kind),
        region.x,
        region.y,
        region.width,
        region.height,
    )
}

fn list(name: &str, declaration: &str, form: &str, values: &[String]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let items =
        values.iter().fold(String::new(), |items, value| items + "<rdf:li>" + &escaped(value) + "</rdf:li>");
    format!("<{name}{declaration}><rdf:{form}>{items}</rdf:{form}></{name}>")
}

fn default_language(name: &str, text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| {
        format!(
            "<{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></{name}>",
            escaped(text)
        )
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The packet of a picture: written by the caller to the letter, or made from fields.
#[derive(Debug, Clone, PartialEq)]
pub enum XmpPacket {
    /// These bytes, whatever they are.
    Exactly(Vec<u8>),
    /// Made when the picture is made.
    Made(Box<Xmp>),
}

impl From<&str> for XmpPacket {
    fn from(text: &str) -> Self {
        Self::Exactly(text.into())
    }
}

impl From<String> for XmpPacket {
    fn from(text: String) -> Self {
        Self::Exactly(text.into())
    }
}

impl From<Vec<u8>> for XmpPacket {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Exactly(bytes)
    }
}

impl From<Xmp> for XmpPacket {
    fn from(fields: Xmp) -> Self {
        Self::Made(Box::new(fields))
    }
}

/// The name under which a main packet announces this extended XMP: its MD5 in hexadecimal digits.
pub fn extended_xmp_guid(extended: &str) -> String {
    md5_hex(extended.as_bytes())
}
