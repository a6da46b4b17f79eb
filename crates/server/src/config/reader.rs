//! Reads merged layers key by key: remembers which keys exist, where values came from, and everything that is wrong.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};

use super::layers::{Layer, PREFIX};
use super::problem::Problem;
use super::table::Table;
use super::unknown;

/// What is merged, and what reading it has found so far.
pub(super) struct Reader {
    figment: Figment,
    file: Option<PathBuf>,
    /// Key → variable, for values of the NetPilot layer.
    netpilot: BTreeMap<String, String>,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
    known: RefCell<BTreeSet<String>>,
    secrets: RefCell<BTreeSet<String>>,
    unknown: RefCell<Vec<(String, Option<String>)>>,
}

/// All that reading found.
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Every key that exists, `upstream.name` for keys of lists.
    pub(super) known: BTreeSet<String>,
    pub(super) secrets: BTreeSet<String>,
}

impl Reader {
    pub(super) fn new(figment: Figment, file: Option<PathBuf>, netpilot: BTreeMap<String, String>) -> Self {
        Self {
            figment,
            file,
            netpilot,
            problems: RefCell::default(),
            warnings: RefCell::default(),
            known: RefCell::default(),
            secrets: RefCell::default(),
            unknown: RefCell::default(),
        }
    }

    /// The outermost table.
    pub(super) fn root(&self) -> Table<'_> {
        Table::root(self, self.values())
    }

    /// Everything that was given.
    pub(super) fn values(&self) -> Dict {
        self.figment.data().ok().and_then(|mut all| all.remove(&Profile::Default)).unwrap_or_default()
    }

    /// Ends the reading: keys that nobody asked for become problems.
    pub(super) fn finish(self) -> Findings {
        let known = self.known.into_inner();
        let mut problems = self.problems.into_inner();
        for (key, origin) in self.unknown.into_inner() {
            problems.push(unknown::problem(key, origin, &known));
        }
        let warnings = self.warnings.into_inner();
        Findings { problems, warnings, known, secrets: self.secrets.into_inner() }
    }

    /// The layer that a value came from; `None` for values out of an array in an environment variable.
    pub(super) fn layer(&self, value: &Value) -> Option<Layer> {
        Layer::of(&self.figment, value)
    }

    /// Where a value came from, for people.
    pub(super) fn origin(&self, path: &str, value: &Value) -> Option<String> {
        Some(match self.layer(value)? {
            Layer::Netpilot => format!("environment variable {}", self.netpilot.get(path)?),
            Layer::File => self.file.as_ref()?.display().to_string(),
            Layer::Environment => {
                format!("environment variable {PREFIX}{}", path.replace('.', "__").to_ascii_uppercase())
            }
            Layer::CommandLine => "--set".to_owned(),
        })
    }

    /// Notes that a key exists.
    pub(super) fn know(&self, pattern: String) {
        self.known.borrow_mut().insert(pattern);
    }

    /// Notes that a key holds a secret.
    pub(super) fn know_secret(&self, pattern: String) {
        self.secrets.borrow_mut().insert(pattern);
    }

    /// Notes a key that nobody asked for.
    pub(super) fn not_known(&self, path: String, origin: Option<String>) {
        self.unknown.borrow_mut().push((path, origin));
    }

    /// Notes a problem.
    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Notes something unwise.
    pub(super) fn warn(&self, warning: Problem) {
        self.warnings.borrow_mut().push(warning);
    }
}
