//! An empty server to try the program on by hand: `cargo run -p immich-sandbox --example serve`. It ends with its input.

#![expect(clippy::print_stdout, reason = "it tells where it is")]

use std::time::Duration;

use immich_sandbox::{Fault, Sandbox, SandboxError, Scenario, Version};

fn main() -> Result<(), SandboxError> {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3))?;
    // Of a server in a network each answer takes its time.
    sandbox.inject(Fault::latency(Duration::from_millis(15)));
    println!("export IMMICH_URL={} IMMICH_API_KEY={}", sandbox.url(), sandbox.api_key());
    // Whatever the input says, its end is the end.
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    Ok(())
}
