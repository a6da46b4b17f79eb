//! No circles between the files of a crate: what a file uses never leads back to it. Two things do not count:
//! re-exports (`pub use`), with which a folder presents its files, and what a file uses of the modules that it lies in.

#![cfg(test)]

mod graph;
mod modules;
mod paths;

use std::path::Path;

use postern_testkit::sources;

use graph::circles;
use modules::Modules;

/// The circles of the sources below a crate's root file, each as sorted paths relative to its folder.
fn circles_of(root_file: &Path) -> Vec<Vec<String>> {
    let modules = Modules::read(root_file);
    circles(&modules.edges())
}

#[test]
fn files_of_a_crate_form_no_circle() {
    let mut found = Vec::new();
    for name in sources::crates().unwrap() {
        let folder = sources::root().join("crates").join(&name).join("src");
        for file in ["lib.rs", "main.rs"].map(|file| folder.join(file)) {
            if file.is_file() {
                found.extend(circles_of(&file).into_iter().map(|circle| format!("{name}: {}", circle.join(", "))));
            }
        }
    }
    assert!(found.is_empty(), "files that use one another in a circle:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found_through_names_and_nested_modules() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a; mod b; mod c; pub use c::Free;");
    write("a/mod.rs", "mod inner; pub use inner::One; pub fn f(one: inner::One) {}");
    write("a/inner.rs", "use super::f; use crate::b; pub struct One(b::Two);");
    write("b.rs", "pub struct Two; #[cfg(test)] mod tests { use crate::c::Free; } fn f() { crate::a::One::new(); }");
    write("c.rs", "use crate::b::Two; pub struct Free;");
    assert_eq!(circles_of(&folder.path().join("lib.rs")), [["a/inner.rs", "b.rs"]]);
}
