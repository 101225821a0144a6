//! Completions for shells, made from the command line's own description.

use std::io::Write as _;

use clap_complete::Shell;

use crate::args::Args;

/// The completions of a shell, on stdout. A reader that went away is nothing to complain about.
pub(crate) fn run(shell: Shell) {
    let _ = std::io::stdout().lock().write_all(&script(shell));
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::in_language(), "immich-sync", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_gets_a_script_that_knows_the_options() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();

            assert!(script.contains("path-segments") && script.contains("demo"), "{shell}");
        }
    }
}
