//! Names that people give to their factors.

use postern_model::passkey::NAME_MAX;

/// Makes a typed name presentable; `unnamed` is the name of a factor that got none.
pub(super) fn readable(name: &str, unnamed: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    if name.is_empty() { unnamed.to_owned() } else { name }
}
