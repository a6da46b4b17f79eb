//! Strongly connected components of the graph of files.

use std::collections::{BTreeMap, BTreeSet};

/// Which files each file uses.
pub(crate) type Edges = BTreeMap<String, BTreeSet<String>>;

/// Every group of files that reach one another, sorted.
pub(crate) fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = edges.keys().map(|file| (file, reach(edges, file))).collect();
    let mut found = BTreeSet::new();
    for (file, others) in &reached {
        if others.contains(file) {
            let back = |other: &&&String| reached.get(**other).is_some_and(|files| files.contains(file));
            found.insert(others.iter().filter(back).map(|other| (*other).clone()).collect::<Vec<_>>());
        }
    }
    found.into_iter().collect()
}

/// All that a file uses, directly or through others.
fn reach<'a>(edges: &'a Edges, file: &String) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&String> = edges[file].iter().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(&edges[next]);
        }
    }
    found
}
