//! `postern check --explain METHOD URL`: the route that decides a request, why earlier routes do not match, what the
//! route requires, and what each kind of session gets. Uses the functions of the gate itself.

use std::net::IpAddr;
use std::str::FromStr;

use http::Method;
use postern_authn::rules::{Mismatch, RouteMatch, RouteQuery, Rules};
use postern_model::access::{BindingDemand, FactorDemand};
use postern_proxy::{Ambiguous, CanonicalPath, Hosts, RouteError, is_served_method, match_route};
use serde_json::{Map, Value, json};

use super::context::{Context, block_on};
use super::error::CommandError;
use super::hypothetical_session::{Outcome, Person, outcomes};
use super::output::{Output, table};
use super::settings::Settings;
use crate::from_config::rules;
use postern_config::Config;

/// Limit of listed earlier routes that differ in the path only; JSON output has no limit.
const PATHS_SHOWN: usize = 12;

/// The request to explain.
pub(super) struct Explained<'a> {
    /// Method and URL.
    pub(super) request: &'a [String],
    /// E-mail address or identifier of a user in the store.
    pub(super) user: Option<&'a str>,
    /// The client's address.
    pub(super) from: Option<IpAddr>,
}

/// The result that does not depend on the session.
enum Explanation {
    /// The response is the same for every client.
    Settled(String),
    /// A route (or the default) matches; the earlier routes that do not, with the reason of each.
    Matched(RouteMatch, Vec<(usize, Mismatch)>),
}

/// Explains one request. The exit code is 0 for every explanation, denials included.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, wanted: &Explained<'_>) -> Result<(), CommandError> {
    let [method, url] = wanted.request else {
        return Err(CommandError::Failed("--explain takes METHOD and URL".to_owned()));
    };
    let method = Method::from_str(method).map_err(|_| CommandError::Failed(format!("invalid method {method:?}")))?;
    let config = settings.load()?.config;
    let rules = rules::routes(&config);
    let verdict = judge(&config, &rules, &method, url, wanted.from)?;
    let person = match wanted.user {
        Some(user) => Some(block_on(async { Person::find(&Context::open(settings).await?, user).await })?),
        None => None,
    };
    let (mut rows, mut earlier, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
    match verdict {
        Explanation::Settled(answer) => rows.push(("every client", answer)),
        Explanation::Matched(route_match, passed_over) => {
            rows = matched(&config, &rules, &route_match, wanted.from);
            rows.extend(person.as_ref().map(|person| ("user", person.described())));
            earlier = passed_over;
            sessions = outcomes(
                rules.demand(&route_match),
                person.as_ref(),
                &rules::settings(&config).policy,
                &config.keys.keyring,
            );
        }
    }
    show(output, &rules, &rows, &earlier, &sessions)
}

/// Runs the checks of the gate in its order.
fn judge(
    config: &Config,
    rules: &Rules,
    method: &Method,
    url: &str,
    client: Option<IpAddr>,
) -> Result<Explanation, CommandError> {
    if !is_served_method(method) {
        return Ok(Explanation::Settled(format!(
            "405: {method} is not served: methods are written in capital letters"
        )));
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| CommandError::Failed(format!("invalid URL {url:?}: write https://host/path")))?;
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = target.split('?').next().filter(|path| !path.is_empty()).unwrap_or("/");

    let site = rules::site(config);
    let named = rules.routes().iter().flat_map(|route| &route.hosts);
    let hosts = Hosts::new(&site, named).map_err(|error| CommandError::Failed(error.to_string()))?;
    let host = match hosts.find(authority) {
        Ok(host) => host,
        Err(why) => return Ok(Explanation::Settled(format!("421: {why}"))),
    };
    let canonical = match CanonicalPath::parse(path, rules.encoded()) {
        Ok(path) => path,
        Err(why) => return Ok(Explanation::Settled(format!("400: {why}"))),
    };
    let below = path.strip_prefix(site.base_path());
    if below.is_some_and(|below| below.is_empty() || below.starts_with('/')) {
        return Ok(Explanation::Settled(
            "the gateway itself answers: this path belongs to its own pages and API".to_owned(),
        ));
    }
    let query = RouteQuery { host: host.origin().authority(), path, method, client };
    Ok(match match_route(rules, config.netpilot.is_some(), &canonical, &query) {
        Ok(route_match) => {
            let earlier = rules.routes().iter().take(route_match.route.unwrap_or(usize::MAX)).enumerate();
            let passed_over = earlier.filter_map(|(index, route)| Some((index, route.mismatch(&query)?)));
            Explanation::Matched(route_match, passed_over.collect())
        }
        Err(RouteError::Ambiguous(Ambiguous::Rules)) => {
            let why = "servers interpret this path differently, and its interpretations match different routes";
            Explanation::Settled(format!("400: {why}"))
        }
        Err(RouteError::Ambiguous(why)) => {
            Explanation::Settled(format!("400: {why}; its route allows it with `encoded`"))
        }
        Err(RouteError::Withheld) => {
            Explanation::Settled("404, or the gateway itself: the NetPilot profile never forwards this path".to_owned())
        }
    })
}

