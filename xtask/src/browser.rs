//! The report page in a real browser: pages are made by the program's own code, and looked at with Chromium.

use std::process::Command;

use clap::Args;

use crate::workspace::Workspace;
use crate::{shell, tools};

/// What `browser` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct BrowserArgs {
    /// Take the picture of the README anew
    #[arg(long)]
    screenshots: bool,

    /// Fail when there is no browser
    #[arg(long)]
    require: bool,
}

/// Makes the pages and looks at them; without a browser it says so.
pub(crate) fn run(workspace: &Workspace, args: &BrowserArgs) -> anyhow::Result<()> {
    let browser = match tools::browser(workspace) {
        Ok(browser) => browser,
        Err(error) if !args.require => {
            let reason = format!("{error:#}").replace('\n', " ");
            println!("SKIPPED browser: {reason}");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let pages = workspace.root.join("target/report-pages");
    let test = ["--exact", "report::showcase::pages_for_a_browser", "--ignored"];
    let mut make = Command::new("cargo");
    make.args(["test", "--quiet", "--package", "immich-sync", "--bins", "--"]).args(test);
    shell::run(make.env("IMMICH_SYNC_REPORT_PAGES", &pages).current_dir(&workspace.root))?;
    let mut look = Command::new("node");
    look.args(["--test", "--test-reporter=spec", "report.test.mjs"]).current_dir(&browser.folder);
    look.env("PAGES", &pages).env("CHROMIUM", &browser.chromium);
    if args.screenshots {
        let pictures = workspace.root.join("docs/images");
        std::fs::create_dir_all(&pictures)?;
        look.env("SCREENSHOTS", pictures);
    }
    shell::run(&mut look)
}
