//! An album for each group: `Similar-0001` and so on.
//!
//! A group keeps its album although its photos change: it goes on with the one that holds most of them. We take out only
//! what we put in, so what the user adds stays, and what the user takes out does not come back. An album that the
//! user renamed keeps that name. Where the state was lost, albums are found again by the line under their names.

use std::collections::{BTreeMap, HashMap};

use immich_api::{Album, AlbumScope, AssetId};

use super::run::{ActStore, Desk, Work, members_of, usable};
use super::tags::too_many;
use crate::deeds::look::Standing;
use crate::deeds::orders::{Orders, Photo};
use crate::deeds::{AlbumRef, Numbered, NumberedAlbum, What};
use crate::error::SyncError;
use crate::organize::{GroupRecord, MemberRecord};
use crate::plan::SkipReason;

/// What every description of ours has in it, before the name.
const MARK: &str = "immich-sync album ";
/// Albums that are made without a question: more are a mistake or a very long list.
const MANY: u64 = 1000;

/// Whether we made an album, by what stands under its name.
pub(in crate::organize) fn is_ours(album: &Album) -> bool {
    album.description.contains(MARK)
}

/// One album of ours.
#[derive(Debug)]
struct Known {
    album: NumberedAlbum,
    /// Whether it was found by its description, and the state has to be told.
    is_found_again: bool,
    /// Whether nothing is in it: a run was ended between making and filling it.
    is_empty: bool,
}

/// The albums of one account.
#[derive(Debug, Default)]
struct Book {
    known: Vec<Known>,
    by_photo: HashMap<u128, usize>,
    claimed: Vec<bool>,
    next: u64,
}

impl Book {
    fn of(mut known: Vec<Known>) -> Self {
        known.sort_by_key(|known| known.album.numbered.number);
        let mut by_photo = HashMap::new();
        for (index, known) in known.iter().enumerate() {
            by_photo.extend(known.album.photos.iter().map(|photo| (photo.as_u128(), index)));
        }
        Self { known, by_photo, ..Self::default() }
    }

    fn begin(&mut self) {
        self.claimed = vec![false; self.known.len()];
        self.next = self.known.last().map_or(1, |last| last.album.numbered.number + 1);
    }

    /// The album that holds most of these photos, and no other group has.
    fn claim(&mut self, members: &[&AssetId]) -> Option<&NumberedAlbum> {
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        for member in members {
            if let Some(index) = self.by_photo.get(&member.as_u128()).filter(|index| !self.claimed[**index]) {
                *votes.entry(*index).or_default() += 1;
            }
        }
        let most = votes.into_iter().max_by_key(|(index, votes)| (*votes, std::cmp::Reverse(*index)))?.0;
        self.claimed[most] = true;
        Some(&self.known[most].album)
    }

    /// The number of an album that was made and never filled, or a new one; whether it is there.
    fn number(&mut self) -> (u64, bool) {
        let is_free = |index: &usize| self.known[*index].is_empty && !self.claimed[*index];
        if let Some(index) = (0..self.known.len()).find(is_free) {
            self.claimed[index] = true;
            return (self.known[index].album.numbered.number, true);
        }
        self.next += 1;
        (self.next - 1, false)
    }
}

/// Keeps albums in step with groups.
pub(super) struct Albums {
    prefix: String,
    books: BTreeMap<String, Book>,
    made: u64,
    /// Photos that leave an album because their group is gone, and all that we put into albums.
    stale: usize,
    ours: usize,
}

