//! XMP sidecars: what a new one begins with.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::{Container, sniff};

    #[test]
    fn a_new_sidecar_is_xmp() {
        assert_eq!(sniff(&new_sidecar_bytes()), Some(Container::Xmp));
    }
}
