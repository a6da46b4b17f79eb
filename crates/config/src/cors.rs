//! `[cors]`: whose scripts may call the JSON API.

use postern_model::web::{Cors, Origin};

use crate::parse;
use crate::table::Table;

pub(crate) fn read(table: &mut Table<'_>) -> (Cors, Vec<Origin>) {
    let origins = table.list_of("origins", |text| match text {
        "*" | "null" => Err((
            format!("{text:?} would let any page act as the signed-in user"),
            "list the origins of your front ends, such as https://app.example.com",
        )),
        other => parse::origin(other),
    });
    (Cors::new(origins.clone()), origins)
}
