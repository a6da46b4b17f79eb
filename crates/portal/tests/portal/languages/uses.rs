//! Templates and code name messages that exist, and every message is used.

use std::collections::BTreeSet;
use std::path::Path;

use super::catalogues::catalogue;

fn ids() -> BTreeSet<String> {
    catalogue("en").into_values().flat_map(|messages| messages.into_keys()).collect()
}

/// Reads all files of a folder and those below it.
fn read(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if path.file_name().is_some_and(|name| !name.to_string_lossy().ends_with("samples.rs")) {
            text.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

/// Returns what stands in quotation marks and looks like an id.
fn literals(text: &str) -> BTreeSet<String> {
    let like_an_id = |piece: &&str| {
        piece.contains('-')
            && piece.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split('"').filter(like_an_id).map(str::to_owned).collect()
}

fn sources() -> String {
    let mut text = String::new();
    for folder in ["src", "templates"] {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    text
}

#[test]
fn every_message_is_used() {
    let used = literals(&sources());
    let unused: Vec<String> = ids().into_iter().filter(|id| !used.contains(id)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_message_that_is_named_exists() {
    let ids = ids();
    let prefix = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
    let prefixes: BTreeSet<String> = ids.iter().map(|id| prefix(id)).collect();
    // Names of other things that begin like a message.
    let others = ["device-gone"];
    let missing: Vec<String> = literals(&sources())
        .into_iter()
        .filter(|named| prefixes.contains(&prefix(named)) && !ids.contains(named) && !others.contains(&named.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The explanations of refusals stand in English where programs get them too: if one changes there, the message goes unused
/// without notice.
#[test]
fn explanations_of_refusals_are_those_that_programs_get() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut told = String::new();
    for folder in ["proxy/src", "server/src/stack"] {
        read(&crates.join(folder), &mut told);
    }
    let told: String = told.split("\\\n").map(str::trim_start).collect();
    let errors = catalogue("en").remove("errors.ftl").unwrap();
    for (id, said) in errors.iter().filter(|(id, _)| id.starts_with("problem-")) {
        let words = said.words.replace("{ $url }", "{}");
        assert!(told.contains(&words), "{id}: {words}");
    }
}
