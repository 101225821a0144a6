//! One group: its photos side by side, the one to keep first.

use std::io;

use messages_macros::{tr, word};
use photo_similarity::{Class, Preview};
use sync_core::organize::{GroupRecord, MemberRecord, Place};

use super::facts::{self, Fact};
use super::markup::Markup;
use super::markup::Part::{Number, Raw, Text};
use super::pictures::MEMBERS;
use super::{Head, command};
use crate::language::said;
use crate::output::{count, fit, size, thousands};

/// Photos in a row from which a group takes the whole width of the page.
const WIDE: usize = 4;
/// How many photos that are also similar are named.
const ALSO: usize = 12;
/// The most letters of a file name.
const NAME: usize = 120;

/// Writes a group; `pictures` stand beside its first members.
pub(super) fn put(
    page: &mut Markup<'_>,
    head: &Head,
    number: u64,
    group: &GroupRecord,
    pictures: &[Option<Preview>],
) -> io::Result<()> {
    let name = command::name(group.id);
    let shown = &group.members[..group.members.len().min(MEMBERS)];
    let facts: Vec<Vec<Fact>> = shown.iter().map(|member| facts::facts(member, &head.zone)).collect();
    let differing = facts::differing(&facts);
    let wide = if shown.len() >= WIDE { "group wide" } else { "group" };
    page.put(&[
        Raw("<article class=\""),
        Raw(wide),
        Raw("\" id=\"g"),
        Text(&name),
        Raw("\" data-id=\""),
        Text(&name),
    ])?;
    page.put(&[Raw("\" data-gain=\""), Number(group.gain()), Raw("\" tabindex=\"-1\" aria-labelledby=\"t")])?;
    page.put(&[Text(&name), Raw("\">\n")])?;
    put_title(page, &name, number, group)?;
    page.raw("<ul class=\"photos\">\n")?;
    for (index, member) in shown.iter().enumerate() {
        let photo = Photo {
            member,
            keeper: &group.members[0],
            is_keeper: index == 0,
            is_exact: group.class == Class::Exact,
            picture: pictures.get(index).and_then(Option::as_ref),
            facts: &facts[index],
            of_keeper: &facts[0],
            differing: &differing,
            shot: has_several_shots(group).then_some(member.set),
        };
        photo.put(page, head)?;
    }
    page.raw("</ul>\n")?;
    put_rest(page, head, group, shown.len())?;
    put_common(page, &facts, &differing)?;
    put_also(page, head, group)?;
    put_details(page, head, group, shown)?;
    page.raw("</article>\n")
}

/// Only then it says something which photos are copies of one shot.
fn has_several_shots(group: &GroupRecord) -> bool {
    let several = group.members.iter().any(|member| member.set != group.members[0].set);
    several && matches!(group.class, Class::Burst | Class::Similar)
}

fn put_title(page: &mut Markup<'_>, name: &str, number: u64, group: &GroupRecord) -> io::Result<()> {
    let photos = count(group.members.len() as u64, "photo");
    let number = thousands(number);
    page.put(&[
        Raw("<header><h3 id=\"t"),
        Text(name),
        Raw("\"><span class=\"no\">"),
        Text(&number),
        Raw("</span> "),
    ])?;
    page.put(&[
        Text(&photos),
        Raw("</h3> <span class=\"gain\">"),
        Text(&tr!("{} to win", size(group.gain()))),
        Raw("</span>"),
    ])?;
    let why = tr!("Keep the first: {}.", said(&group.reason.to_string()));
    page.put(&[Raw("<p class=\"why\">"), Text(&why), Raw("</p></header>\n")])
}

/// A photo and what it is shown with.
struct Photo<'a> {
    member: &'a MemberRecord,
    keeper: &'a MemberRecord,
    is_keeper: bool,
    /// Whether all photos of the group are the same file.
    is_exact: bool,
    picture: Option<&'a Preview>,
    facts: &'a [Fact],
    of_keeper: &'a [Fact],
    differing: &'a [bool],
    /// Which shot of several it is a copy of.
    shot: Option<u16>,
}

