//! A server to try the program on by hand: `cargo run -p immich-sandbox --example serve [FOLDER]`. It is empty, or knows the
//! photos of a folder as an external library at `/mnt/photos`. It ends with its input.

#![expect(clippy::print_stdout, reason = "it tells where it is")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use immich_sandbox::{Fault, Library, Sandbox, SandboxError, Scenario, Version};

fn main() -> Result<(), SandboxError> {
    let mut scenario = Scenario::new(Version::V3_0_3);
    if let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) {
        let library = scenario.external_library("/mnt/photos", &folder);
        add(&mut scenario, &library, &folder, &folder);
    }
    let sandbox = Sandbox::start(scenario)?;
    // Of a server in a network each answer takes its time.
    sandbox.inject(Fault::latency(Duration::from_millis(15)));
    println!("export IMMICH_URL={} IMMICH_API_KEY={}", sandbox.url(), sandbox.api_key());
    // Whatever the input says, its end is the end.
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    Ok(())
}

/// Every photo below a folder, each with something to be written.
fn add(scenario: &mut Scenario, library: &Library, root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            add(scenario, library, root, &path);
        } else if let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            let caption = format!("Seen in {relative}");
            scenario.asset_file(library, relative).description(caption.as_str()).rating(4).id();
        }
    }
}
