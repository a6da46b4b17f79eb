//! State of reading merged layers: known keys, origins of values, problems and warnings.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};

use crate::layers::{Layer, PREFIX};
use crate::problem::Problem;
use crate::unknown_keys;

/// The merged layers and the findings so far.
pub(crate) struct Reader {
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

/// The findings of a completed reading.
pub(crate) struct Findings {
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
    /// Every key that exists, `upstream.name` for keys of lists.
    pub(crate) known: BTreeSet<String>,
    pub(crate) secrets: BTreeSet<String>,
}

impl Reader {
    pub(crate) fn new(figment: Figment, file: Option<PathBuf>, netpilot: BTreeMap<String, String>) -> Self {
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

    /// The merged values.
    pub(crate) fn values(&self) -> Dict {
        self.figment.data().ok().and_then(|mut all| all.remove(&Profile::Default)).unwrap_or_default()
    }

    /// Completes the reading: unknown keys become problems.
    pub(crate) fn finish(self) -> Findings {
        let known = self.known.into_inner();
        let mut problems = self.problems.into_inner();
        for (key, origin) in self.unknown.into_inner() {
            problems.push(unknown_keys::problem(key, origin, &known));
        }
        let warnings = self.warnings.into_inner();
        Findings { problems, warnings, known, secrets: self.secrets.into_inner() }
    }

    /// The layer that a value came from; `None` for values out of an array in an environment variable.
    pub(crate) fn layer(&self, value: &Value) -> Option<Layer> {
        Layer::of(&self.figment, value)
    }

    /// Origin of a value, for messages.
    pub(crate) fn origin(&self, path: &str, value: &Value) -> Option<String> {
        Some(match self.layer(value)? {
            Layer::Netpilot => format!("environment variable {}", self.netpilot.get(path)?),
            Layer::File => self.file.as_ref()?.display().to_string(),
            Layer::Environment => {
                format!("environment variable {PREFIX}{}", path.replace('.', "__").to_ascii_uppercase())
            }
            Layer::CommandLine => "--set".to_owned(),
        })
    }

    /// Records a known key.
    pub(crate) fn know(&self, pattern: String) {
        self.known.borrow_mut().insert(pattern);
    }

    /// Records a key that holds a secret.
    pub(crate) fn know_secret(&self, pattern: String) {
        self.secrets.borrow_mut().insert(pattern);
    }

    /// Records an unknown key.
    pub(crate) fn report_unknown(&self, path: String, origin: Option<String>) {
        self.unknown.borrow_mut().push((path, origin));
    }

    /// Records a problem.
    pub(crate) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Whether a problem of a key was recorded.
    pub(crate) fn has_problem(&self, key: &str) -> bool {
        self.problems.borrow().iter().any(|problem| problem.key == key)
    }

    /// Records a warning.
    pub(crate) fn warn(&self, warning: Problem) {
        self.warnings.borrow_mut().push(warning);
    }
}
