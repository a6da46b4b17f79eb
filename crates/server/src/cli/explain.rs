//! `postern check --explain METHOD URL`: which route decides a request, and what it demands.

use std::str::FromStr;

use http::Method;
use postern_authn::rules::Ruling;
use postern_model::access::{Access, SecondFactorPolicy};
use postern_proxy::{CanonicalPath, Hosts, Unruled, ruling};
use serde_json::json;

use super::failure::Failure;
use super::output::{Output, table};
use super::settings::Settings;
use crate::config::Config;
use crate::rules;

/// What becomes of a request before anybody asks who sent it.
enum Verdict {
    /// The answer is the same whoever sends it.
    Settled(String),
    /// A route, or the default, decides.
    Ruled(Ruling),
}

/// Explains one request. Exit code 0 whatever the answer: an explanation was asked for, and given.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, request: &[String]) -> Result<(), Failure> {
    let [method, url] = request else { return Err(Failure::Failed("--explain takes METHOD and URL".to_owned())) };
    let method = Method::from_str(method).map_err(|_| Failure::Failed(format!("{method:?} is no method")))?;
    let loaded = settings.load()?;
    let config = &loaded.config;
    let verdict = judge(config, &method, url)?;
    let rows = match &verdict {
        Verdict::Settled(answer) => vec![("whoever asks", answer.clone())],
        Verdict::Ruled(ruling) => ruled(config, ruling),
    };
    let shown =
        json!(rows.iter().map(|(name, text)| (name.replace(' ', "_"), json!(text))).collect::<serde_json::Map<_, _>>());
    output.show(&shown, |to| {
        let rows: Vec<Vec<String>> = rows.iter().map(|(name, text)| vec![(*name).to_owned(), text.clone()]).collect();
        table(to, &["QUESTION", "ANSWER"], &rows)
    })?;
    Ok(())
}

/// Asks what the gate asks, in its order.
fn judge(config: &Config, method: &Method, url: &str) -> Result<Verdict, Failure> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| Failure::Failed(format!("{url:?} is no URL: write https://host/path")))?;
    let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = target.split('?').next().filter(|path| !path.is_empty()).unwrap_or("/");

    let site = rules::site(config);
    let rules = rules::routes(config);
    let named = rules.routes().iter().flat_map(|route| &route.hosts).map(String::as_str);
    let hosts = Hosts::new(&site, named).map_err(|error| Failure::Failed(error.to_string()))?;
    let host = match hosts.find(authority) {
        Ok(host) => host.origin().authority(),
        Err(why) => return Ok(Verdict::Settled(format!("421: {why}"))),
    };
    let canonical = match CanonicalPath::parse(path) {
        Ok(path) => path,
        Err(why) => return Ok(Verdict::Settled(format!("400: {why}"))),
    };
    let below = path.strip_prefix(site.base_path());
    if below.is_some_and(|below| below.is_empty() || below.starts_with('/')) {
        return Ok(Verdict::Settled("the gateway itself answers: this is a page or a call of its own".to_owned()));
    }
    Ok(match ruling(&rules, config.netpilot.is_some(), host, &canonical, method) {
        Ok(ruling) => Verdict::Ruled(ruling),
        Err(Unruled::Ambiguous(_)) => {
            let why = "servers read this path in two ways, and the routes rule them differently";
            Verdict::Settled(format!("400: {why}"))
        }
        Err(Unruled::Withheld) => {
            Verdict::Settled("404, or the gateway itself: the NetPilot profile never forwards this".to_owned())
        }
    })
}

fn ruled(config: &Config, ruling: &Ruling) -> Vec<(&'static str, String)> {
    let route = ruling.route.and_then(|index| Some((index, config.routes.get(index)?)));
    let decides = match route {
        Some((index, route)) => format!("route[{index}], {}", route.path),
        None => "none of the routes, so the default".to_owned(),
    };
    let upstream = config.upstreams.get(ruling.upstream).map_or("none", |upstream| upstream.name.as_str());
    let [nobody, first, complete] = outcomes(ruling.access, config.second_factor.policy);
    vec![
        ("which route decides", decides),
        ("what it demands", ruling.access.to_string()),
        ("which upstream serves it", upstream.to_owned()),
        ("without a session", nobody.to_owned()),
        ("with the first factor alone", first.to_owned()),
        ("with both factors", complete.to_owned()),
    ]
}

/// What becomes of nobody, of a first-factor session, and of one with both.
fn outcomes(access: Access, policy: SecondFactorPolicy) -> [&'static str; 3] {
    const SIGN_IN: &str = "has to sign in";
    const SECOND: &str = "has to verify or enrol a second factor";
    const PASSES: &str = "passes";
    match (access, policy) {
        (Access::Public, _) => [PASSES; 3],
        (Access::Deny, _) => ["is denied"; 3],
        (Access::FirstFactor, _) => [SIGN_IN, PASSES, PASSES],
        (Access::Full, SecondFactorPolicy::PerUser) => {
            [SIGN_IN, "passes if the user neither has nor must have a second factor", PASSES]
        }
        (Access::Full | Access::SecondFactor, _) => [SIGN_IN, SECOND, PASSES],
        (Access::Fresh(_), _) => [SIGN_IN, SECOND, "passes if the second factor is fresh enough, else verifies again"],
    }
}
