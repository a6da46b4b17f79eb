//! The repository's own files, for tests about its structure.

use std::io;
use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Source {
    /// Its path below the repository's root, with `/`.
    pub path: String,
    /// Its contents.
    pub text: String,
}

impl Source {
    /// The text without the test modules, which stand at the end of a file.
    #[must_use]
    pub fn shipped(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or_default()
    }
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below `folder` (relative to the root) whose name ends with one of `endings`. Hidden folders,
/// `node_modules` and build output are passed over.
///
/// # Errors
/// When a folder or file cannot be read, or is not UTF-8.
pub fn below(folder: &str, endings: &[&str]) -> io::Result<Vec<Source>> {
    let root = root();
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !["node_modules", "target", "artefacts", "__pycache__"].contains(&&*name) {
                    open.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let relative = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
                found.push(Source { path: relative, text: std::fs::read_to_string(&path)? });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The folders of `crates/`, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn crates() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("crates"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
