//! What the rules say of a path, and of every other way to read it. The gate asks here, and whoever explains the gate.

use std::iter;

use postern_authn::rules::{Asked, Rules, Ruling};

use crate::legacy;
use crate::path::{Ambiguous, CanonicalPath};

/// Why no rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unruled {
    /// A path of the NetPilot backend that is never reached.
    #[error("this path is never forwarded")]
    Withheld,
    /// The rules say different things about different readings.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
}

/// The ruling on a request for `path`, which is what `asked` names too. `withhold_legacy` with the NetPilot profile.
///
/// All readings of the path must be ruled alike. Where the upstream serves other spellings of it alike (another case, a
/// trailing slash), the stricter of the rules for these spellings holds.
pub fn ruling(
    rules: &Rules,
    withhold_legacy: bool,
    path: &CanonicalPath<'_>,
    asked: &Asked<'_>,
) -> Result<Ruling, Unruled> {
    let asked = Asked { path: path.as_str(), ..*asked };
    let ruling = rules.rule(&asked);
    if withhold_legacy && legacy::is_withheld(path.as_str()) {
        return Err(Unruled::Withheld);
    }
    let readings: Vec<String> = path.readings().collect();
    for reading in &readings {
        let other = rules.rule(&Asked { path: reading, ..asked });
        if !rules.agree(&ruling, &other) {
            return Err(Ambiguous::Rules.into());
        }
        if withhold_legacy && legacy::is_withheld(reading) {
            return Err(Unruled::Withheld);
        }
    }
    let mut strictest = ruling;
    for reading in iter::once(path.as_str()).chain(readings.iter().map(String::as_str)) {
        if let Some(served) = rules.rule_as_served(&Asked { path: reading, ..asked }, ruling.upstream) {
            strictest = rules.stricter(&strictest, &served).ok_or(Ambiguous::Rules)?;
        }
    }
    Ok(strictest)
}
