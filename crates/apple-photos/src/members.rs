//! What is in an album, in the order in which the user looks at it.

use rusqlite::Connection;

use crate::AlbumSort;
use crate::albums::AlbumRow;
use crate::schema::{Join, Schema};
use crate::sides::collect;

/// The UUIDs of the assets of an album.
pub(crate) fn members(
    connection: &Connection,
    schema: &Schema,
    row: AlbumRow,
    sort: AlbumSort,
) -> rusqlite::Result<Vec<String>> {
    let Some(assets) = schema.asset_table() else { return Ok(Vec::new()) };
    let statement = match row {
        AlbumRow::Share(share) => of_share(schema, assets, share),
        AlbumRow::Album(album) => {
            schema.album_join().map(|join| of_album(schema, assets, &join, album, sort))
        }
    };
    let Some(statement) = statement else { return Ok(Vec::new()) };
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is for one lifetime only")]
    collect(connection, &statement, |cells| cells.text())
}

/// Nobody arranges shared albums: they are in the order in which they were shared.
fn of_share(schema: &Schema, assets: &str, share: i64) -> Option<String> {
    schema.has_column(assets, "ZCOLLECTIONSHARE").then_some(())?;
    let published = schema.first(assets, &["ZCLOUDBATCHPUBLISHDATE", "Z_PK"])?;
    Some(format!(
        "SELECT a.ZUUID FROM {assets} a WHERE a.ZCOLLECTIONSHARE = {share} ORDER BY a.{published}, a.Z_PK"
    ))
}

fn of_album(schema: &Schema, assets: &str, join: &Join, album: i64, sort: AlbumSort) -> String {
    let has_titles = schema.has_column("ZADDITIONALASSETATTRIBUTES", "ZTITLE");
    let date = schema.first(assets, &["ZDATECREATED", "Z_PK"]).unwrap_or("Z_PK");
    let (titles, order) = match (sort, &join.order) {
        (AlbumSort::OldestFirst, _) => ("", format!("a.{date}, a.Z_PK")),
        (AlbumSort::NewestFirst, _) => ("", format!("a.{date} DESC, a.Z_PK DESC")),
        (AlbumSort::Title, _) if has_titles => (
            "LEFT JOIN ZADDITIONALASSETATTRIBUTES d ON d.ZASSET = a.Z_PK",
            "d.ZTITLE IS NULL, d.ZTITLE, a.Z_PK".to_owned(),
        ),
        (_, Some(manual)) => ("", format!("j.{manual}, a.Z_PK")),
        (_, None) => ("", "a.Z_PK".to_owned()),
    };
    let Join { table, holder, held, .. } = join;
    format!(
        "SELECT a.ZUUID FROM {table} j JOIN {assets} a ON a.Z_PK = j.{held} {titles} \
         WHERE j.{holder} = {album} ORDER BY {order}"
    )
}
