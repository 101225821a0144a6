//! The parts of a form, found while its bytes arrive.
//!
//! It reads as the server's parser (busboy) does, with its quirks: names are bytes that Immich takes for UTF-8, `\"`
//! and `\\` are undone, what stands before a slash or a backslash is dropped, a control character makes a part
//! unreadable, and `filename*=` is decoded too early and comes out damaged.

use memchr::memmem::Finder;

/// The longest head of a part.
const LONGEST_HEAD: usize = 16 * 1024;

/// What a form does not get right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormError {
    /// It ended before its last boundary.
    UnexpectedEnd,
    /// A part whose head cannot be read.
    MalformedHead,
}

impl FormError {
    /// In the words of the server.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "Unexpected end of form",
            Self::MalformedHead => "Malformed part header",
        }
    }
}

/// Takes the parts as they come.
pub(crate) trait PartSink {
    /// A part begins.
    fn begin(&mut self, name: String, file_name: Option<String>);
    /// The next bytes of the part that began last.
    fn bytes(&mut self, bytes: &[u8]);
    /// It is whole.
    fn end(&mut self);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first boundary.
    Preamble,
    /// Right behind a boundary.
    Boundary,
    /// In the head of a part.
    Head,
    /// In its bytes.
    Part,
    /// Behind the last boundary.
    End,
}

/// Reads a form piece by piece.
#[derive(Debug)]
pub(crate) struct FormReader {
    delimiter: Finder<'static>,
    place: Place,
    /// Bytes that say nothing yet.
    left: Vec<u8>,
}

impl FormReader {
    /// A form whose parts are separated by this boundary.
    pub(crate) fn new(boundary: &str) -> Self {
        let delimiter = Finder::new(&format!("\r\n--{boundary}")).into_owned();
        // The first boundary has no line before it.
        Self { delimiter, place: Place::Preamble, left: b"\r\n".to_vec() }
    }

    /// Reads on.
    pub(crate) fn feed(&mut self, piece: &[u8], sink: &mut dyn PartSink) -> Result<(), FormError> {
        if self.left.is_empty() {
            let used = self.read(piece, sink)?;
            self.left.extend_from_slice(&piece[used..]);
            return Ok(());
        }
        let mut joined = std::mem::take(&mut self.left);
        joined.extend_from_slice(piece);
        let used = self.read(&joined, sink)?;
        joined.drain(..used);
        self.left = joined;
        Ok(())
    }

    /// Whether the form is whole.
    pub(crate) fn finish(&self) -> Result<(), FormError> {
        if self.place == Place::End { Ok(()) } else { Err(FormError::UnexpectedEnd) }
    }

    /// Reads as much as says something; answers how many bytes that were.
    fn read(&mut self, bytes: &[u8], sink: &mut dyn PartSink) -> Result<usize, FormError> {
        let mut used = 0;
        loop {
            let rest = &bytes[used..];
            match self.place {
                Place::End => return Ok(bytes.len()),
                Place::Preamble | Place::Part => {
                    let (length, is_whole) = self.content(rest);
                    if self.place == Place::Part {
                        sink.bytes(&rest[..length]);
                    }
                    used += length;
                    if !is_whole {
                        return Ok(used);
                    }
                    if self.place == Place::Part {
                        sink.end();
                    }
                    used += self.delimiter.needle().len();
                    self.place = Place::Boundary;
                }
                Place::Boundary => {
                    let Some(next) = rest.first_chunk::<2>() else { return Ok(used) };
                    self.place = if next == b"--" { Place::End } else { Place::Head };
                    used += 2;
                }
                Place::Head => match memchr::memmem::find(rest, b"\r\n\r\n") {
                    Some(length) => {
                        let (name, file_name) = head(&rest[..length]).ok_or(FormError::MalformedHead)?;
                        sink.begin(name, file_name);
                        used += length + 4;
                        self.place = Place::Part;
                    }
                    None if rest.len() > LONGEST_HEAD => return Err(FormError::MalformedHead),
                    None => return Ok(used),
                },
            }
        }
    }

    /// How many bytes belong to the part, and whether a boundary follows them.
    fn content(&self, bytes: &[u8]) -> (usize, bool) {
        if let Some(length) = self.delimiter.find(bytes) {
            return (length, true);
        }
        // The last bytes may be the beginning of a boundary.
        let tail = bytes.len().saturating_sub(self.delimiter.needle().len() - 1);
        let begins = memchr::memchr(b'\r', &bytes[tail..]);
        (begins.map_or(bytes.len(), |at| tail + at), false)
    }
}

/// The boundary that a content type names.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (_, parameters) = content_type.strip_prefix("multipart/form-data")?.split_once("boundary=")?;
    let boundary = parameters.split(';').next()?.trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// Name and file name of a part.
fn head(head: &[u8]) -> Option<(String, Option<String>)> {
    let is_text = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\r' | b'\n');
    if !head.iter().all(is_text) {
        return None;
    }
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| line.to_ascii_lowercase().starts_with(b"content-disposition:"))?;
    let parameters = parameters(&line[line.iter().position(|byte| *byte == b';')?..])?;
    let of =
        |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let name = of("name")?;
    let damaged = of("filename*").map(|value| damaged(&value));
    Some((as_text(&name), damaged.or_else(|| of("filename").map(|name| as_text(base_name(&name))))))
}

