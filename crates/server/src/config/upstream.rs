//! `[[upstream]]`: the backends.

use std::time::Duration;

use postern_model::web::Origin;

use super::parse;
use super::table::{Complaint, Table};

/// The keys of an upstream.
pub(super) const KEYS: [&str; 4] = ["name", "url", "timeout", "audience"];

/// A backend.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// What routes call it.
    pub name: String,
    /// Where it is: scheme, host and port.
    pub url: Origin,
    /// How long it may take to begin its answer.
    pub timeout: Duration,
    /// Audience of assertions for it; `None`: `identity.audience`.
    pub audience: Option<String>,
}

pub(super) fn read(table: &mut Table<'_>) -> Option<UpstreamConfig> {
    let name = table.require("name", "give it a name, such as name = \"netpilot\"", |name| Ok(name.to_owned()));
    let url = table.require("url", "write where it listens, such as url = \"http://127.0.0.1:5000\"", url);
    let timeout = table.duration("timeout", Duration::from_secs(120));
    let audience = table.text("audience");
    Some(UpstreamConfig { name: name?, url: url?, timeout, audience })
}

/// Reports names that are used twice.
pub(super) fn check(root: &Table<'_>, upstreams: &[UpstreamConfig]) {
    for (index, upstream) in upstreams.iter().enumerate() {
        if upstreams.iter().take(index).any(|earlier| earlier.name == upstream.name) {
            let what = format!("{:?} is the name of an earlier upstream too", upstream.name);
            root.wrong(&format!("upstream[{index}].name"), what, "give every upstream a name of its own");
        }
    }
}

fn url(text: &str) -> Result<Origin, Complaint> {
    let url = parse::web_url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let remedy = "write scheme, host and port only: paths are forwarded as they come";
        return Err((format!("{text:?} has more than an origin"), remedy));
    }
    parse::origin(url.as_str())
}
