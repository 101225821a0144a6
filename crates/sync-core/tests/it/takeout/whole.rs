//! An export with all its oddities comes out as it was made.

use super::*;

/// What a photo is known by in both worlds: its bytes.
fn by_sum<'a>(source: &TakeoutSource, told: &'a Told) -> BTreeMap<u32, &'a Item> {
    told.items.iter().map(|item| (sum(source, &item.media), item)).collect()
}

fn sum(source: &TakeoutSource, media: &Media) -> u32 {
    let bytes = bytes(source, media).unwrap();
    assert_eq!(bytes.len() as u64, media.size, "{}", media.path.path().display());
    let mut sum = flate2::Crc::new();
    sum.update(&bytes);
    sum.sum()
}

fn is_taken(photo: &TakeoutPhoto) -> bool {
    !photo.is_trashed && !photo.is_locked
}

fn check(source: &TakeoutSource, photo: &TakeoutPhoto, item: &Item) {
    let facts = source.facts(item).unwrap();
    let context = format!("{photo:?}\n{item:?}\n{facts:?}");
    assert_eq!(item.media.name, photo.name, "{context}");
    assert_eq!(item.motion.as_ref().map(|motion| sum(source, motion)), photo.motion_sum, "{context}");
    assert_eq!(
        !item.relations.is_empty(),
        photo.is_edited || photo.name.contains("IMG_") && has_version(photo),
        "{context}"
    );
    let titles = facts.albums.iter().map(|key| source.album(key).unwrap().title).collect::<BTreeSet<_>>();
    assert_eq!(titles, photo.albums, "{context}");
    assert_eq!(facts.people, photo.people, "{context}");
    assert_eq!(facts.position, photo.position, "{context}");
    let taken = facts.taken.as_ref();
    assert_eq!(taken.map(|when| when.instant.as_second()), photo.taken, "{context}");
    assert_eq!(taken.and_then(|when| when.offset), photo.offset, "{context}");
    if photo.has_json {
        assert_eq!(facts.description.as_deref(), Some(&photo.description[..]), "{context}");
        assert_eq!(facts.is_favourite, Some(photo.is_favourite), "{context}");
        assert_eq!(facts.is_archived, Some(photo.is_archived), "{context}");
    } else {
        assert_eq!(facts, Facts { albums: facts.albums.clone(), ..Facts::default() });
    }
}

/// Photos number 4, 22, 40 and so on have an edited version.
fn has_version(photo: &TakeoutPhoto) -> bool {
    let digits: String = photo.name.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u32>().unwrap() % 18 == 4
}

#[test]
fn a_made_export_is_listed_to_the_last_file_and_fact() {
    let folder = tempfile::tempdir().unwrap();
    let made = Takeout::generate(folder.path(), 180, 7, &["de", "en", "fr", "ja"]).unwrap();
    let source = source(&made.parts);

    let told = list(&source);

    assert_eq!(told.troubles, []);
    assert!(told.listing.is_complete);
    assert_eq!(told.files(), made.files, "every file is told once");
    let mut paths: Vec<_> = told.passed.iter().map(|passed| passed.path.clone()).collect();
    paths.extend(
        told.items
            .iter()
            .flat_map(|item| [Some(&item.media), item.motion.as_ref()])
            .flatten()
            .map(|media| media.path.clone()),
    );
    let told_paths = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), told_paths, "and none twice");
    let items = by_sum(&source, &told);
    let taken: Vec<_> = made.photos.iter().filter(|photo| is_taken(photo)).collect();
    assert_eq!(told.items.len(), taken.len());
    for photo in taken {
        check(&source, photo, items.get(&photo.sum).unwrap_or_else(|| panic!("{photo:?} is missing")));
    }
    assert_eq!(told.passed(SkipKind::Orphan).len(), made.orphans);
    assert_eq!(
        told.passed(SkipKind::TrashedThere).len(),
        made.photos.iter().filter(|photo| photo.is_trashed).count()
    );
    assert_eq!(
        told.passed(SkipKind::Hidden).len(),
        made.photos.iter().filter(|photo| photo.is_locked).count()
    );
    let report = source.report();
    assert_eq!(report.unmatched, made.photos.iter().filter(|photo| !photo.has_json).count() as u64);
    assert_eq!(report.albums, made.albums.len() as u64);
    assert!(
        report
            .unmatched_paths
            .iter()
            .all(|path| path.path().starts_with(folder.path().canonicalize().unwrap()))
    );
}

