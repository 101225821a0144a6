//! The commands that the page names. They hold ids and nothing else: a path with a line break in it would run as two
//! commands when pasted, an id cannot.

use photo_similarity::GroupId;
use sync_core::organize::{MemberRecord, Place};

use super::Head;

/// The name of a group, as commands take it: the beginning of its id, long enough that no other group of a library has
/// the same.
pub(super) fn name(group: GroupId) -> String {
    let mut name = group.to_string();
    name.truncate(12);
    name
}

/// The name of a photo, as `--keep` takes it.
pub(super) fn photo(member: &MemberRecord) -> String {
    match &member.place {
        Place::Asset(id) => id.to_string(),
        Place::File(_) => member.place.photo().to_string(),
    }
}

/// Says that this photo of the group is to be kept.
pub(super) fn keep(head: &Head, group: GroupId, member: &MemberRecord) -> String {
    format!("immich-sync organize decide {} --keep {}{}", name(group), photo(member), head.options)
}

/// Says that the photos of the group are no duplicates.
pub(super) fn ignore(head: &Head, group: GroupId) -> String {
    format!("immich-sync organize decide {} --ignore{}", name(group), head.options)
}

/// Shows the group in a terminal.
pub(super) fn show(head: &Head, group: GroupId) -> String {
    format!("immich-sync organize show {}{}", name(group), head.options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{asset, file, head};

    #[test]
    fn a_command_is_one_line_of_plain_signs_whatever_the_path_is() {
        let members = [asset(1, "a.jpg"), file("/photos/a\n'; rm -rf ~; '.jpg")];
        let group = GroupId([0xab; 16]);

        let head = Head { options: " --source local".to_owned(), ..head(&[]) };
        let lines = members.iter().map(|member| keep(&head, group, member));
        for line in lines.chain([ignore(&head, group), show(&head, group)]) {
            assert!(line.ends_with(" --source local"), "{line}");
            assert!(line.chars().all(|sign| sign.is_ascii_alphanumeric() || " -".contains(sign)), "{line}");
            assert!(line.contains(" abababababab"), "{line}");
        }
    }
}
