//! The page: a head with the classes, one section per class, the script.

use std::io::{self, Write};

use anyhow::{Result, bail};
use messages_macros::{tr, word};
use photo_similarity::Class;
use sync_core::organize::GroupRecord;
use sync_core::state::ClassCount;

use super::file::MARK;
use super::markup::Markup;
use super::markup::Part::{Number, Raw, Text};
use super::pictures::Pictures;
use super::{CLASSES, Head, Written, group, script_words, sheet};
use crate::language::{self, Language};
use crate::output::{count, fit, size, thousands};

/// Groups whose pictures are made at a time: enough work for all threads, and few enough that their pictures take
/// little memory.
const AT_ONCE: usize = 32;
/// The most letters of a source.
const SOURCE: usize = 120;

/// Writes the page. The groups come with their numbers, in the order of [`Class`], not more of them than
/// [`Head::shown`] says; those without members are passed over.
pub(crate) fn write(
    groups: impl Iterator<Item = Result<(u64, GroupRecord)>>,
    pictures: &Pictures<'_>,
    head: &Head,
    out: &mut dyn Write,
) -> Result<Written> {
    let mut page = Markup::new(out);
    let mut written = Written::default();
    let mut groups = groups.peekable();
    put_top(&mut page, head)?;
    for class in CLASSES {
        put_section(&mut page, head, class)?;
        loop {
            let same =
                |next: &Result<(u64, GroupRecord)>| !matches!(next, Ok((_, group)) if group.class != class);
            let chunk =
                std::iter::from_fn(|| groups.next_if(same)).take(AT_ONCE).collect::<Result<Vec<_>>>()?;
            if chunk.is_empty() {
                break;
            }
            put_groups(&mut page, head, &chunk, pictures, &mut written)?;
        }
        put_section_end(&mut page, head, class)?;
    }
    if groups.next().is_some() {
        bail!("the groups do not come in the order of their classes");
    }
    put_bottom(&mut page)?;
    Ok(written)
}

fn put_groups(
    page: &mut Markup<'_>,
    head: &Head,
    groups: &[(u64, GroupRecord)],
    pictures: &Pictures<'_>,
    written: &mut Written,
) -> io::Result<()> {
    for ((number, group), pictures) in groups.iter().zip(pictures.of(groups)) {
        if group.members.is_empty() {
            continue;
        }
        group::put(page, head, *number, group, &pictures)?;
        let there = pictures.iter().flatten().count() as u64;
        written.groups += 1;
        written.pictures += there;
        written.without_picture += pictures.len() as u64 - there;
    }
    Ok(())
}

