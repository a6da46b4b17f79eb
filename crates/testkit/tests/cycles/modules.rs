//! The module tree of a crate, and which file each name leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Item};

use crate::graph::Edges;
use crate::paths::{Import, imports, paths_in};

/// A module's path from the crate's root: `["sessions", "cache"]`.
pub(crate) type ModulePath = Vec<String>;

/// Aliases that lead to aliases are followed this far.
const DEEPEST: usize = 12;

#[derive(Default)]
struct Module {
    file: String,
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in its code, as written.
    uses: Vec<Vec<String>>,
}

/// All modules of a crate that ship.
pub(crate) struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads the crate whose root file is given.
    pub(crate) fn read(root_file: &Path) -> Self {
        let folder = root_file.parent().unwrap();
        let mut modules = Self(BTreeMap::new());
        modules.read_file(folder, root_file, Vec::new());
        modules
    }

    fn read_file(&mut self, folder: &Path, file: &Path, path: ModulePath) {
        let text = std::fs::read_to_string(file).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let own = if path.is_empty() || file.ends_with("mod.rs") {
            file.parent().unwrap().to_owned()
        } else {
            file.with_extension("")
        };
        let name = file.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        self.read_items(folder, &own, &name, path, &parsed.items);
    }

    fn read_items(&mut self, folder: &Path, own: &Path, file: &str, path: ModulePath, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            if is_test(attributes(item)) {
                continue;
            }
            match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let below: ModulePath = path.iter().cloned().chain([name.clone()]).collect();
                    match &inner.content {
                        Some((_, items)) => self.read_items(folder, &own.join(&name), file, below, items),
                        None => self.read_file(folder, &module_file(own, &name, &inner.attrs), below),
                    }
                    module.children.insert(name);
                }
                Item::Use(item) => module.imports.extend(imports(item)),
                other => {
                    module.items.extend(name_of(other));
                    module.uses.extend(paths_in(other));
                }
            }
        }
        self.0.insert(path, module);
    }

    /// Which files each file uses. Itself and the modules that it lies in do not count: a folder's `mod.rs` and its
    /// files are read together.
    pub(crate) fn edges(&self) -> Edges {
        let mut edges: Edges = self.0.values().map(|module| (module.file.clone(), BTreeSet::new())).collect();
        for (path, module) in &self.0 {
            let imported = module.imports.iter().filter(|import| !import.exported).map(|import| &import.path);
            for used in imported.chain(&module.uses) {
                let outside = |file: &String| !self.around(path).any(|own| own == file);
                if let Some(file) = self.file_of(path, used, 0).filter(outside) {
                    edges.get_mut(&module.file).unwrap().insert(file);
                }
            }
        }
        edges
    }

    /// The files of a module and of all modules that it lies in.
    fn around(&self, path: &[String]) -> impl Iterator<Item = &str> {
        (0..=path.len()).filter_map(|length| Some(self.0.get(&path[..length])?.file.as_str()))
    }

    /// The file that defines what a path names, seen from a module. None for other crates, and for a module as such.
    fn file_of(&self, from: &[String], path: &[String], depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" => (from.to_vec(), rest),
            "super" => (from[..from.len().checked_sub(1)?].to_vec(), rest),
            _ => (from.to_vec(), path),
        };
        let relative = !matches!(first.as_str(), "crate" | "self" | "super");
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                at.pop()?;
                rest = after;
                continue;
            }
            let module = self.0.get(&at)?;
            if module.children.contains(name) {
                at.push(name.clone());
                rest = after;
                continue;
            }
            if module.items.contains(name) {
                return Some(module.file.clone());
            }
            if let Some(import) = module.imports.iter().find(|import| import.name == *name) {
                let whole: Vec<String> = import.path.iter().chain(after).cloned().collect();
                // An alias of the same name that leads here again is of another crate.
                return if import.path.first() == Some(name) && import.path.len() == 1 {
                    None
                } else {
                    self.file_of(&at, &whole, depth + 1)
                };
            }
            let globs = module.imports.iter().filter(|import| import.name == "*");
            let through = globs.filter_map(|import| {
                let whole: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                self.file_of(&at, &whole, depth + 1)
            });
            return through.into_iter().next().or_else(|| (!relative).then(|| module.file.clone()));
        }
        None
    }
}

fn module_file(own: &Path, name: &str, attributes: &[Attribute]) -> PathBuf {
    assert!(!attributes.iter().any(|attribute| attribute.path().is_ident("path")), "mod {name} has a path attribute");
    let file = own.join(format!("{name}.rs"));
    if file.is_file() { file } else { own.join(name).join("mod.rs") }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
