//! How servers read a path: every transformation that a server is known to apply, in any order, until nothing changes.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

/// The most paths that are followed; the gateway refuses paths with more readings long before.
const MOST: usize = 256;

/// All readings of `path` by lenient servers, `path` itself included.
pub(crate) fn readings(path: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([path.to_owned()]);
    let mut open = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        let steps =
            [decoded(&next), without_parameters(&next), merged(&next), resolved(&next), slashed(&next), cut(&next)];
        for step in steps {
            if found.len() < MOST && found.insert(step.clone()) {
                open.push(step);
            }
        }
    }
    found
}

/// Whether every server reads `path` as one below `prefix`, which ends with a slash.
pub(crate) fn all_below(path: &str, prefix: &str) -> bool {
    readings(path).iter().all(|reading| reading.starts_with(prefix))
}

fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Servlet containers remove `;…` from every segment.
fn without_parameters(path: &str) -> String {
    let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    segments.collect::<Vec<_>>().join("/")
}

/// nginx and Werkzeug merge slashes.
fn merged(path: &str) -> String {
    let mut merged = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !merged.ends_with('/') {
            merged.push(c);
        }
    }
    merged
}

/// RFC 3986 §5.2.4.
fn resolved(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for segment in path.split('/').skip(1) {
        ends_open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    let end = if ends_open && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

/// WHATWG URLs and some servers read a backslash as a slash.
fn slashed(path: &str) -> String {
    path.replace('\\', "/")
}

/// Servers that look for `?`, `#` or NUL after decoding end the path there.
fn cut(path: &str) -> String {
    path.split(['?', '#', '\0']).next().unwrap_or_default().to_owned()
}
