//! The picture at the top of README: what the demo really prints, drawn as a terminal.
//!
//! An SVG of text stays sharp, is small, and shows in a review what changed. It is made when somebody asks for it: in
//! every run times and folders differ.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};

use super::program::Program;
use crate::workspace::Workspace;
use crate::{environment, shell, tools};

/// What is shown, one after the other: from the line that starts so to the line before the one that starts so.
const SHOWN: [(&str, &str); 4] = [
    ("3. ", "  20"),
    ("  2019/06", "  … and"),
    ("  ✓ no file was changed", "5. "),
    ("  ✓ the files say", "7. "),
];

const LINE: usize = 19;
const WIDTH: usize = 820;

/// Runs the demo and draws a part of what it prints.
pub(super) fn make(workspace: &Workspace) -> anyhow::Result<()> {
    let exiftool = environment::path("IMMICH_SYNC_EXIFTOOL").map_or_else(|| tools::ready(workspace), Ok)?;
    let folder = tempfile::tempdir()?;
    let program = Program::build(workspace)?;
    let mut demo = program.command();
    demo.args(["demo", "--keep"]).arg(folder.path().join("demo")).env("IMMICH_SYNC_EXIFTOOL", exiftool);
    let printed = shell::output_of(&mut demo)?;
    let printed = String::from_utf8(printed).context("the demo printed no text")?;
    let lines = shown(&printed);
    if lines.len() < 20 {
        bail!("the demo does not print what the picture shows");
    }
    let path = workspace.root.join("docs/images/demo.svg");
    fs::write(&path, svg(&lines)).with_context(|| path.display().to_string())?;
    println!("drawn: {}", workspace.relative(&path).display());
    Ok(())
}

/// The lines of the demo that are in the picture.
fn shown(printed: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut lines = printed.lines();
    for (first, end) in SHOWN {
        let from_first = lines.by_ref().skip_while(|line| !line.starts_with(first));
        found.extend(from_first.take_while(|line| !line.starts_with(end)));
    }
    while found.last().is_some_and(|line| line.is_empty()) {
        found.pop();
    }
    found
}

fn svg(lines: &[&str]) -> String {
    let height = lines.len() * LINE + 62;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"8\" fill=\"#161b22\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#6e7681\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#6e7681\"/>\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#6e7681\"/>\n"
    );
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let y = at * LINE + 52;
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<text x=\"16\" y=\"{y}\" fill=\"{}\" xml:space=\"preserve\">{}</text>",
            colour(line),
            escaped(line)
        );
    }
    out.push_str("</svg>\n");
    out
}

fn colour(line: &str) -> &'static str {
    match line.trim_start().chars().next() {
        Some('+' | '✓') => "#56d364",
        Some('-') => "#ff7b72",
        Some(letter) if letter.is_ascii_digit() && !line.starts_with(' ') => "#79c0ff",
        _ => "#c9d1d9",
    }
}

fn escaped(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "2. Before\n  2019/06/a.jpg\n\n3. Dry run\n  2019/03/b.jpg\n  2019/06/a.jpg\n    + <b>\n  … and 2\n  \
        ✓ no file was changed\n\n5. After\n  d\n  ✓ the files say it\n\n7. Again\n";

    #[test]
    fn the_parts_that_tell_the_story_are_shown() {
        let lines = shown(PRINTED);

        assert_eq!(
            lines,
            [
                "3. Dry run",
                "  2019/06/a.jpg",
                "    + <b>",
                "  ✓ no file was changed",
                "",
                "  ✓ the files say it"
            ]
        );
    }

    #[test]
    fn text_is_escaped_and_changes_have_their_colours() {
        let drawn = svg(&shown(PRINTED));

        assert!(drawn.contains("fill=\"#56d364\" xml:space=\"preserve\">    + &lt;b&gt;</text>"), "{drawn}");
    }
}
