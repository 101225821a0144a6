//! What may not stand in which source file: other features, SQL, printing, the environment, the clock, HTTP.
//!
//! Tests are free; only code that ships is asked.

use std::path::Path;

use super::Violation;
use crate::source::{Token, positions};

/// The binaries: they talk to the user, read the environment and the clock.
const BINARIES: [&str; 2] = ["immich-sync", "xtask"];
/// The features inside `sync-core` that do not know each other.
const FEATURES: [&str; 4] = ["writeback", "organize", "import", "export"];
/// Where SQL may stand: our state, libraries of Apple Photos, and made libraries for tests.
const SQL_HOMES: [&str; 3] =
    ["crates/sync-core/src/state", "crates/apple-photos/src", "crates/sample-pictures/src/apple"];

/// The one file outside of `immich-api` that sends over HTTP.
const NOTICES_LEAVE: &str = "crates/unattended/src/http.rs";

const PRINTING: &str = "a library never prints";
const ENVIRONMENT: &str = "only the binary reads the environment";
const CLOCK: &str = "only the binary reads the clock";
const HOME: &str = "only the binary knows the home folder";
const HTTP: &str = "HTTP requests leave from immich-api and the sender of notices only";
const SQL: &str = "SQL stands only in the state module";
const FEATURE: &str = "features of sync-core do not know each other";

/// Files that break a rule, and why they may.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // file, rule, reason
    (
        "crates/messages-macros/src/lib.rs",
        ENVIRONMENT,
        "cargo tells a macro in a variable which crate it works for",
    ),
];

/// The violations in one file, whose path counts from the workspace on.
pub(super) fn violations(krate: &str, path: &Path, tokens: &[Token]) -> Vec<Violation> {
    let tokens: Vec<Token> = tokens.iter().filter(|token| !token.in_test).cloned().collect();
    let mut found = Vec::new();
    if !BINARIES.contains(&krate) {
        found.extend(of_libraries(&tokens));
    }
    if krate != "immich-api" && path != Path::new(NOTICES_LEAVE) {
        found.extend(matches(&tokens, HTTP, &[&["ureq", ":", ":"]]));
    }
    if krate != "xtask" && !SQL_HOMES.iter().any(|home| path.starts_with(home) || is_file_of(path, home)) {
        found.extend(sql(&tokens));
    }
    if krate == "sync-core" {
        found.extend(other_features(path, &tokens));
    }
    let excepted = |rule: &str| EXCEPTIONS.iter().any(|(file, of, _)| path == Path::new(file) && *of == rule);
    found
        .into_iter()
        .filter(|(_, rule, _)| !excepted(rule))
        .map(|(line, rule, text)| Violation { file: path.to_path_buf(), line, rule, found: text })
        .collect()
}

