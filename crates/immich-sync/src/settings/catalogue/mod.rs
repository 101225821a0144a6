//! Every setting of the program, each described once; what is said of it is its help.

macro_rules! settings {
    ($($heading:literal { $($(#[doc = $help:literal])+ $constant:ident = $setting:expr;)+ })+) => {
        $($(
            $(#[doc = $help])+
            pub(crate) const $constant: $crate::settings::setting::Setting =
                $setting.described($heading, &[$($help),+]);
        )+)+

        /// All of this file, in the order of the help.
        pub(super) const LIST: &[$crate::settings::setting::Setting] = &[$($($constant),+),+];
    };
}

mod connection;
mod export;
mod files;
mod import;
mod layout;
mod organize;
mod running;
mod schedule;
mod telling;
mod unattended;
mod what;

pub(crate) use connection::*;
pub(crate) use export::*;
pub(crate) use files::*;
pub(crate) use import::*;
pub(crate) use layout::*;
pub(crate) use organize::*;
pub(crate) use running::*;
pub(crate) use schedule::*;
pub(crate) use telling::*;
pub(crate) use unattended::*;
pub(crate) use what::*;

use super::setting::Setting;

/// Every setting, in the order of the help.
pub(crate) fn all() -> impl Iterator<Item = Setting> {
    let lists = [
        what::LIST,
        organize::LIST,
        import::LIST,
        export::LIST,
        running::LIST,
        connection::LIST,
        files::LIST,
        layout::LIST,
        telling::LIST,
        unattended::LIST,
        schedule::LIST,
    ];
    lists.concat().into_iter()
}

/// Whether a setting names a file with the secret that another setting holds.
pub(crate) fn is_file_of_a_secret(name: &str) -> bool {
    let of = name.strip_suffix("-file");
    of.is_some_and(|of| all().any(|setting| setting.name == of && setting.is_secret))
}

/// The names of all variables.
pub(crate) fn variables() -> Vec<String> {
    all().flat_map(|setting| setting.variables()).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_name_or_a_variable() {
        let names: Vec<&str> = all().map(|setting| setting.name).collect();
        let variables = variables();

        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(variables.iter().collect::<BTreeSet<_>>().len(), variables.len());
    }

    #[test]
    fn every_variable_of_the_known_tools_is_there() {
        let variables = variables();

        for name in [
            "IMMICH_INSTANCE_URL",
            "IMMICH_URL",
            "IMMICH_API_KEY",
            "IMMICH_PHOTO_DIR",
            "PHOTO_DIR",
            "IMMICH_LOG_FILE",
            "LOG_FILE",
            "CAPTION_MAX_LEN",
            "IMMICH_LOG_FORMAT",
            "IMMICH_STRUCTURED_LOGS",
            "IMMICH_PATH_SEGMENTS",
            "IMMICH_ALBUM_CACHE_TTL",
            "IMMICH_ALBUM_CACHE_MAX_STALE",
            "TZ",
        ] {
            assert!(variables.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn what_is_an_option_is_a_variable_too() {
        let for_one_command = [JOB.name, RESULT_FILE.name];
        let options = all().filter(|setting| setting.on_command_line);
        for setting in options.filter(|setting| !for_one_command.contains(&setting.name)) {
            assert!(setting.in_environment, "{}", setting.name);
        }
    }
}
