//! Locates and loads the configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::ConfigurationArgs;
use postern_config::{Loaded, Problems, Sources};

/// Default locations, in order of preference.
const DEFAULT_FILES: [&str; 2] = ["postern.toml", "/etc/postern/postern.toml"];

/// The sources of the configuration.
pub(super) struct Settings {
    pub(super) arguments: ConfigurationArgs,
    pub(super) environment: BTreeMap<String, String>,
}

impl Settings {
    /// Reads the configuration.
    pub(super) fn load(&self) -> Result<Loaded, Problems> {
        postern_config::load(&self.sources())
    }

    /// The configuration file in use.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let named = |name: &str| self.environment.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let default = || DEFAULT_FILES.iter().map(Path::new).find(|path| path.exists()).map(Path::to_owned);
        self.arguments.config.clone().or_else(|| named("POSTERN_CONFIG")).or_else(default)
    }

    /// The sources for [`postern_config::load`].
    pub(super) fn sources(&self) -> Sources {
        let mut overrides = self.arguments.set.clone();
        if let Some(path) = &self.arguments.env_file {
            overrides.push(("legacy.env_file".to_owned(), path.display().to_string()));
        }
        Sources { file: self.file(), environment: self.environment.clone(), overrides }
    }
}