type Found = (usize, &'static str, String);

fn is_file_of(path: &Path, module: &str) -> bool {
    path == Path::new(&format!("{module}.rs"))
}

fn of_libraries(tokens: &[Token]) -> Vec<Found> {
    let printing = ["print", "println", "eprint", "eprintln", "dbg"].map(|name| [name, "!"]);
    let printing: Vec<&[&str]> = printing.iter().map(<[&str; 2]>::as_slice).collect();
    let reading = [
        "var",
        "var_os",
        "vars",
        "vars_os",
        "args",
        "args_os",
        "home_dir",
        "current_dir",
        "temp_dir",
        "set_var",
        "current_exe",
    ];
    let reading = reading.map(|name| ["env", ":", ":", name]);
    let reading: Vec<&[&str]> = reading.iter().map(<[&str; 4]>::as_slice).collect();
    let clocks = ["SystemTime", "Timestamp", "Zoned"].map(|name| [name, ":", ":", "now"]);
    let clocks: Vec<&[&str]> = clocks.iter().map(<[&str; 4]>::as_slice).collect();
    [
        matches(tokens, PRINTING, &printing),
        matches(tokens, ENVIRONMENT, &reading),
        matches(tokens, CLOCK, &clocks),
        matches(tokens, HOME, &[&["etcetera", ":", ":"], &["home", ":", ":"]]),
    ]
    .concat()
}

fn matches(tokens: &[Token], rule: &'static str, patterns: &[&[&str]]) -> Vec<Found> {
    patterns
        .iter()
        .flat_map(|pattern| positions(tokens, pattern).map(|token| (token.line, rule, pattern.concat())))
        .collect()
}

fn sql(tokens: &[Token]) -> Vec<Found> {
    let strings = tokens.iter().filter(|token| is_sql(&token.text)).map(|token| {
        let start: String = token.text.chars().take(40).collect();
        (token.line, SQL, start)
    });
    strings.chain(matches(tokens, SQL, &[&["rusqlite", ":", ":"]])).collect()
}

/// Whether a literal is a string that starts as a statement does.
fn is_sql(literal: &str) -> bool {
    const STARTS: [&str; 14] = [
        "SELECT ",
        "INSERT INTO ",
        "INSERT OR ",
        "REPLACE INTO ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "CREATE UNIQUE ",
        "CREATE VIEW ",
        "CREATE TRIGGER ",
        "CREATE TEMP ",
        "DROP TABLE ",
        "ALTER TABLE ",
        "PRAGMA ",
    ];
    let Some((before, text)) = literal.split_once('"') else { return false };
    if !before.chars().all(|sign| matches!(sign, 'r' | 'b' | 'c' | '#')) {
        return false;
    }
    let text = text.trim_start_matches("\\n").trim_start();
    STARTS.iter().any(|start| text.starts_with(start))
        || text.starts_with("UPDATE ") && text.contains(" SET ")
}

/// In the file of one feature: paths to another, written out or in a `use`.
fn other_features(path: &Path, tokens: &[Token]) -> Vec<Found> {
    let Some(own) = feature_of(path) else { return Vec::new() };
    let mut found = Vec::new();
    for other in FEATURES.into_iter().filter(|other| *other != own) {
        for root in ["crate", "super"] {
            let pattern = [root, ":", ":", other];
            found.extend(positions(tokens, &pattern).map(|token| (token.line, FEATURE, pattern.concat())));
        }
        found.extend(in_grouped_use(tokens, other));
    }
    found
}

fn feature_of(path: &Path) -> Option<&'static str> {
    let inside = path.strip_prefix("crates/sync-core/src").ok()?;
    let first = Path::new(inside.components().next()?.as_os_str()).with_extension("");
    FEATURES.into_iter().find(|feature| first == Path::new(feature))
}