#[test]
fn the_same_export_is_told_the_same_way_whatever_the_order_of_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = Takeout::generate(folder.path(), 60, 1, &["en", "de"]).unwrap();
    let first = list(&source(&made.parts));

    made.parts.reverse();
    let second = list(&source(&made.parts));
    let third = list(&source(&[folder.path().to_owned()]));

    assert_eq!(first.items, second.items);
    let stamps =
        |told: &Told| told.items.iter().map(|item| (item.id, item.stamp)).collect::<BTreeMap<_, _>>();
    assert_eq!(stamps(&first), stamps(&third), "the folder with all parts in it does as well");
}

#[test]
fn another_order_of_photos_and_other_seeds_come_out_right_too() {
    for seed in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let photos = 20 + usize::try_from(seed).unwrap() * 7;
        let languages = [["en", "ja"], ["fr", "de"], ["ja", "fr"]][usize::try_from(seed).unwrap() % 3];
        let made = Takeout::generate(folder.path(), photos, seed, &languages).unwrap();
        let source = source(&made.parts);

        let told = list(&source);

        assert_eq!((told.files(), told.troubles.len()), (made.files, 0), "seed {seed}");
        let items = by_sum(&source, &told);
        for photo in made.photos.iter().filter(|photo| is_taken(photo)) {
            check(&source, photo, items[&photo.sum]);
        }
    }
}

#[test]
fn options_leave_out_and_take_in() {
    let folder = tempfile::tempdir().unwrap();
    let made = Takeout::generate(folder.path(), 72, 3, &["en", "de"]).unwrap();
    let with = |change: &dyn Fn(&mut TakeoutOptions)| {
        let mut options = TakeoutOptions::new(made.parts.clone());
        change(&mut options);
        let source = TakeoutSource::new(options);
        let told = list(&source);
        assert_eq!(told.files(), made.files);
        (source, told)
    };
    let count = |is: &dyn Fn(&TakeoutPhoto) -> bool| made.photos.iter().filter(|photo| is(photo)).count();

    let all = |options: &mut TakeoutOptions| (options.trashed, options.locked) = (true, HiddenRule::Archive);
    assert_eq!(with(&all).1.items.len(), made.photos.len());
    let (_, told) = with(&|options| options.partner = Partner::Exclude);
    assert_eq!(told.items.len(), count(&|photo| is_taken(photo) && !photo.is_from_partner));
    let (_, told) = with(&|options| (options.unmatched, options.archived) = (false, false));
    assert_eq!(told.items.len(), count(&|photo| is_taken(photo) && photo.has_json && !photo.is_archived));
    let title = made.albums.first().unwrap();
    let (_, told) = with(&|options| options.from_album = Some(title.clone()));
    assert_eq!(told.items.len(), count(&|photo| is_taken(photo) && photo.albums.contains(title)));
    let (source, told) = with(&|options| options.partner = Partner::Album("From Ada".to_owned()));
    let shared = told.items.iter().filter(|item| {
        let albums = source.facts(item).unwrap().albums;
        albums.iter().any(|key| source.album(key).unwrap().title == "From Ada")
    });
    assert_eq!(shared.count(), count(&|photo| is_taken(photo) && photo.is_from_partner));
}

#[test]
fn what_changes_in_a_json_changes_the_stamp_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let json = write(folder.path(), "Takeout/Photos/2019/a.jpg.json", about("a.jpg").as_bytes());
    write(folder.path(), "Takeout/Photos/2019/a.jpg", b"photo");
    let source = source(&[folder.path().to_owned()]);
    let before = list(&source).items.remove(0);
    assert_eq!(list(&source).items, std::slice::from_ref(&before));

    fs::write(json, about("a.jpg").replace("\"title\"", "\"favorited\":true,\"title\"")).unwrap();
    let after = list(&source).items.remove(0);

    assert_ne!(after.stamp, before.stamp);
    assert_eq!((after.id, after.media.stamp), (before.id, before.media.stamp));
    assert_eq!(source.facts(&after).unwrap().is_favourite, Some(true));
}