impl Photo<'_> {
    fn put(&self, page: &mut Markup<'_>, head: &Head) -> io::Result<()> {
        let class = if self.is_keeper { "photo best" } else { "photo" };
        page.put(&[
            Raw("<li class=\""),
            Raw(class),
            Raw("\" data-photo=\""),
            Text(&command::photo(self.member)),
        ])?;
        page.raw("\" tabindex=\"-1\"><figure>")?;
        self.put_picture(page)?;
        page.raw("<figcaption><p class=\"name\">")?;
        put_link(page, head, &self.member.place, &self.member.name)?;
        page.raw("</p>")?;
        self.put_size(page)?;
        self.put_marks(page, head)?;
        self.put_facts(page)?;
        page.raw("</figcaption></figure></li>\n")
    }

    fn put_picture(&self, page: &mut Markup<'_>) -> io::Result<()> {
        let Some(picture) = self.picture else {
            let none = word!("no picture");
            return page.put(&[Raw("<div class=\"picture none\">"), Text(none), Raw("</div>")]);
        };
        page.raw("<div class=\"picture\"><img src=\"")?;
        page.jpeg_address(&picture.jpeg)?;
        page.put(&[Raw("\" width=\""), Number(picture.width.into()), Raw("\" height=\"")])?;
        page.put(&[Number(picture.height.into()), Raw("\" decoding=\"async\" alt=\"")])?;
        page.put(&[Text(&fit(&self.member.name, NAME)), Raw("\"></div>")])
    }

    /// Pixels and bytes are always there: they are what one asks first.
    fn put_size(&self, page: &mut Markup<'_>) -> io::Result<()> {
        let (member, keeper) = (self.member, self.keeper);
        let same_pixels = (member.width, member.height) == (keeper.width, keeper.height);
        page.raw("<p class=\"size\">")?;
        put_value(page, &facts::pixels(member), !same_pixels)?;
        page.raw(" ")?;
        put_value(page, &facts::bytes(member), member.bytes != keeper.bytes)?;
        page.raw("</p>")
    }

    fn put_marks(&self, page: &mut Markup<'_>, head: &Head) -> io::Result<()> {
        page.raw("<p class=\"marks\">")?;
        if self.is_keeper {
            page.put(&[Raw("<span class=\"badge\">"), Text(word!("keep")), Raw("</span>")])?;
        } else if self.member.has_bytes_of(self.keeper) || self.is_exact {
            put_near(page, word!("same bytes"))?;
        } else if let Some(bits) = self.member.distance {
            let distance = tr!("distance {}", facts::distance(bits, head.bits));
            let meaning = word!("bits that differ from the photo to keep");
            page.put(&[Raw("<span class=\"near\" title=\""), Text(meaning), Raw("\">")])?;
            page.put(&[Text(&distance), Raw("</span>")])?;
        } else {
            put_near(page, word!("distance not measured"))?;
        }
        if let Some(shot) = self.shot {
            put_near(page, &tr!("shot {}", u64::from(shot) + 1))?;
        }
        if !self.member.is_own {
            put_near(page, word!("not yours, never touched"))?;
        }
        page.raw("</p>")
    }

    fn put_facts(&self, page: &mut Markup<'_>) -> io::Result<()> {
        if !self.differing.contains(&true) {
            return Ok(());
        }
        page.raw("<dl>")?;
        let differing =
            self.facts.iter().zip(self.of_keeper).zip(self.differing).filter(|(_, differs)| **differs);
        for ((fact, of_keeper), _) in differing {
            page.put(&[Raw("<div><dt>"), Text(fact.label), Raw("</dt><dd>")])?;
            let value = if fact.value.is_empty() { "–" } else { &fact.value };
            put_value(page, value, fact != of_keeper)?;
            page.raw("</dd></div>")?;
        }
        page.raw("</dl>")
    }
}

fn put_near(page: &mut Markup<'_>, words: &str) -> io::Result<()> {
    page.put(&[Raw("<span class=\"near\">"), Text(words), Raw("</span>")])
}

/// A value, marked where it is another than the keeper's. In letters of their own direction: Hebrew beside digits must
/// not turn them round.
fn put_value(page: &mut Markup<'_>, value: &str, is_other: bool) -> io::Result<()> {
    let begin = if is_other { "<bdi class=\"other\">" } else { "<bdi>" };
    page.put(&[Raw(begin), Text(value), Raw("</bdi>")])
}

