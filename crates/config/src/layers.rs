//! Layers in order of precedence: defaults < NetPilot environment < file < `POSTERN_*` < command line. Each section holds
//! the defaults of its keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use crate::bounded_file;
use crate::problem::Problem;

/// Prefix of our environment variables.
pub const PREFIX: &str = "POSTERN_";
/// Variables with the prefix that are not configuration keys: the file, and programs for tests.
const RESERVED: [&str; 3] = ["CONFIG", "BIN", "DEMO_BIN"];

/// The inputs of a configuration.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file; `None` for none.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// `--set key=value`, later ones win.
    pub overrides: Vec<(String, String)>,
}

/// A layer; figment keeps its name with every value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Netpilot,
    File,
    Environment,
    CommandLine,
}

impl Layer {
    const ALL: [Self; 4] = [Self::Netpilot, Self::File, Self::Environment, Self::CommandLine];

    fn name(self) -> &'static str {
        match self {
            Self::Netpilot => "netpilot",
            Self::File => "file",
            Self::Environment => "environment",
            Self::CommandLine => "command line",
        }
    }

    /// The layer that a value came from.
    pub(crate) fn of(figment: &Figment, value: &Value) -> Option<Self> {
        let name = &figment.get_metadata(value.tag())?.name;
        Self::ALL.into_iter().find(|layer| layer.name() == name.as_ref())
    }

    /// Whether values are text that must be parsed into numbers, lists and flags.
    pub(crate) fn is_text(self) -> bool {
        self != Self::File
    }
}

/// A layer's values, ready to be merged.
pub(crate) struct Values {
    pub(crate) layer: Layer,
    pub(crate) values: Dict,
}

impl Provider for Values {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.layer.name())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// Reads the file. A syntax error names line and column and never quotes the line, which may hold a secret.
pub(crate) fn file(path: &Path) -> Result<Values, Problem> {
    let problem = |what: String, remedy: &str| Problem {
        key: path.display().to_string(),
        origin: None,
        what,
        remedy: remedy.to_owned(),
    };
    let text = bounded_file::text(path).map_err(|error| {
        problem(
            format!("the configuration file cannot be read: {error}"),
            "name a readable file with --config FILE or POSTERN_CONFIG; config/postern.toml is a commented example",
        )
    })?;
    let values = toml::from_str::<Dict>(&text).map_err(|error| {
        let place = error.span().map(|span| place(&text, span.start)).unwrap_or_default();
        problem(format!("this is not TOML{place}: {}", error.message()), "correct the line")
    })?;
    Ok(Values { layer: Layer::File, values })
}

fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(" at line {line}, column {column}")
}

/// Reads `POSTERN_SECTION__KEY=value` as values. Reserved names, and variables that Kubernetes sets for a Service
/// called `postern…`, are ignored.
pub(crate) fn environment(variables: &BTreeMap<String, String>) -> Values {
    let mut values = Dict::new();
    for (name, value) in variables {
        let Some(name) = name.strip_prefix(PREFIX) else { continue };
        let reserved = RESERVED.contains(&name) || name.starts_with("TEST_");
        if !reserved && !is_service_variable(name) {
            insert(&mut values, &name.to_ascii_lowercase().replace("__", "."), value);
        }
    }
    Values { layer: Layer::Environment, values }
}

/// Warns of each variable that replaces a different value of the file; container images often set some.
pub(crate) fn overridden(file: &Figment, variables: &BTreeMap<String, String>) -> Vec<Problem> {
    let differs = |name: &String, value: &String| {
        let key = name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", ".");
        let given = file.find_value(&key).ok().filter(|given| given.as_dict().is_none())?;
        let number = given.to_i128().map(|number| number.to_string());
        let flag = given.to_bool().map(|flag| flag.to_string());
        let same = given.into_string().or(number).or(flag).is_some_and(|text| text == *value);
        (!same && !value.is_empty()).then(|| Problem {
            key,
            origin: Some(format!("environment variable {name}")),
            what: "this overrides the configuration file".to_owned(),
            remedy: "unset the variable, or remove the key from the file".to_owned(),
        })
    };
    variables.iter().filter_map(|(name, value)| differs(name, value)).collect()
}

/// Kubernetes describes every Service to every container: `POSTERN_SERVICE_HOST`, `POSTERN_PORT_8080_TCP_ADDR`, …
fn is_service_variable(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    let service = parts.windows(2).any(|pair| matches!(pair, ["SERVICE", "HOST" | "PORT"]));
    let docker = parts.windows(3).any(|three| match three {
        ["PORT", number, "TCP" | "UDP" | "SCTP"] => number.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    });
    service || docker || parts.last() == Some(&"PORT")
}

/// Reads `--set key=value` as values.
pub(crate) fn command_line(overrides: &[(String, String)]) -> Values {
    let mut values = Dict::new();
    for (key, value) in overrides {
        insert(&mut values, key, value);
    }
    Values { layer: Layer::CommandLine, values }
}

/// Inserts text under a dotted key. If a shorter key already holds text, a table replaces it.
pub(crate) fn insert(values: &mut Dict, key: &str, text: &str) {
    match key.split_once('.') {
        None => {
            if !matches!(values.get(key), Some(Value::Dict(..))) {
                values.insert(key.to_owned(), Value::from(text));
            }
        }
        Some((section, rest)) => {
            let entry = values.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if !matches!(entry, Value::Dict(..)) {
                *entry = Value::from(Dict::new());
            }
            if let Value::Dict(_, inner) = entry {
                insert(inner, rest, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_kubernetes_services_are_no_keys() {
        for name in [
            "SERVICE_HOST",
            "SERVICE_PORT",
            "SERVICE_PORT_HTTP",
            "PORT",
            "PORT_8080_TCP",
            "PORT_8080_TCP_ADDR",
            "MANAGEMENT_SERVICE_HOST",
            "MANAGEMENT_PORT_9080_TCP_PROTO",
        ] {
            assert!(is_service_variable(name), "{name}");
        }
        for name in ["PUBLIC_URL", "LISTEN__ADDRESS", "STORE__URL", "STATE_DIR"] {
            assert!(!is_service_variable(name), "{name}");
        }
    }

    #[test]
    fn two_underscores_nest() {
        let variables = [("POSTERN_GOOGLE__CLIENT_ID", "a"), ("POSTERN_STATE_DIR", "/x"), ("POSTERN_BIN", "/y")];
        let variables = variables.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let values = Value::from(environment(&variables).values);
        assert_eq!(values.find_ref("google.client_id").and_then(Value::as_str), Some("a"));
        assert_eq!(values.find_ref("state_dir").and_then(Value::as_str), Some("/x"));
        assert!(values.find_ref("bin").is_none());
    }
}
