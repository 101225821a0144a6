//! IPTC data: keywords and a caption in the form of the 1990s, inside a Photoshop resource block.
//!
//! The trap is the character set. Only record 1:90 says that the text is UTF-8; without it the
//! bytes may be Latin-1, or UTF-8 all the same, and readers guess differently. All three can be
//! made here. The other trap is the digest: Photoshop trusts XMP over IPTC when it fits.

use crate::md5::md5;

/// In which bytes the texts are written, and whether the block says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// UTF-8, with record 1:90 saying so.
    #[default]
    Utf8Marked,
    /// Latin-1 without a mark; what Latin-1 lacks becomes `?`.
    Unmarked,
    /// UTF-8 without a mark.
    Utf8Unmarked,
}

/// The resource 0x0425, by which a reader sees whether IPTC was changed behind Photoshop's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// No such resource.
    #[default]
    Absent,
    /// The MD5 of the IPTC data.
    Right,
    /// A digest of something else.
    Stale,
}

/// What the IPTC data of a picture says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Iptc {
    /// 2:25, one record each.
    pub keywords: Vec<String>,
    /// 2:120.
    pub caption: Option<String>,
    /// 2:116, a record that keyword writers must leave alone.
    pub copyright: Option<String>,
    /// How the texts are written.
    pub charset: Charset,
    /// Whether a digest is written.
    pub digest: Digest,
    /// Further Photoshop resources: number and content.
    pub other_resources: Vec<(u16, Vec<u8>)>,
}

impl Iptc {
    /// An empty block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a keyword.
    #[must_use]
    pub fn keyword(mut self, text: impl Into<String>) -> Self {
        self.keywords.push(text.into());
        self
    }

    /// Sets the caption.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        self.caption = Some(text.into());
        self
    }

    /// Sets the copyright notice.
    #[must_use]
    pub fn copyright(mut self, text: impl Into<String>) -> Self {
        self.copyright = Some(text.into());
        self
    }

    /// Sets how the texts are written.
    #[must_use]
    pub fn charset(mut self, charset: Charset) -> Self {
        self.charset = charset;
        self
    }

    /// Sets whether a digest is written.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// Adds another Photoshop resource, such as 0x0406.
    #[must_use]
    pub fn resource(mut self, number: u16, content: impl Into<Vec<u8>>) -> Self {
        self.other_resources.push((number, content.into()));
        self
    }

    /// The records alone, as TIFF stores them.
    pub(crate) fn records(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.charset == Charset::Utf8Marked {
            put_record(&mut out, 1, 90, b"\x1b%G");
        }
        put_record(&mut out, 2, 0, &[0, 4]);
        for keyword in &self.keywords {
            put_record(&mut out, 2, 25, &self.text(keyword));
        }
        if let Some(notice) = &self.copyright {
            put_record(&mut out, 2, 116, &self.text(notice));
        }
        if let Some(caption) = &self.caption {
            put_record(&mut out, 2, 120, &self.text(caption));
        }
        out
    }

    /// The Photoshop resources, as JPEG stores them behind their name.
    pub(crate) fn resources(&self) -> Vec<u8> {
        let records = self.records();
        let mut out = Vec::new();
        put_resource(&mut out, 0x0404, &records);
        match self.digest {
            Digest::Absent => {}
            Digest::Right => put_resource(&mut out, 0x0425, &md5(&records)),
            Digest::Stale => put_resource(&mut out, 0x0425, &md5(b"as it was before")),
        }
        for (number, content) in &self.other_resources {
            put_resource(&mut out, *number, content);
        }
        out
    }

    fn text(&self, text: &str) -> Vec<u8> {
        match self.charset {
            Charset::Utf8Marked | Charset::Utf8Unmarked => text.as_bytes().to_vec(),
            Charset::Unmarked => text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect(),
        }
    }
}

/// Standard records hold up to 32767 bytes; a longer text is cut there.
fn put_record(out: &mut Vec<u8>, record: u8, number: u8, content: &[u8]) {
    let content = &content[..content.len().min(0x7fff)];
    out.extend_from_slice(&[0x1c, record, number]);
    out.extend_from_slice(&crate::bytes::int16(content.len()).to_be_bytes());
    out.extend_from_slice(content);
}

fn put_resource(out: &mut Vec<u8>, number: u16, content: &[u8]) {
    out.extend_from_slice(b"8BIM");
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&crate::bytes::len32(content).to_be_bytes());
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_marked_block_says_utf8() {
        let marked = Iptc::new().keyword("Käse");

        assert!(marked.records().starts_with(b"\x1c\x01\x5a\x00\x03\x1b%G"));
        assert!(marked.clone().charset(Charset::Utf8Unmarked).records().ends_with("Käse".as_bytes()));
        assert!(marked.charset(Charset::Unmarked).records().ends_with(b"\x00\x04K\xe4se"));
    }
}
