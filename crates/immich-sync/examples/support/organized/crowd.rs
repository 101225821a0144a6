//! Very many groups: found, listed, put on a page, acted on, and taken back.

use anyhow::ensure;

use super::figures::{Series, Step};
use super::home::Home;
use super::library::Library;
use super::plain::LARGEST;
use super::server::{Host, Looks};
use crate::support::goal::{Goal, megabytes};
use crate::support::program::Program;

/// The most memory of any run, in megabytes.
const MOST: f64 = 400.0;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    /// Groups of two photos each.
    pub(crate) groups: usize,
    /// Of these so many get albums, stacks and hearts too, which are a request or more each; 0 for none.
    pub(crate) part: usize,
    /// Groups on the page.
    pub(crate) on_the_page: usize,
}

impl Crowd {
    /// The photos of the groups, and nothing else.
    pub(crate) const fn library(&self) -> Library {
        Library { assets: 2 * self.groups, later: 0, one_copy_in: 1 }
    }

    /// Runs it.
    pub(crate) fn measure(
        &self,
        program: &Program,
        host: impl Host,
        told: &dyn Fn(&Step),
    ) -> anyhow::Result<Series> {
        let mut home = Home::new(program, host, told)?;
        let mut steps = self.look(&mut home)?;
        steps.extend(self.tag_all(&mut home)?);
        if self.part > 0 {
            steps.extend(self.act_on_a_part(&mut home)?);
        }
        let title = format!("{} groups of two photos", self.groups);
        let mut series = Series { title, steps, goals: Vec::new() };
        let wires = || series.steps.iter().map(|step| &step.wire);
        let answer = wires().map(|wire| wire.largest_answer).max().unwrap_or_default();
        let request = wires().map(|wire| wire.largest_request).max().unwrap_or_default();
        series.goals = vec![
            Goal::measure("megabytes of memory", megabytes(series.memory()), MOST),
            Goal::count("bytes of the largest answer", answer, LARGEST),
            Goal::count("bytes of the largest request", request, LARGEST),
        ];
        Ok(series)
    }

    /// Finds, lists and shows them.
    fn look(&self, home: &mut Home<'_, impl Host>) -> anyhow::Result<Vec<Step>> {
        let found = home.organize("scan", &["--stream-mode"])?;
        ensure!(home.groups()? == self.groups as u64, "{} groups were found", home.groups()?);
        let listed = home.list("list --json", &["--json"])?;
        ensure!(home.lines("list")? == self.groups as u64, "{} lines were listed", home.lines("list")?);
        let page = home.path("page.html").display().to_string();
        let limit = self.on_the_page.to_string();
        let arguments = ["--stream-mode", "--report", &page, "--report-limit", &limit];
        let shown = home.organize("--report", &arguments)?;
        let pictures = 2 * self.on_the_page.min(self.groups) as u64;
        ensure!(shown.wire.thumbnails() == pictures, "{} pictures for the page", shown.wire.thumbnails());
        ensure!(home.size("page.html")? > 100 * pictures, "the page has {} bytes", home.size("page.html")?);
        Ok(vec![found, listed, shown])
    }

    /// Tags all, finds nothing more to tag, and takes the tags back.
    fn tag_all(&self, home: &mut Home<'_, impl Host>) -> anyhow::Result<Vec<Step>> {
        let all = ["--stream-mode", "--yes", "--tag-only"];
        let first = home.organize("--tag-only", &all)?;
        expect(home, Looks { tagged: 2 * self.groups, ..Looks::default() })?;
        let again = home.organize("--tag-only again", &all)?;
        let back = home.undo("undo of the tags")?;
        expect(home, Looks::default())?;
        Ok(vec![first, again, back])
    }

    /// Does everything else that can be undone at once, and takes it back.
    fn act_on_a_part(&self, home: &mut Home<'_, impl Host>) -> anyhow::Result<Vec<Step>> {
        let part = (1..=self.part).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let some = ["--stream-mode", "--yes", "--group", &part];
        let nothing = Looks::default();
        let tagged = Looks { tagged: 2 * self.part, ..nothing };
        let mut steps = Vec::new();
        for (option, back, looks) in [
            ("--stack", "undo of the stacks", Looks { stacks: self.part, ..nothing }),
            ("--create-albums", "undo of the albums", Looks { albums: self.part, ..nothing }),
            ("--mark-best-favorite", "undo of the hearts", Looks { hearts: self.part, ..nothing }),
        ] {
            steps.push(home.organize(option, &[&some[..], &[option]].concat())?);
            expect(home, looks)?;
            steps.push(home.undo(back)?);
            expect(home, nothing)?;
        }
        steps.push(home.organize("--tag-only of a part", &[&some[..], &["--tag-only"]].concat())?);
        expect(home, tagged)?;
        steps.push(home.organize("--remove-tag", &["--remove-tag", "review-duplicate", "--yes"])?);
        expect(home, nothing)?;
        steps.push(home.undo("undo of --remove-tag")?);
        expect(home, tagged)?;
        Ok(steps)
    }
}

fn expect(home: &mut Home<'_, impl Host>, looks: Looks) -> anyhow::Result<()> {
    let now = home.host.looks()?;
    ensure!(now == looks, "the library is {now:?} and should be {looks:?}");
    Ok(())
}