fn matched(
    config: &Config,
    rules: &Rules,
    route_match: &RouteMatch,
    from: Option<IpAddr>,
) -> Vec<(&'static str, String)> {
    let route = route_match.route.and_then(|index| Some((index, config.routes.get(index)?)));
    let decides = match route {
        Some((index, route)) => format!("route[{index}], {}", route.path),
        None => "no route matches; the default applies".to_owned(),
    };
    let upstream = config.upstreams.get(route_match.upstream).map_or("none", |upstream| upstream.name.as_str());
    let mut rows =
        vec![("route", decides), ("access", route_match.access.to_string()), ("upstream", upstream.to_owned())];
    let demand = rules.demand(route_match);
    if demand.factor != FactorDemand::Any {
        rows.insert(2, ("factor", demand.factor.to_string()));
    }
    if demand.binding != BindingDemand::Any {
        rows.insert(2, ("binding", demand.binding.to_string()));
    }
    if let Some(who) = demand.principals {
        rows.insert(2, ("allowed users", format!("{who}; other users get 403")));
    }
    if rules.ask_for_the_client() {
        let client = from.map_or_else(
            || "unknown, so in no network; set it with --from ADDRESS".to_owned(),
            |address| address.to_string(),
        );
        rows.push(("client address", client));
    }
    rows
}

fn show(
    output: &mut Output<'_>,
    rules: &Rules,
    rows: &[(&'static str, String)],
    earlier: &[(usize, Mismatch)],
    sessions: &[Outcome],
) -> Result<(), CommandError> {
    let path = |index: &usize| rules.routes().get(*index).map(|route| route.path.to_string()).unwrap_or_default();
    let mut shown: Map<String, Value> = rows.iter().map(|(name, text)| (name.replace(' ', "_"), json!(text))).collect();
    if !sessions.is_empty() {
        let passed_over = earlier
            .iter()
            .map(|(index, why)| json!({ "route": index, "path": path(index), "differs_in": why.to_string() }));
        shown.insert("earlier_routes".to_owned(), passed_over.collect());
        let table = sessions.iter().map(|outcome| json!({ "session": outcome.session, "answer": outcome.answer }));
        shown.insert("sessions".to_owned(), table.collect());
    }
    output.show(&Value::Object(shown), |to| {
        let rows: Vec<Vec<String>> = rows.iter().map(|(name, text)| vec![(*name).to_owned(), text.clone()]).collect();
        table(to, &["CHECK", "RESULT"], &rows)?;
        if !sessions.is_empty() {
            let sessions: Vec<_> =
                sessions.iter().map(|outcome| vec![outcome.session.clone(), outcome.answer.clone()]).collect();
            writeln!(to)?;
            table(to, &["SESSION", "RESULT"], &sessions)?;
        }
        if earlier.is_empty() {
            return Ok(());
        }
        let mut paths = 0;
        let listed = earlier.iter().filter(|(_, why)| {
            paths += usize::from(*why == Mismatch::Path);
            *why != Mismatch::Path || paths <= PATHS_SHOWN
        });
        let listed: Vec<_> =
            listed.map(|(index, why)| vec![format!("route[{index}]"), path(index), why.to_string()]).collect();
        writeln!(to)?;
        table(to, &["EARLIER ROUTE", "PATH", "DOES NOT MATCH BECAUSE OF"], &listed)?;
        match paths.saturating_sub(PATHS_SHOWN) {
            0 => Ok(()),
            left => writeln!(to, "and {left} more that differ in the path"),
        }
    })?;
    Ok(())
}
