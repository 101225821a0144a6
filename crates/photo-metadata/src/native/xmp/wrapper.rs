//! What stands around a description: the marks of a packet, the declaration of XML, padding (XMP part 1, section 7.3).

use super::tree::{Document, Node, text_of};

/// A packet that says nothing.
pub(super) const EMPTY: &str = "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n\
     <x:xmpmeta xmlns:x='adobe:ns:meta/'>\n\
     <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n\
     </rdf:RDF>\n\
     </x:xmpmeta>";

const HEADER: &str = "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>";

fn starts(node: &Node, beginning: &str) -> bool {
    matches!(node, Node::Instruction(raw) if raw.starts_with(beginning))
}

/// From the packet's header to the end of its document.
pub(super) fn embedded(document: &Document) -> String {
    let end = document.nodes.iter().position(|node| starts(node, "<?xpacket end"));
    let nodes = &document.nodes[..end.unwrap_or(document.nodes.len())];
    let header = nodes.iter().find(|node| starts(node, "<?xpacket begin"));
    let header = match header {
        Some(Node::Instruction(raw)) if is_plain_header(raw) => raw.as_str(),
        _ => HEADER,
    };
    let kept: Vec<Node> =
        nodes.iter().filter(|node| !starts(node, "<?xpacket") && !starts(node, "<?xml ")).cloned().collect();
    format!("{header}\n{}", text_of(&kept).trim())
}

/// Whether a header says what is true of any packet that is written: nothing of encodings and lengths.
fn is_plain_header(raw: &str) -> bool {
    let begins = ["begin=\"\u{feff}\"", "begin='\u{feff}'", "begin=\"\"", "begin=''"];
    begins.iter().any(|begin| raw.contains(begin)) && !raw.contains("bytes=") && !raw.contains("encoding=")
}

/// The whole file, in UTF-8 and saying so.
pub(super) fn sidecar(document: &Document) -> String {
    let mut document = document.clone();
    for node in &mut document.nodes {
        if starts(node, "<?xml ") && !says_utf_8(node) {
            *node = Node::Instruction("<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned());
        } else if starts(node, "<?xpacket begin")
            && !matches!(node, Node::Instruction(raw) if is_plain_header(raw))
        {
            *node = Node::Instruction(HEADER.to_owned());
        }
    }
    document.text()
}

/// Without a word about it, XML is UTF-8.
fn says_utf_8(declaration: &Node) -> bool {
    let Node::Instruction(raw) = declaration else { return false };
    let lower = raw.to_ascii_lowercase();
    !lower.contains("encoding") || lower.contains("utf-8")
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    #[test]
    fn a_packet_always_gets_its_header() {
        let root = "<x:a xmlns:x='x'><!--c--></x:a>";
        for text in [
            root.to_owned(),
            format!("<?xml version='1.0' encoding='UTF-16'?>\n{root}\n"),
            format!("{HEADER}\n{root}\n   \n   <?xpacket end='r'?>"),
            format!("<?xpacket begin='\u{feff}' bytes='900' encoding='UTF-16'?>{root}<?xpacket end='w'?>\n"),
        ] {
            assert_eq!(embedded(&parse(&text).unwrap()), format!("{HEADER}\n{root}"), "{text}");
        }
    }

    #[test]
    fn a_sidecar_keeps_what_stands_around() {
        let text = "<?xml version=\"1.0\"?>\n<!-- mine -->\n<x:a xmlns:x='x'/>\n\n<!-- end -->\n";
        assert_eq!(sidecar(&parse(text).unwrap()), text);
        let other = "<?xml version='1.0' encoding='UTF-16'?><x/>";
        assert_eq!(sidecar(&parse(other).unwrap()), "<?xml version=\"1.0\" encoding=\"UTF-8\"?><x/>");
    }
}