/// `use crate::{a, organize::b};`
fn in_grouped_use(tokens: &[Token], other: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, _) in tokens.iter().enumerate().filter(|(_, token)| token.text == "use") {
        let statement: Vec<&Token> =
            tokens[index..].iter().take_while(|token| token.text != ";").skip(1).collect();
        let [root, first, second, open, inside @ ..] = statement.as_slice() else { continue };
        let grouped = matches!(root.text.as_str(), "crate" | "super")
            && first.text == ":"
            && second.text == ":"
            && open.text == "{";
        if grouped {
            let named = inside.iter().filter(|token| token.text == other);
            found.extend(named.map(|token| (token.line, FEATURE, format!("use crate::{{{other}}}"))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tokens_of;

    fn rules(krate: &str, path: &str, text: &str) -> Vec<(usize, &'static str)> {
        let tokens = tokens_of(text).unwrap();
        violations(krate, Path::new(path), &tokens)
            .into_iter()
            .map(|found| (found.line, found.rule))
            .collect()
    }

    #[test]
    fn printing_is_found_with_its_line_and_only_in_libraries() {
        let text = "fn f() {\n    println!(\"x\");\n}";

        assert_eq!(rules("immich-api", "crates/immich-api/src/a.rs", text), [(2, PRINTING)]);
        assert!(rules("immich-sync", "crates/immich-sync/src/a.rs", text).is_empty());
    }

    #[test]
    fn a_test_inside_a_library_may_print() {
        let text = "#[cfg(test)]\nmod tests { fn f() { eprintln!(); } }";

        assert!(rules("immich-api", "crates/immich-api/src/a.rs", text).is_empty());
    }

    #[test]
    fn environment_clock_and_home_are_for_the_binary() {
        let text =
            "fn f() { std::env::var_os(\"HOME\"); std::time::SystemTime::now(); jiff::Timestamp::now(); }";

        let found = rules("sync-core", "crates/sync-core/src/a.rs", text);

        assert_eq!(found, [(1, ENVIRONMENT), (1, CLOCK), (1, CLOCK)]);
        assert_eq!(rules("sync-core", "crates/sync-core/src/a.rs", "use etcetera::X;"), [(1, HOME)]);
    }

    #[test]
    fn a_variable_of_the_compiler_is_not_the_environment() {
        assert!(rules("sync-core", "a.rs", "const V: &str = env!(\"CARGO_PKG_VERSION\");").is_empty());
    }

    #[test]
    fn sql_is_found_outside_of_the_state_module_only() {
        let text = "const A: &str = \"\n    SELECT 1\";\nconst B: &str = r#\"DELETE FROM a\"#;";

        assert_eq!(rules("sync-core", "crates/sync-core/src/plan.rs", text), [(1, SQL), (3, SQL)]);
        assert!(rules("sync-core", "crates/sync-core/src/state/rows.rs", text).is_empty());
        assert!(rules("sync-core", "crates/sync-core/src/state.rs", text).is_empty());
        let text = "use rusqlite::Connection;";
        assert_eq!(rules("immich-sync", "crates/immich-sync/src/a.rs", text), [(1, SQL)]);
    }

    #[test]
    fn an_http_method_and_prose_are_no_sql() {
        let text = "const A: [&str; 3] = [\"DELETE /assets\", \"UPDATE\", \"SELECTED\"];";

        assert!(rules("immich-api", "crates/immich-api/src/a.rs", text).is_empty());
    }

    #[test]
    fn http_leaves_from_one_crate() {
        assert_eq!(rules("sync-core", "crates/sync-core/src/a.rs", "fn f() { ureq::get(1); }"), [(1, HTTP)]);
        assert!(rules("unattended", NOTICES_LEAVE, "fn f() { ureq::get(1); }").is_empty());
        assert_eq!(
            rules("unattended", "crates/unattended/src/a.rs", "fn f() { ureq::get(1); }"),
            [(1, HTTP)]
        );
        assert!(rules("immich-api", "crates/immich-api/src/a.rs", "fn f() { ureq::get(1); }").is_empty());
    }

    #[test]
    fn a_feature_that_names_another_is_found_however_it_is_written() {
        let path = "crates/sync-core/src/writeback/plan.rs";

        assert_eq!(rules("sync-core", path, "use crate::organize::Group;"), [(1, FEATURE)]);
        assert_eq!(rules("sync-core", path, "use crate::{plan::Step, import::Source};"), [(1, FEATURE)]);
        assert_eq!(rules("sync-core", path, "fn f() { crate::import::run(); }"), [(1, FEATURE)]);
        assert_eq!(
            rules("sync-core", "crates/sync-core/src/import.rs", "use super::writeback;"),
            [(1, FEATURE)]
        );
    }

    #[test]
    fn a_feature_may_name_itself_and_shared_modules_may_name_all() {
        let text = "use crate::writeback::plan; fn import() { let organize = import; }";

        assert!(rules("sync-core", "crates/sync-core/src/writeback/plan.rs", text).is_empty());
        assert!(rules("sync-core", "crates/sync-core/src/run.rs", "use crate::import::Source;").is_empty());
    }
}