/// The name of a photo, leading to Immich where it is there.
fn put_link(page: &mut Markup<'_>, head: &Head, place: &Place, name: &str) -> io::Result<()> {
    let name = fit(name, NAME);
    let Some(address) = address(head, place) else {
        return page.put(&[Raw("<bdi>"), Text(&name), Raw("</bdi>")]);
    };
    page.put(&[
        Raw("<a href=\""),
        Text(&address),
        Raw("\" target=\"_blank\" rel=\"noopener noreferrer\"><bdi>"),
    ])?;
    page.put(&[Text(&name), Raw("</bdi></a>")])
}

/// The page of an asset in Immich, over http or https and nothing else.
fn address(head: &Head, place: &Place) -> Option<String> {
    let server = head.server.as_deref()?.trim_end_matches('/');
    let is_web = server.starts_with("http://") || server.starts_with("https://");
    let is_plain = server.chars().all(|sign| sign.is_ascii_graphic() && !"\"'<>\\`".contains(sign));
    (is_web && is_plain).then(|| place.asset().map(|id| format!("{server}/photos/{id}")))?
}

fn put_rest(page: &mut Markup<'_>, head: &Head, group: &GroupRecord, shown: usize) -> io::Result<()> {
    let more = (group.members.len() - shown) as u64;
    if more == 0 {
        return Ok(());
    }
    let show = command::show(head, group.id);
    page.put(&[
        Raw("<p class=\"common\">"),
        Text(&tr!("And {} more:", count(more, "photo"))),
        Raw(" <code>"),
        Text(&show),
    ])?;
    page.raw("</code></p>\n")
}

fn put_common(page: &mut Markup<'_>, facts: &[Vec<Fact>], differing: &[bool]) -> io::Result<()> {
    let Some(first) = facts.first() else { return Ok(()) };
    let common = first.iter().zip(differing).filter(|(fact, differs)| !**differs && !fact.value.is_empty());
    let mut common = common.map(|(fact, _)| fact).peekable();
    if common.peek().is_none() {
        return Ok(());
    }
    page.put(&[Raw("<p class=\"common\"><span>"), Text(word!("In common")), Raw("</span>")])?;
    for fact in common {
        page.put(&[Raw(" <bdi title=\""), Text(fact.label), Raw("\">"), Text(&fact.value), Raw("</bdi>")])?;
    }
    page.raw("</p>\n")
}

fn put_also(page: &mut Markup<'_>, head: &Head, group: &GroupRecord) -> io::Result<()> {
    if group.also.is_empty() {
        return Ok(());
    }
    page.put(&[Raw("<p class=\"common\"><span>"), Text(word!("Also similar")), Raw("</span>")])?;
    for also in group.also.iter().take(ALSO) {
        page.raw(" ")?;
        put_link(page, head, &also.place, &also.name)?;
        page.put(&[Raw(" "), Text(&facts::distance(also.distance, head.bits))])?;
    }
    if let Some(more @ 1..) = group.also.len().checked_sub(ALSO) {
        page.put(&[Raw(" "), Text(&tr!("and {more} more"))])?;
    }
    page.raw("</p>\n")
}

/// Where the files are, and what can be done.
fn put_details(
    page: &mut Markup<'_>,
    head: &Head,
    group: &GroupRecord,
    shown: &[MemberRecord],
) -> io::Result<()> {
    let summary = word!("Paths and commands");
    page.put(&[Raw("<details><summary>"), Text(summary), Raw("</summary>\n<ol>\n")])?;
    for member in shown {
        page.put(&[Raw("<li><bdi class=\"path\">"), Text(&facts::path(member)), Raw("</bdi>")])?;
        if let Some(sha1) = &member.sha1 {
            page.put(&[Raw(" <span class=\"sha\">SHA-1 "), Text(&fit(sha1, 40)), Raw("</span>")])?;
        }
        page.raw("</li>\n")?;
    }
    page.raw("</ol>\n")?;
    let commands = [
        (word!("Keep the first:"), command::keep(head, group.id, &group.members[0])),
        (word!("They are no duplicates:"), command::ignore(head, group.id)),
        (word!("Everything about them:"), command::show(head, group.id)),
    ];
    for (what, line) in commands {
        page.put(&[Raw("<p>"), Text(what), Raw(" <code>"), Text(&line), Raw("</code></p>\n")])?;
    }
    page.raw("</details>\n")
}
