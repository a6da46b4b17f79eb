//! Merges the layers and reads the configuration from them.

use std::collections::{BTreeMap, BTreeSet};

use figment::Figment;
use figment::value::Value;

use crate::config::{Config, sections};
use crate::fingerprint::Fingerprint;
use crate::layers::{self, Sources};
use crate::netpilot::{self, Netpilot};
use crate::problem::{Problem, Problems};
use crate::reader::{Findings, Reader};
use crate::table::Table;

/// A configuration and its warnings.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Settings that are valid but probably not intended.
    pub warnings: Vec<Problem>,
    /// Digests of the values that it was read from.
    pub fingerprint: Fingerprint,
}

/// Reads all layers. The error lists every problem with its remedy.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let (config, findings, fingerprint) = read(sources)?;
    match config {
        Some(config) if findings.problems.is_empty() => Ok(Loaded { config, warnings: findings.warnings, fingerprint }),
        _ => Err(Problems(findings.problems)),
    }
}

/// Every key that exists (`route.path` for keys of lists), and those of them that hold secrets.
pub fn known_keys() -> (BTreeSet<String>, BTreeSet<String>) {
    let reader = Reader::new(Figment::new(), None, BTreeMap::new());
    let mut root = Table::root(&reader);
    let _ = sections(&mut root, false);
    root.done();
    let findings = reader.finish();
    (findings.known, findings.secrets)
}

fn read(sources: &Sources) -> Result<(Option<Config>, Findings, Fingerprint), Problems> {
    let file = sources.file.as_deref().map(layers::file).transpose().map_err(|problem| Problems(vec![problem]))?;
    let mut figment = Figment::new();
    if let Some(file) = file {
        figment = figment.merge(file);
    }
    let overridden = layers::overridden(&figment, &sources.environment);
    figment = figment.merge(layers::environment(&sources.environment));
    figment = figment.merge(layers::command_line(&sources.overrides));
    let netpilot = netpilot_layer(&figment, &sources.environment).map_err(|problem| Problems(vec![problem]))?;
    let (mut origins, mut https, mut problems, mut warnings) = (BTreeMap::new(), false, Vec::new(), Vec::new());
    if let Some(Netpilot { values, origins: variables, warnings: w, problems: p, https: on }) = netpilot {
        figment = figment.join(values);
        (origins, https, problems, warnings) = (variables, on, p, w);
    }
    let reader = Reader::new(figment, sources.file.clone(), origins);
    overridden.into_iter().for_each(|warning| reader.warn(warning));
    problems.into_iter().for_each(|problem| reader.report(problem));
    warnings.into_iter().for_each(|warning| reader.warn(warning));
    // Taken before the values are read, so that the next comparison finds a change made in between.
    let fingerprint = Fingerprint::of(&reader.values());
    let mut root = Table::root(&reader);
    let config = sections(&mut root, https);
    root.done();
    Ok((config, reader.finish(), fingerprint))
}

/// Reads the NetPilot layer if other layers enable the profile. The process's environment overrides the `.env` file.
fn netpilot_layer(figment: &Figment, environment: &BTreeMap<String, String>) -> Result<Option<Netpilot>, Problem> {
    let text = |key: &str| figment.find_value(key).ok().and_then(Value::into_string).filter(|text| !text.is_empty());
    if text("legacy.profile").as_deref() != Some("netpilot") {
        return Ok(None);
    }
    let mut variables = match text("legacy.env_file") {
        Some(path) => netpilot::env_file(path.as_ref(), environment)?,
        None => BTreeMap::new(),
    };
    variables.extend(environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    let has_store = text("store.url").is_some() || text("store.url_file").is_some();
    Ok(Some(netpilot::translate(&variables, has_store)))
}