fn put_top(page: &mut Markup<'_>, head: &Head) -> io::Result<()> {
    page.put(&[
        Raw(match language::current() {
            Language::English => "<!doctype html>\n<html lang=\"en\">\n",
            Language::German => "<!doctype html>\n<html lang=\"de\">\n",
        }),
        Raw("<head>\n<meta charset=\"utf-8\">\n"),
        Raw(MARK),
        Raw("\n"),
    ])?;
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")?;
    sheet::put_policy_and_style(page)?;
    let title = word!("Duplicates and similar photos");
    page.put(&[Raw("<title>"), Text(title), Raw("</title>\n</head>\n<body>\n")])?;
    page.put(&[Raw("<header class=\"top\"><h1>"), Text(title), Raw("</h1>\n<p class=\"what\">")])?;
    for (index, source) in head.sources.iter().enumerate() {
        page.put(&[
            Raw(if index == 0 { "" } else { ", " }),
            Raw("<bdi>"),
            Text(&fit(source, SOURCE)),
            Raw("</bdi>"),
        ])?;
    }
    let made = head.made.to_zoned(head.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let aim = word!("for looking; nothing is changed from here");
    page.put(&[Raw(" · "), Text(&made), Raw(" · "), Text(aim), Raw("</p></header>\n")])?;
    page.put(&[
        Raw("<div class=\"bar\"><nav class=\"classes\" aria-label=\""),
        Text(word!("Classes")),
        Raw("\">"),
    ])?;
    for class in CLASSES {
        put_tab(page, head, class)?;
    }
    page.put(&[Raw("</nav></div>\n<main data-options=\""), Text(&head.options)])?;
    if let Some(words) = script_words::shown() {
        page.put(&[Raw("\" data-words=\""), Text(&words)])?;
    }
    page.raw("\">\n")
}

fn put_tab(page: &mut Markup<'_>, head: &Head, class: Class) -> io::Result<()> {
    let there = of(head, class);
    let words = if there.groups == 0 {
        word!("none").to_owned()
    } else {
        format!("{} · {}", thousands(there.groups), size(there.gain))
    };
    page.put(&[
        Raw("<a href=\"#"),
        Raw(class.name()),
        Raw("\" id=\"tab-"),
        Raw(class.name()),
        Raw("\"><b>"),
    ])?;
    page.put(&[Text(title(class)), Raw("</b> <span class=\"n\">"), Text(&words), Raw("</span></a>\n")])
}

fn put_section(page: &mut Markup<'_>, head: &Head, class: Class) -> io::Result<()> {
    let there = of(head, class);
    page.put(&[Raw("<section class=\"class\" id=\""), Raw(class.name()), Raw("\" aria-labelledby=\"h-")])?;
    page.put(&[
        Raw(class.name()),
        Raw("\">\n<h2 id=\"h-"),
        Raw(class.name()),
        Raw("\">"),
        Text(title(class)),
    ])?;
    page.put(&[Raw("</h2>\n<p class=\"lead\">"), Text(meaning(class)), Raw(" ")])?;
    if there.groups == 0 {
        page.put(&[Text(word!("There are none.")), Raw("</p>\n")])?;
    } else {
        let words = tr!(
            "{} in {}; {} are won when only the best of each stays.",
            count(there.photos, "photo"),
            count(there.groups, "group"),
            size(there.gain)
        );
        page.put(&[Text(&words), Raw("</p>\n")])?;
    }
    page.raw("<div class=\"groups\">\n")
}

fn put_section_end(page: &mut Markup<'_>, head: &Head, class: Class) -> io::Result<()> {
    page.raw("</div>\n")?;
    let there = of(head, class).groups;
    let shown = head.shown.get(&class).copied().unwrap_or_default();
    if there > shown {
        let words = if shown == 0 {
            tr!("None of the {} is shown here. This lists all:", count(there, "group"))
        } else {
            tr!(
                "Shown are the first {} of {}, the most bytes to win first. This lists all:",
                thousands(shown),
                thousands(there)
            )
        };
        page.put(&[Raw("<p class=\"rest\">"), Text(&words), Raw(" <code>")])?;
        page.put(&[
            Raw("immich-sync organize list --class "),
            Raw(class.name()),
            Raw(" --limit "),
            Number(there),
        ])?;
        page.put(&[Text(&head.options), Raw("</code></p>\n")])?;
    }
    page.raw("</section>\n")
}

fn put_bottom(page: &mut Markup<'_>) -> io::Result<()> {
    page.raw("</main>\n")?;
    sheet::put_script(page)?;
    page.raw("</body>\n</html>\n")
}

fn of(head: &Head, class: Class) -> ClassCount {
    head.counts.get(&class).copied().unwrap_or_default()
}

fn title(class: Class) -> &'static str {
    match class {
        Class::Exact => word!("Exact"),
        Class::Duplicate => word!("Duplicate"),
        Class::Burst => word!("Burst"),
        Class::Similar => word!("Similar"),
    }
}

fn meaning(class: Class) -> &'static str {
    match class {
        Class::Exact => word!("The same file, byte for byte."),
        Class::Duplicate => word!("Copies of one shot in another size, quality or format."),
        Class::Burst => word!("Shots of one camera, taken one after the other."),
        Class::Similar => word!("They look alike. Look closely before you let one of them go."),
    }
}
