//! `paths`: the spellings of a path that a backend treats as equal.

use postern_authn::rules::PathComparison;

use crate::table::{Complaint, Table};

/// Reads the key `paths`: "exact", "case-insensitive", "trailing-slash", or a list of the last two.
pub(crate) fn read(table: &mut Table<'_>) -> Option<PathComparison> {
    let value = table.value("paths")?;
    let items: Option<Vec<String>> = match value.as_str() {
        Some(text) => {
            Some(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
        }
        None => value.into_array().and_then(|items| items.into_iter().map(|item| item.into_string()).collect()),
    };
    let remedy = "write paths = \"exact\", or a list of \"case-insensitive\" and \"trailing-slash\"";
    let Some(items) = items else {
        table.report("paths", "this is neither a text nor a list of texts".to_owned(), remedy);
        return None;
    };
    if items.is_empty() {
        return None;
    }
    match comparison(&items) {
        Ok(comparison) => Some(comparison),
        Err((what, remedy)) => {
            table.report("paths", what, remedy);
            None
        }
    }
}

fn comparison(items: &[String]) -> Result<PathComparison, Complaint> {
    let mut comparison = PathComparison::EXACT;
    for item in items {
        match item.as_str() {
            "exact" if items.len() == 1 => {}
            "exact" => {
                return Err(("\"exact\" stands beside another value".to_owned(), "write it alone, or not at all"));
            }
            "case-insensitive" => comparison.ignore_case = true,
            "trailing-slash" => comparison.ignore_trailing_slash = true,
            other => {
                let remedy = "use exact, case-insensitive or trailing-slash";
                return Err((format!("{other:?} is no way to compare paths"), remedy));
            }
        }
    }
    Ok(comparison)
}
