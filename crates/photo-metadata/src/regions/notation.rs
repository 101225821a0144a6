//! ExifTool's notation for structures: `{Name=…,Area={X=…,Y=…}}`, with values that may hold anything.
//!
//! The documented escape is a `|` before delimiters. It is not needed: with `-E`, ExifTool decodes character
//! references twice (12.57 and 13.59), once in the whole argument and once more in each field after the
//! structure was taken apart. So what could be taken for a delimiter goes as a character reference, which is
//! none when the delimiters are looked for, and `exiftool/args.rs` encodes the whole once more.

use std::fmt::Write as _;

use super::node::Node;

/// Writes a node in ExifTool's notation.
pub(crate) fn notation(node: &Node) -> String {
    let mut out = String::new();
    write_node(&mut out, node);
    out
}

fn write_node(out: &mut String, node: &Node) {
    match node {
        Node::Text(text) => write_text(out, text),
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_node(out, item);
            }
            out.push(']');
        }
        Node::Structure(fields) => {
            out.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                // A name with other characters is none that ExifTool could write; the proof will miss it.
                out.extend(name.chars().filter(|letter| is_plain(*letter) || *letter == ':'));
                out.push('=');
                write_node(out, value);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            _ if is_plain(character) || (!character.is_ascii() && !is_blank(character)) => {
                out.push(character);
            }
            // XML cannot hold these.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' => {}
            // Writing to a `String` cannot fail.
            _ => drop(write!(out, "&#{};", u32::from(character))),
        }
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_a_delimiter() {
        let node = Node::from_json(r#"{"Name": " a, {b}|[c]=&\n", "Area": {"X": "0.5"}, "L": ["é", "-"]}"#);

        let text = notation(&node);

        assert_eq!(
            text,
            "{Area={X=0.5},L=[é,-],\
             Name=&#32;a&#44;&#32;&#123;b&#125;&#124;&#91;c&#93;&#61;&#38;&#10;}"
        );
    }
}
