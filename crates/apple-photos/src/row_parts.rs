//! Parts of a row that belong to the file more than to the photo: sizes, the last edit, names in iCloud.
//!
//! As everywhere, the cells are read in the order in which the columns are selected.

use crate::cells::Cells;
use crate::instants::instant;
use crate::select::Select;
use crate::{Cloud, Edit, Size};

const ATTRIBUTES: &str = "ZADDITIONALASSETATTRIBUTES";

pub(crate) struct Sizes {
    pub(crate) current: Size,
    pub(crate) original: Size,
    pub(crate) bytes: Option<u64>,
    pub(crate) duration: Option<f64>,
}

pub(crate) fn size_columns(select: &mut Select<'_>, table: &str) {
    select.all("a", table, &["ZWIDTH", "ZHEIGHT", "ZORIENTATION", "ZDURATION"]).all(
        "d",
        ATTRIBUTES,
        &["ZORIGINALWIDTH", "ZORIGINALHEIGHT", "ZORIGINALORIENTATION", "ZORIGINALFILESIZE"],
    );
}

pub(crate) fn sizes(cells: &mut Cells<'_, '_>) -> Sizes {
    let current = size(cells);
    let duration = cells.real().filter(|seconds| *seconds > 0.0);
    Sizes { current, duration, original: size(cells), bytes: cells.natural().filter(|bytes| *bytes > 0) }
}

fn size(cells: &mut Cells<'_, '_>) -> Size {
    let (width, height) = (cells.natural().unwrap_or(0), cells.natural().unwrap_or(0));
    let orientation = cells.natural().filter(|orientation| (1..=8).contains(orientation)).unwrap_or(1);
    Size { width, height, orientation }
}

pub(crate) struct EditCells {
    pub(crate) is_edited: bool,
    pub(crate) edit: Edit,
}

pub(crate) fn edit_columns(select: &mut Select<'_>, table: &str) {
    select
        .first("a", table, &["ZADJUSTMENTSSTATE", "ZHASADJUSTMENTS"])
        .all("a", table, &["ZADJUSTMENTTIMESTAMP"])
        .all("u", "ZUNMANAGEDADJUSTMENT", &["ZADJUSTMENTFORMATIDENTIFIER"]);
}

pub(crate) fn edit(cells: &mut Cells<'_, '_>) -> EditCells {
    EditCells { is_edited: cells.is_set(), edit: Edit { at: instant(cells.real()), format: cells.text() } }
}

pub(crate) struct CloudCells {
    pub(crate) names: Cloud,
    pub(crate) original_name: Option<String>,
}

pub(crate) fn cloud_columns(select: &mut Select<'_>, table: &str) {
    select.all("a", table, &["ZCLOUDASSETGUID", "ZCLOUDOWNERHASHEDPERSONID"]).all(
        "m",
        "ZCLOUDMASTER",
        &["ZCLOUDMASTERGUID", "ZCLOUDLOCALSTATE", "ZORIGINALFILENAME"],
    );
}

pub(crate) fn cloud(cells: &mut Cells<'_, '_>) -> CloudCells {
    let (asset_guid, owner) = (cells.text(), cells.text());
    let (master_guid, state) = (cells.text(), cells.integer());
    let names = Cloud { asset_guid, master_guid, owner, is_synced: state == Some(3) };
    CloudCells { names, original_name: cells.text() }
}
