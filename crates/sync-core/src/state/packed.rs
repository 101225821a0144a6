//! What stands in very many rows, in as few bytes as it has.
//!
//! A million assets as JSON and text take twice the room, and a page of the listing twice the time.

use immich_api::{AlbumId, AssetId};
use photo_metadata::replace::FileIdentity;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::record::{Role, Sha1s};

/// An id as its 16 bytes, in the order of its text.
pub(super) struct Id<'a, T>(pub(super) &'a T);

/// An id out of its 16 bytes.
pub(super) struct OwnedId<T>(pub(super) T);

macro_rules! ids {
    ($($name:ident)+) => {$(
        impl ToSql for Id<'_, $name> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0.as_u128().to_be_bytes().to_vec()))
            }
        }

        impl FromSql for OwnedId<$name> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = <[u8; 16]>::column_result(value)?;
                Ok(Self($name::from_u128(u128::from_be_bytes(bytes))))
            }
        }
    )+};
}

ids! { AssetId AlbumId }

/// A number that counts; SQLite has signed ones only.
pub(super) struct Count(pub(super) u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(i64::try_from(self.0).unwrap_or(i64::MAX)))
    }
}

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Self).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// Any number of ids, 16 bytes each.
pub(super) struct Numbers(pub(super) Vec<u128>);

impl ToSql for Numbers {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>()))
    }
}

impl FromSql for Numbers {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let (numbers, rest) = value.as_blob()?.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(FromSqlError::InvalidType);
        }
        Ok(Self(numbers.iter().map(|number| u128::from_be_bytes(*number)).collect()))
    }
}

/// What a file was, as six numbers of 8 bytes.
pub(super) struct PackedFile(pub(super) FileIdentity);

/// Bytes of a [`PackedFile`].
const FILE: usize = 48;

impl ToSql for PackedFile {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let FileIdentity { device, inode, size, mtime_ns, ctime_ns, links } = self.0;
        let numbers = [device, inode, size, mtime_ns.cast_unsigned(), ctime_ns.cast_unsigned(), links];
        Ok(ToSqlOutput::from(numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>()))
    }
}

impl FromSql for PackedFile {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = <[u8; FILE]>::column_result(value)?;
        let mut numbers = [0; FILE / 8];
        for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *number = u64::from_be_bytes(*bytes);
        }
        let [device, inode, size, mtime_ns, ctime_ns, links] = numbers;
        let (mtime_ns, ctime_ns) = (mtime_ns.cast_signed(), ctime_ns.cast_signed());
        Ok(Self(FileIdentity { device, inode, size, mtime_ns, ctime_ns, links }))
    }
}

/// Two checksums in a row.
pub(super) struct PackedSha1s(pub(super) Sha1s);

impl ToSql for PackedSha1s {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from([self.0.before, self.0.after].concat()))
    }
}

impl FromSql for PackedSha1s {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_blob()?.as_chunks::<20>() {
            ([before, after], []) => Ok(Self(Sha1s { before: *before, after: *after })),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

impl Role {
    const ALL: [Self; 3] = [Self::Original, Self::Sidecar, Self::StemSidecar];

    /// The word in the database.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Sidecar => "sidecar",
            Self::StemSidecar => "stem-sidecar",
        }
    }
}

impl FromSql for Role {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: FromSql>(value: &impl ToSql) -> FromSqlResult<T> {
        match value.to_sql().unwrap() {
            ToSqlOutput::Owned(value) => T::column_result(ValueRef::from(&value)),
            ToSqlOutput::Borrowed(value) => T::column_result(value),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_comes_back_whatever_its_numbers_are() {
        for (device, mtime_ns) in [(u64::MAX, i64::MIN), (0, -1), (1, i64::MAX)] {
            let file = FileIdentity { device, inode: 2, size: 3, mtime_ns, ctime_ns: 5, links: 6 };

            assert_eq!(back::<PackedFile>(&PackedFile(file)).unwrap().0, file);
        }
    }

    #[test]
    fn other_lengths_are_errors() {
        assert!(PackedFile::column_result(ValueRef::Blob(&[0; 47])).is_err());
        assert!(PackedSha1s::column_result(ValueRef::Blob(&[0; 39])).is_err());
        assert!(PackedSha1s::column_result(ValueRef::Blob(&[0; 60])).is_err());
        assert!(Numbers::column_result(ValueRef::Blob(&[0; 17])).is_err());
        assert!(OwnedId::<AssetId>::column_result(ValueRef::Blob(&[0; 15])).is_err());
        assert!(Numbers::column_result(ValueRef::Blob(&[])).unwrap().0.is_empty());
    }

    #[test]
    fn words_of_the_database_are_those_of_the_program() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
            assert_eq!(Role::column_result(ValueRef::Text(role.word().as_bytes())), Ok(role));
        }
        assert!(Role::column_result(ValueRef::Text(b"other")).is_err());
    }
}
