//! The style and the script of the page, and the policy that lets in these two and nothing else.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::markup::Markup;
use super::markup::Part::{Raw, Text};

/// How the page looks.
const STYLE: &str = include_str!("page.css");
/// Tabs, filters, keys.
const SCRIPT: &str = include_str!("page.js");

/// Everything is forbidden but pictures inside of the page and exactly these two.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; img-src data:; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The policy and the style, for the head of the page. The policy comes first: it holds for what follows.
pub(super) fn put_policy_and_style(page: &mut Markup<'_>) -> io::Result<()> {
    page.put(&[
        Raw("<meta http-equiv=\"Content-Security-Policy\" content=\""),
        Text(&policy()),
        Raw("\">\n<style>"),
        Raw(STYLE),
        Raw("</style>\n"),
    ])
}

/// The script, for the end of the page.
pub(super) fn put_script(page: &mut Markup<'_>) -> io::Result<()> {
    page.put(&[Raw("<script>"), Raw(SCRIPT), Raw("</script>\n")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_cannot_end_early_and_load_nothing() {
        for text in [STYLE, SCRIPT] {
            let lower = text.to_ascii_lowercase();
            assert!(!lower.contains("</s") && !lower.contains("<!--"), "an end tag");
            assert!(
                !lower.contains("http") && !lower.contains("@import") && !lower.contains("url("),
                "an address"
            );
        }
        assert!(
            !SCRIPT.contains("innerHTML")
                && !SCRIPT.contains("eval(")
                && !SCRIPT.contains("insertAdjacentHTML")
        );
    }

    #[test]
    fn the_policy_names_the_digests_of_what_is_written() {
        let mut out = Vec::new();
        put_script(&mut Markup::new(&mut out)).unwrap();
        let page = String::from_utf8(out).unwrap();
        let script = page.strip_prefix("<script>").unwrap().strip_suffix("</script>\n").unwrap();

        assert!(policy().contains(&format!("script-src '{}'", digest(script))), "{}", policy());
        assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert!(!policy().contains("unsafe"));
    }
}
