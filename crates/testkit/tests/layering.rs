//! The rules of docs/ARCHITECTURE.md that a compiler does not check: which crate may use which, where SQL may stand,
//! who may read the environment, and how long a file may grow.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each crate and the crates of ours that it may use.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("postern-model", &[]),
    ("postern-http", &["postern-model"]),
    ("postern-keystore", &["postern-model"]),
    ("postern-webauthn", &[]),
    ("postern-authn", &["postern-model", "postern-keystore", "postern-webauthn"]),
    ("postern-store", &["postern-model"]),
    ("postern-mail", &["postern-model"]),
    ("postern-proxy", &["postern-model", "postern-http", "postern-keystore", "postern-authn"]),
    ("postern-listener", &["postern-model", "postern-http"]),
    ("postern-portal", &["postern-model", "postern-keystore", "postern-authn"]),
    (
        "postern-config",
        &["postern-model", "postern-http", "postern-keystore", "postern-authn", "postern-mail", "postern-proxy"],
    ),
    ("postern-ext-authz", &["postern-model", "postern-http", "postern-proxy"]),
    ("postern-demo", &["postern-model", "postern-keystore"]),
];

/// Lines that a source file may have; one idea needs less.
const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What a package is built with, tests aside.
fn dependencies(package: &Value) -> BTreeSet<&str> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|one| one["kind"] != "dev").map(|one| one["name"].as_str().unwrap()).collect()
}

/// The text of every file with this ending below a folder; what tools install there is passed over.
fn files(below: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "node_modules" {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn crate_sources() -> Vec<(String, PathBuf, String)> {
    let crates = root().join("crates");
    let folders = std::fs::read_dir(&crates).unwrap().map(|entry| entry.unwrap().path());
    folders
        .filter(|folder| folder.join("src").is_dir())
        .flat_map(|folder| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            files(&folder.join("src"), "rs").into_iter().map(move |(path, text)| (name.clone(), path, text))
        })
        .collect()
}

/// The part of a file that ships: its test modules stand at the end.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn crates_use_only_what_stands_below_them() {
    let packages = packages();
    for (name, allowed) in ALLOWED {
        let package = packages.iter().find(|package| package["name"] == name).expect(name);
        for used in dependencies(package).into_iter().filter(|used| used.starts_with("postern")) {
            assert!(allowed.contains(&used), "{name} must not use {used}");
        }
    }
}

#[test]
fn the_gateway_contains_nothing_of_the_demo_or_the_testkit() {
    let packages = packages();
    let server = packages.iter().find(|package| package["name"] == "postern").unwrap();
    for banned in ["postern-demo", "postern-testkit"] {
        assert!(!dependencies(server).contains(banned), "promise 19");
    }
}

#[test]
fn the_model_does_no_io() {
    let packages = packages();
    let model = packages.iter().find(|package| package["name"] == "postern-model").unwrap();
    for banned in ["tokio", "hyper", "rusqlite", "tokio-postgres", "ring"] {
        assert!(!dependencies(model).contains(banned), "{banned}");
    }
}

#[test]
fn only_the_store_holds_sql() {
    for (name, path, text) in crate_sources() {
        if matches!(name.as_str(), "store" | "testkit") {
            continue;
        }
        for statement in ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"CREATE ", "\"ALTER "] {
            assert!(!shipped(&text).contains(statement), "{} has {statement}", path.display());
        }
    }
}

#[test]
fn only_the_server_reads_the_environment() {
    for (name, path, text) in crate_sources() {
        if matches!(name.as_str(), "server" | "demo" | "testkit") {
            continue;
        }
        assert!(!shipped(&text).contains("std::env::"), "{}", path.display());
    }
}

#[test]
fn permits_are_made_in_one_file() {
    for (_, path, text) in crate_sources() {
        if !path.ends_with("authn/src/access.rs") {
            assert!(!text.contains("Permit {"), "{} makes a permit", path.display());
        }
    }
}

#[test]
fn files_stay_short_enough_to_hold_one_idea() {
    for (_, path, text) in crate_sources() {
        let lines = shipped(&text).lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines before its tests", path.display());
    }
}

#[test]
fn the_promises_name_tests_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/promises.md")).unwrap();
    let named: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
        .collect();
    let mut texts = files(&root().join("crates"), "rs");
    texts.extend(files(&root().join("tests/e2e"), "py"));
    for name in &named {
        let defined = texts
            .iter()
            .any(|(_, text)| text.contains(&format!("fn {name}(")) || text.contains(&format!("def {name}(")));
        assert!(defined, "docs/promises.md names {name}, which is no test");
    }
    assert!(named.len() > 40, "every promise names its tests");
}