/// `; a=b; c="d"`, the values as bytes.
fn parameters(mut rest: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        let Some(parameter) = rest.strip_prefix(b";") else {
            return rest.is_empty().then_some(found);
        };
        let equals = parameter.iter().position(|byte| *byte == b'=')?;
        let name = as_text(parameter[..equals].trim_ascii()).to_ascii_lowercase();
        let value = &parameter[equals + 1..];
        let (value, after) = if value.first() == Some(&b'"') { quoted(&value[1..])? } else { plain(value) };
        found.push((name, value));
        rest = after;
    }
}

/// A value up to its closing quote.
fn quoted(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (mut value, mut at) = (Vec::new(), 0);
    loop {
        match bytes.get(at)? {
            b'"' => return Some((value, &bytes[at + 1..])),
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => {
                value.push(bytes[at + 1]);
                at += 2;
            }
            byte => {
                value.push(*byte);
                at += 1;
            }
        }
    }
}

fn plain(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b';').unwrap_or(bytes.len());
    (bytes[..end].trim_ascii().to_vec(), &bytes[end..])
}

fn base_name(name: &[u8]) -> &[u8] {
    let name = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
    if matches!(name, b"." | b"..") { b"" } else { name }
}

/// `UTF-8''%C3%A4` as Immich has it in the end: characters beyond Latin-1 lose all but their last eight bits.
fn damaged(value: &[u8]) -> String {
    let text = as_text(value);
    let encoded = text.splitn(3, '\'').nth(2).unwrap_or_default();
    let pairs = format!("name={}", encoded.replace('+', "%2B"));
    let uri: Option<axum::http::Uri> = format!("/?{pairs}").parse().ok();
    let decoded = uri.map(|uri| crate::identity::query_of(&uri)).unwrap_or_default();
    let decoded = decoded.into_iter().next().map(|(_, value)| value).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "the damage that the server does")]
    let bytes: Vec<u8> = decoded.chars().map(|character| character as u32 as u8).collect();
    as_text(base_name(&bytes))
}

fn as_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Debug, PartialEq)]
    struct Parts(Vec<(String, Option<String>, Vec<u8>, bool)>);

    impl PartSink for Parts {
        fn begin(&mut self, name: String, file_name: Option<String>) {
            self.0.push((name, file_name, Vec::new(), false));
        }
        fn bytes(&mut self, bytes: &[u8]) {
            self.0.last_mut().unwrap().2.extend_from_slice(bytes);
        }
        fn end(&mut self) {
            self.0.last_mut().unwrap().3 = true;
        }
    }

    fn parts(form: &[u8], piece: usize) -> (Parts, Result<(), FormError>) {
        let (mut parts, mut reader) = (Parts::default(), FormReader::new("B"));
        let fed = form.chunks(piece).try_for_each(|piece| reader.feed(piece, &mut parts));
        (parts, fed.and_then(|()| reader.finish()))
    }

    const FORM: &[u8] = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
        --B\r\ncontent-disposition: form-data; name=\"f\"; filename=\"x.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\
        \r\n--\r\r\n--A\r\n-\r\n--B\r\nContent-Disposition: form-data; name=e\r\n\r\n\r\n--B--\r\n";

    #[test]
    fn parts_are_the_same_in_pieces_of_any_size() {
        let expected = Parts(vec![
            ("a".into(), None, b"1".to_vec(), true),
            ("f".into(), Some("x.jpg".into()), b"\r\n--\r\r\n--A\r\n-".to_vec(), true),
            ("e".into(), None, Vec::new(), true),
        ]);

        for piece in 1..=FORM.len() {
            assert_eq!(parts(FORM, piece), (Parts(expected.0.clone()), Ok(())), "{piece}");
        }
    }

    #[test]
    fn a_form_that_stops_is_never_whole() {
        for length in 0..FORM.len() - 4 {
            assert_eq!(parts(&FORM[..length], 7).1, Err(FormError::UnexpectedEnd), "{length}");
        }
    }

    fn name(header: &str) -> Option<String> {
        head(format!("Content-Disposition: form-data; name=\"assetData\"; {header}").as_bytes())?.1
    }

    #[test]
    fn names_are_read_as_the_server_reads_them() {
        assert_eq!(name(r#"filename="a \"b\" c.jpg""#).as_deref(), Some("a \"b\" c.jpg"));
        assert_eq!(name(r#"filename="a;b=c\\d.jpg""#).as_deref(), Some("d.jpg"));
        assert_eq!(name(r#"filename="x/y.jpg""#).as_deref(), Some("y.jpg"));
        assert_eq!(name("filename=\"ä😀.jpg\"").as_deref(), Some("ä😀.jpg"));
        assert_eq!(name(r#"filename="a%22.jpg""#).as_deref(), Some("a%22.jpg"));
        assert_eq!(name("filename=\"a\u{7}.jpg\""), None);
        assert_eq!(name("filename*=UTF-8''%C3%A4+%F0%9F%98%80.jpg").as_deref(), Some("\u{fffd}+\0.jpg"));
        assert_eq!(name("filename=\"open"), None);
    }

    #[test]
    fn the_boundary_is_read_from_the_content_type() {
        assert_eq!(boundary("multipart/form-data; boundary=\"a b\"; x=y").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/form-data; boundary=ab").as_deref(), Some("ab"));
        assert_eq!(boundary("application/json; boundary=ab"), None);
    }
}