impl Albums {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), books: BTreeMap::new(), made: 0, stale: 0, ours: 0 }
    }

    fn name(&self, number: u64) -> String {
        format!("{}{number:04}", self.prefix)
    }

    fn reference(&self, numbered: &Numbered) -> AlbumRef {
        AlbumRef {
            id: None,
            name: self.name(numbered.number),
            numbered: Some(numbered.clone()),
            imported: None,
        }
    }

    fn description(&self, number: u64) -> String {
        format!("Photos that belong together. ({MARK}{})", self.name(number))
    }

    /// The number of an album of ours, by the line under its name.
    fn number_in(&self, description: &str) -> Option<u64> {
        let rest = &description[description.find(MARK)? + MARK.len()..];
        let digits: String =
            rest.strip_prefix(&self.prefix)?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|number| rest.starts_with(&self.name(*number)))
    }

    /// What is remembered and still there, and what is found again.
    fn book(&self, account: &str, desk: &Desk<'_>) -> Result<Book, SyncError> {
        let Some(orders) = desk.accounts.get(account) else { return Ok(Book::default()) };
        let reader = orders.hand.reader();
        let listed = reader.albums(AlbumScope::Own)?;
        let mut known = Vec::new();
        for album in desk.store.numbered_albums(account, &self.prefix)? {
            // A short list is no proof that an album is gone.
            let listed = listed.iter().find(|found| found.id == album.id).cloned();
            let found = listed.map_or_else(|| reader.album(&album.id), |found| Ok(Some(found)))?;
            if let Some(found) = found {
                let is_empty = album.photos.is_empty() && found.asset_count == Some(0);
                known.push(Known { album, is_found_again: false, is_empty });
            }
        }
        for found in &listed {
            let Some(number) = self.number_in(&found.description) else { continue };
            let is_known =
                |known: &Known| known.album.id == found.id || known.album.numbered.number == number;
            if !known.iter().any(is_known) {
                known.push(self.found_again(account, found, number, desk)?);
            }
        }
        Ok(Book::of(known))
    }

    /// What is in a group now was ours; the rest counts as the user's.
    fn found_again(
        &self,
        account: &str,
        found: &Album,
        number: u64,
        desk: &Desk<'_>,
    ) -> Result<Known, SyncError> {
        let photos = match desk.accounts.get(account) {
            Some(orders) => orders.hand.reader().album_assets(found)?,
            None => return Err(SyncError::NothingKnown(format!("account {account}"))),
        };
        let album = NumberedAlbum {
            id: found.id.clone(),
            account: account.to_owned(),
            numbered: Numbered { prefix: self.prefix.clone(), number },
            photos: photos.into_iter().filter(|photo| desk.fresh.is_grouped(photo)).collect(),
        };
        Ok(Known { album, is_found_again: true, is_empty: found.asset_count == Some(0) })
    }

    /// A new album with all members in it, or one that is there and empty.
    fn make(
        &mut self,
        members: &[Photo],
        (number, is_there): (u64, bool),
        orders: &mut Orders<'_>,
    ) -> Result<(), SyncError> {
        self.made += u64::from(!is_there);
        let numbered = Numbered { prefix: self.prefix.clone(), number };
        let (album, description) = (self.reference(&numbered), self.description(number));
        if is_there || orders.at_once(&What::MakeAlbum { album: album.clone(), description }, &[])? {
            Self::add(&album, members, orders)?;
            return orders.set_cover(&album, &members[0]);
        }
        Ok(())
    }

    fn add(album: &AlbumRef, photos: &[Photo], orders: &mut Orders<'_>) -> Result<(), SyncError> {
        if photos.is_empty() {
            return Ok(());
        }
        let assets = photos.iter().map(|photo| photo.asset.clone()).collect();
        orders.at_once(&What::AddToAlbum { album: album.clone(), assets }, photos).map(drop)
    }

    /// Photos that somebody else put into the album, and those that are not in it.
    fn there(
        album: &AlbumRef,
        photos: Vec<Photo>,
        orders: &Orders<'_>,
    ) -> Result<(Vec<Photo>, Vec<Photo>), SyncError> {
        if photos.is_empty() {
            return Ok((photos, Vec::new()));
        }
        let assets = photos.iter().map(|photo| photo.asset.clone()).collect();
        let what = What::AddToAlbum { album: album.clone(), assets };
        let (standings, _) = orders.hand.looker().standings(&what)?;
        let mut is_there = standings.into_iter().map(|standing| standing == Standing::After);
        Ok(photos.into_iter().partition(|_| is_there.next().unwrap_or(false)))
    }

    /// Takes photos of ours out of the album. Those that somebody else took out are no longer ours, and that is all.
    fn remove(
        album: &AlbumRef,
        photos: &[AssetId],
        (store, orders): (&dyn ActStore, &mut Orders<'_>),
    ) -> Result<(), SyncError> {
        if photos.is_empty() {
            return Ok(());
        }
        let what = What::RemoveFromAlbum { album: album.clone(), assets: photos.to_vec() };
        let standings = if orders.is_counting() {
            vec![Standing::Before; what.len()]
        } else {
            orders.hand.looker().standings(&what)?.0
        };
        let is_out = |item: usize| standings[item] == Standing::After;
        if let (Some(numbered), Some(What::RemoveFromAlbum { assets, .. })) =
            (album.numbered.as_ref().filter(|_| !orders.hand.is_idle()), what.only(is_out))
        {
            store.disown(orders.hand.account(), numbered, &assets)?;
        }
        let Some(What::RemoveFromAlbum { album, assets }) = what.only(|item| !is_out(item)) else {
            return Ok(());
        };
        let photos: Vec<Photo> = assets.iter().cloned().map(Photo::named).collect();
        orders.at_once(&What::RemoveFromAlbum { album, assets }, &photos).map(drop)
    }

    /// The members of one account that take part, and their album.
    fn of_account(
        &mut self,
        group: &GroupRecord,
        account: &str,
        desk: &mut Desk<'_>,
    ) -> Result<(), SyncError> {
        let (fresh, follows, store) = (desk.fresh, desk.options.follows(), desk.store);
        let Some(mut book) = self.books.remove(account) else { return Ok(()) };
        let Some(orders) = desk.accounts.get_mut(account) else { return Ok(()) };
        let all: Vec<&AssetId> =
            members_of(group, account).filter_map(|member| member.place.asset()).collect();
        let members: Vec<&MemberRecord> = usable(group, account, fresh, orders);
        let photos: Vec<Photo> = members.into_iter().filter_map(MemberRecord::photo).collect();
        let claimed = book.claim(&all).map(|album| (album.numbered.clone(), album.photos.clone()));
        match claimed {
            Some((numbered, inside)) => {
                let album = self.reference(&numbered);
                let (there, missing): (Vec<Photo>, Vec<Photo>) =
                    photos.into_iter().partition(|photo| inside.contains(&photo.asset));
                let (by_others, missing) = Self::there(&album, missing, orders)?;
                for photo in there.into_iter().chain(by_others) {
                    orders.skip(photo, SkipReason::UpToDate);
                }
                Self::add(&album, &missing, orders)?;
                let gone = |photo: &&AssetId| follows && !all.contains(photo);
                let gone: Vec<AssetId> = inside.iter().filter(gone).cloned().collect();
                Self::remove(&album, &gone, (store, orders))?;
            }
            None if photos.len() < 2 => {
                for photo in photos {
                    orders.skip(photo, SkipReason::Alone);
                }
            }
            None => {
                let number = book.number();
                self.make(&photos, number, orders)?;
            }
        }
        self.books.insert(account.to_owned(), book);
        Ok(())
    }

    /// The group of an album is gone: what we put in leaves it, and it goes when nothing else is in it.
    fn abandon(
        &self,
        album: &NumberedAlbum,
        store: &dyn ActStore,
        orders: &mut Orders<'_>,
    ) -> Result<(), SyncError> {
        let reference = self.reference(&album.numbered);
        Self::remove(&reference, &album.photos, (store, orders))?;
        let description = self.description(album.numbered.number);
        let what = What::DropAlbum { album: reference, description };
        if orders.is_counting() || orders.hand.is_idle() {
            return Ok(());
        }
        let (standings, _) = orders.hand.looker().standings(&what)?;
        if standings == [Standing::Before] {
            orders.at_once(&what, &[])?;
        }
        Ok(())
    }
}

