//! `[cors]`: origins whose scripts may call the JSON API.

use postern_model::web::{Cors, Origin};

use url::Url;

use crate::parse;
use crate::table::Table;

/// Reads the section. `frontend` is the dashboard of the NetPilot profile, whose origin is always allowed.
pub(crate) fn read(table: &mut Table<'_>, frontend: Option<&Url>) -> (Cors, Vec<Origin>) {
    let mut origins = table.list_of("origins", |text| match text {
        "*" | "null" => Err((
            format!("{text:?} would let any page act as the signed-in user"),
            "list the origins of your front ends, such as https://app.example.com",
        )),
        other => parse::origin(other),
    });
    let frontend = frontend.and_then(|url| url.origin().ascii_serialization().parse::<Origin>().ok());
    if let Some(origin) = frontend.filter(|origin| !origins.contains(origin)) {
        origins.push(origin);
    }
    (Cors::new(origins.clone()), origins)
}
