//! The imports of a module and the paths in its code.

use syn::visit::{self, Visit};
use syn::{Item, ItemUse, UseTree, Visibility};

/// A name that a `use` brings into a module; `*` for all of a module's.
pub(crate) struct Import {
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    /// Whether it is a re-export.
    pub(crate) exported: bool,
}

/// The imports of a `use`, one by one.
pub(crate) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    flatten(&item.tree, &mut Vec::new(), !matches!(item.vis, Visibility::Inherited), &mut found);
    found
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, exported: bool, found: &mut Vec<Import>) {
    let mut add = |name: String, last: Option<String>| {
        let path = before.iter().cloned().chain(last).collect();
        found.push(Import { name, path, exported });
    };
    match tree {
        UseTree::Name(name) if name.ident == "self" => add(before.last().cloned().unwrap_or_default(), None),
        UseTree::Name(name) => add(name.ident.to_string(), Some(name.ident.to_string())),
        UseTree::Rename(name) if name.ident == "self" => add(name.rename.to_string(), None),
        UseTree::Rename(name) => add(name.rename.to_string(), Some(name.ident.to_string())),
        UseTree::Glob(_) => add("*".to_owned(), None),
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, exported, found);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, exported, found);
            }
        }
    }
}

/// The paths of two segments and more in an item; shorter ones are names that an import or the module itself has.
pub(crate) fn paths_in(item: &Item) -> Vec<Vec<String>> {
    let mut found = Paths(Vec::new());
    found.visit_item(item);
    found.0
}

struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.0.extend(imports(item).into_iter().map(|import| import.path));
    }
}
