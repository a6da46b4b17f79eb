//! `postern doctor`: tries a deployment from outside of the gateway, and says what to change.

mod bypass;
mod local_addresses;
mod public_url;
mod sms_hook;

use postern_config::Config;
use serde_json::{Value, json};
use url::Url;

use super::check::{check_provider, check_store};
use super::context::block_on;
use super::error::CommandError;
use super::output::{Output, table};
use super::reachability;
use super::settings::Settings;

/// Result of one attempt.
#[derive(Debug)]
pub(super) struct Finding {
    /// What was tried.
    what: String,
    /// What came of it.
    outcome: Outcome,
}

/// Outcome of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// As it should be.
    Good(String),
    /// Wrong: the problem and its remedy.
    Bad { problem: String, remedy: String },
    /// Cannot be tried from here; says how to try it.
    Untried(String),
}

impl Finding {
    fn good(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), outcome: Outcome::Good(detail.into()) }
    }

    fn bad(what: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        let outcome = Outcome::Bad { problem: problem.into(), remedy: remedy.into() };
        Self { what: what.into(), outcome }
    }

    fn untried(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { what: what.into(), outcome: Outcome::Untried(how.into()) }
    }

    fn is_bad(&self) -> bool {
        matches!(self.outcome, Outcome::Bad { .. })
    }

    fn row(&self) -> Vec<String> {
        let text = match &self.outcome {
            Outcome::Good(detail) => format!("ok: {detail}"),
            Outcome::Bad { problem, remedy } => format!("PROBLEM: {problem}; {remedy}"),
            Outcome::Untried(how) => format!("not tried: {how}"),
        };
        vec![self.what.clone(), text]
    }

    fn json(&self) -> Value {
        match &self.outcome {
            Outcome::Good(detail) => json!({ "what": self.what, "ok": true, "detail": detail }),
            Outcome::Bad { problem, remedy } => {
                json!({ "what": self.what, "ok": false, "detail": problem, "remedy": remedy })
            }
            Outcome::Untried(how) => json!({ "what": self.what, "ok": null, "detail": how }),
        }
    }
}

/// Tries everything. The exit code is that of the store or the provider if one of them fails, and 1 for other problems.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, url: Option<&Url>) -> Result<(), CommandError> {
    let config = settings.load()?.config;
    let (findings, failed) = block_on(async { Ok(examine(&config, url).await) })?;
    let problems = findings.iter().filter(|finding| finding.is_bad()).count();
    let shown = json!({ "ok": problems == 0, "findings": findings.iter().map(Finding::json).collect::<Vec<_>>() });
    output.show(&shown, |to| {
        table(to, &["TRIED", "RESULT"], &findings.iter().map(Finding::row).collect::<Vec<_>>())?;
        writeln!(to)?;
        match problems {
            0 => writeln!(to, "No problem found."),
            1 => writeln!(to, "1 problem found."),
            more => writeln!(to, "{more} problems found."),
        }
    })?;
    match (failed, problems) {
        (Some(failure), _) => Err(failure),
        (None, 0) => Ok(()),
        (None, _) => Err(CommandError::Failed("the deployment has problems; see the remedies".to_owned())),
    }
}

/// Returns the findings, and the failure of the store or the provider.
async fn examine(config: &Config, url: Option<&Url>) -> (Vec<Finding>, Option<CommandError>) {
    let (store, provider, upstreams, bypasses, sms, public) = tokio::join!(
        check_store(config),
        check_provider(config),
        reachability::upstreams(config),
        bypass::upstreams(config),
        sms_hook::examine(config),
        public_url::examine(config, url),
    );
    let (mut findings, mut failed) = (Vec::new(), None);
    for (what, result) in [("store", store), ("provider", provider)] {
        match result {
            Ok(detail) => findings.push(Finding::good(what, detail)),
            Err(failure) => {
                findings.push(Finding::bad(what, failure.to_string(), "nobody can sign in without it"));
                failed.get_or_insert(failure);
            }
        }
    }
    for upstream in upstreams {
        let remedy = "start it, or correct upstream.url";
        findings.push(match upstream.state {
            Ok(detail) => Finding::good(upstream.what, detail),
            Err(problem) => Finding::bad(upstream.what, problem, remedy),
        });
    }
    findings.extend(bypasses);
    findings.extend(sms);
    findings.extend(public);
    (findings, failed)
}