impl Work for Albums {
    fn learn(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        for account in desk.accounts.keys() {
            let book = self.book(account, desk)?;
            self.books.insert(account.clone(), book);
        }
        Ok(())
    }

    fn begin(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        (self.made, self.stale, self.ours) = (0, 0, 0);
        for (account, book) in &mut self.books {
            book.begin();
            let is_real = desk.accounts.get(account).is_some_and(|orders| !orders.hand.is_idle());
            for known in book.known.iter().filter(|known| is_real && known.is_found_again) {
                desk.store.adopt_album(&known.album)?;
            }
        }
        Ok(())
    }

    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let accounts: Vec<String> = self.books.keys().cloned().collect();
        for account in accounts {
            if members_of(group, &account).next().is_none() {
                continue;
            }
            if chosen {
                self.of_account(group, &account, desk)?;
            } else if let Some(book) = self.books.get_mut(&account) {
                // Its album is not abandoned because the user asks for another class today.
                let all: Vec<&AssetId> =
                    members_of(group, &account).filter_map(|member| member.place.asset()).collect();
                book.claim(&all);
            }
        }
        Ok(())
    }

    fn end(&mut self, desk: &mut Desk<'_>) -> Result<(), SyncError> {
        let follows = desk.options.follows();
        for (account, book) in &self.books {
            let Some(orders) = desk.accounts.get_mut(account) else { continue };
            for (known, claimed) in book.known.iter().zip(&book.claimed) {
                self.ours += known.album.photos.len();
                if follows && !claimed {
                    self.stale += known.album.photos.len();
                    self.abandon(&known.album, desk.store, orders)?;
                }
            }
        }
        Ok(())
    }

    fn question(&self, _desk: &Desk<'_>, _counted: u64) -> Result<Option<String>, SyncError> {
        if self.made > MANY {
            return Ok(Some(format!("{} albums would be made", self.made)));
        }
        Ok(too_many(self.stale, self.ours).then(|| {
            format!(
                "{} of {} photos would leave our albums, because their groups are gone",
                self.stale, self.ours
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use immich_api::AlbumId;

    use super::*;

    fn ids(numbers: &[u128]) -> Vec<AssetId> {
        numbers.iter().copied().map(AssetId::from_u128).collect()
    }

    fn album(number: u64, photos: &[u128]) -> Known {
        let album = NumberedAlbum {
            id: AlbumId::from_u128(number.into()),
            account: "me".to_owned(),
            numbered: Numbered { prefix: "Similar-".to_owned(), number },
            photos: ids(photos),
        };
        Known { album, is_found_again: false, is_empty: photos.is_empty() }
    }

    fn claimed(book: &mut Book, photos: &[u128]) -> Option<u64> {
        let ids = ids(photos);
        book.claim(&ids.iter().collect::<Vec<_>>()).map(|album| album.numbered.number)
    }

    #[test]
    fn a_group_goes_on_with_the_album_that_holds_most_of_it() {
        let mut book = Book::of(vec![album(7, &[3, 4, 5]), album(2, &[1, 2])]);
        book.begin();

        assert_eq!(claimed(&mut book, &[1, 4, 5]), Some(7));
        assert_eq!(claimed(&mut book, &[3, 9]), None, "its album has another group by now");
        assert_eq!(claimed(&mut book, &[2]), Some(2));
        assert_eq!(book.number(), (8, false));
    }

    #[test]
    fn an_album_that_was_never_filled_is_used_first() {
        let mut book = Book::of(vec![album(1, &[3, 4]), album(2, &[])]);
        book.begin();

        assert_eq!([book.number(), book.number(), book.number()], [(2, true), (3, false), (4, false)]);
    }

    #[test]
    fn an_album_is_known_by_the_line_under_its_name() {
        let albums = Albums::new("Similar-");

        assert_eq!(albums.number_in(&albums.description(12)), Some(12));
        assert_eq!(albums.number_in(&format!("Our trip. {}", albums.description(10_000))), Some(10_000));
        assert_eq!(Albums::new("Same-").number_in(&albums.description(12)), None);
        assert_eq!(albums.number_in("Similar-0012"), None);
    }
}
