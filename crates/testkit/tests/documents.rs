//! Documents are held to the code: the code map names every crate, links and citations lead to files that exist, no
//! dependency is of any version.

#![cfg(test)]

use std::path::{Component, Path, PathBuf};

use postern_testkit::sources::{self, Source};

/// Public documents of others, named by repository and path.
const PUBLIC: [&str; 1] = ["grpc/doc/"];

/// Where code lives whose comments may cite documents.
const CODE: [&str; 6] = ["crates", "fuzz", "bench", "tests", "scripts", "migrations"];

fn read(path: &str) -> String {
    std::fs::read_to_string(sources::root().join(path)).unwrap()
}

/// Every Markdown file of the repository.
fn pages() -> Vec<Source> {
    sources::below(".", &[".md"]).unwrap()
}

#[test]
fn the_code_map_names_every_crate_and_no_other() {
    let page = read("docs/ARCHITECTURE.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `crates/"));
    let mut named: Vec<&str> = rows.map(|row| row.split('`').next().unwrap()).collect();
    named.sort_unstable();
    assert_eq!(named, sources::crates().unwrap(), "rows `crates/NAME` of the code map in docs/ARCHITECTURE.md");
}

#[test]
fn the_code_map_names_files_that_exist() {
    let page = read("docs/ARCHITECTURE.md");
    for row in page.lines().filter_map(|line| line.strip_prefix("| `crates/")) {
        let name = row.split('`').next().unwrap();
        let folder = sources::root().join("crates").join(name);
        for file in row.split('`').skip(2).step_by(2).filter(|code| code.ends_with(".rs") || code.ends_with('/')) {
            let found = ["src", "", "tests"].iter().any(|below| folder.join(below).join(file).exists());
            assert!(found, "the code map says that crates/{name} has {file}");
        }
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        for target in page.text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let path = target.split('#').next().unwrap();
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let folder = Path::new(&page.path).parent().unwrap();
            if !sources::root().join(folder).join(path).exists() {
                broken.push(format!("{} links to {target}", page.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn comments_cite_documents_of_the_repository_only() {
    let pages: Vec<PathBuf> = pages().into_iter().map(|page| normalised(Path::new(&page.path))).collect();
    let mut unknown = Vec::new();
    for folder in CODE {
        for source in sources::below(folder, &[".rs", ".py", ".sql", ".sh", ".toml", ".js", ".mjs"]).unwrap() {
            for cited in cited(&source.text).filter(|cited| !PUBLIC.iter().any(|public| cited.starts_with(public))) {
                let there =
                    pages.iter().any(|page| page.ends_with(cited.trim_start_matches("../").trim_start_matches("./")));
                if !there {
                    unknown.push(format!("{} cites {cited}", source.path));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

/// Names of Markdown files in a text.
fn cited(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
    text.split(move |c| !part(c)).filter(|word| word.ends_with(".md") && word.len() > 3)
}

/// A path without `.` components.
fn normalised(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[test]
fn no_dependency_has_a_wildcard_version() {
    for manifest in sources::below(".", &["Cargo.toml"]).unwrap() {
        let lines = manifest.text.lines().filter(|line| !line.trim_start().starts_with(['#', '[']));
        for line in lines {
            assert!(!line.contains("\"*\""), "{}: {line}", manifest.path);
        }
    }
}

#[test]
fn the_image_is_built_with_the_pinned_toolchain() {
    let pinned = read("rust-toolchain.toml");
    let channel = pinned.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap().trim_matches('"');
    assert!(channel.split('.').count() == 3, "rust-toolchain.toml pins a full version, not {channel}");
    assert!(
        read("deploy/docker/Dockerfile").contains(&format!("FROM rust:{channel}")),
        "the image is built with {channel}"
    );
}
