//! `postern check --explain METHOD URL`: which route decides a request, why the earlier ones do not, what it demands, and
//! what becomes of whom. Asks what the gate asks, with the same functions.

use std::net::IpAddr;
use std::str::FromStr;

use http::Method;
use postern_authn::rules::{Asked, Mismatch, Rules, Ruling};
use postern_proxy::{CanonicalPath, Hosts, Unruled, is_served_method, ruling};
use serde_json::{Map, Value, json};

use super::core::{Core, block_on};
use super::failure::Failure;
use super::output::{Output, table};
use super::settings::Settings;
use super::stand_in::{Outcome, Person, outcomes};
use crate::rules;
use postern_config::Config;

/// Earlier routes that are listed for people where they merely have another path; programs get all.
const PATHS_SHOWN: usize = 12;

/// What is to be explained.
pub(super) struct Wanted<'a> {
    /// Method and URL.
    pub(super) request: &'a [String],
    /// The user to answer for: an address or identifier.
    pub(super) user: Option<&'a str>,
    /// The client's address.
    pub(super) from: Option<IpAddr>,
}

/// What becomes of a request before anybody asks who sent it.
enum Verdict {
    /// The answer is the same whoever sends it.
    Settled(String),
    /// A route, or the default, decides; the earlier ones do not, each for its reason.
    Ruled(Ruling, Vec<(usize, Mismatch)>),
}

/// Explains one request. Exit code 0 whatever the answer: an explanation was asked for, and given.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let [method, url] = wanted.request else {
        return Err(Failure::Failed("--explain takes METHOD and URL".to_owned()));
    };
    let method = Method::from_str(method).map_err(|_| Failure::Failed(format!("{method:?} is no method")))?;
    let config = settings.load()?.config;
    let rules = rules::routes(&config);
    let verdict = judge(&config, &rules, &method, url, wanted.from)?;
    let person = match wanted.user {
        Some(user) => Some(block_on(async { Person::find(&Core::open(settings).await?, user).await })?),
        None => None,
    };
    let (mut rows, mut earlier, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
    match verdict {
        Verdict::Settled(answer) => rows.push(("whoever asks", answer)),
        Verdict::Ruled(ruling, passed_over) => {
            rows = ruled(&config, &rules, &ruling, wanted.from);
            rows.extend(person.as_ref().map(|person| ("who asks", person.told())));
            earlier = passed_over;
            sessions = outcomes(rules.demand(&ruling), person.as_ref(), &rules::settings(&config).policy);
        }
    }
    show(output, &rules, &rows, &earlier, &sessions)
}

/// Asks what the gate asks, in its order.
fn judge(
    config: &Config,
    rules: &Rules,
    method: &Method,
    url: &str,
    client: Option<IpAddr>,
) -> Result<Verdict, Failure> {
    if !is_served_method(method) {
        return Ok(Verdict::Settled(format!("405: {method} is not served: methods are written in capital letters")));
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| Failure::Failed(format!("{url:?} is no URL: write https://host/path")))?;
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = target.split('?').next().filter(|path| !path.is_empty()).unwrap_or("/");

    let site = rules::site(config);
    let named = rules.routes().iter().flat_map(|route| &route.hosts);
    let hosts = Hosts::new(&site, named).map_err(|error| Failure::Failed(error.to_string()))?;
    let host = match hosts.find(authority) {
        Ok(host) => host,
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
    let asked = Asked { host: host.origin().authority(), path, method, client };
    Ok(match ruling(rules, config.netpilot.is_some(), &canonical, &asked) {
        Ok(ruling) => {
            let earlier = rules.routes().iter().take(ruling.route.unwrap_or(usize::MAX)).enumerate();
            let passed_over = earlier.filter_map(|(index, route)| Some((index, route.mismatch(&asked)?)));
            Verdict::Ruled(ruling, passed_over.collect())
        }
        Err(Unruled::Ambiguous(_)) => {
            let why = "servers read this path in two ways, and the routes rule them differently";
            Verdict::Settled(format!("400: {why}"))
        }
        Err(Unruled::Withheld) => {
            Verdict::Settled("404, or the gateway itself: the NetPilot profile never forwards this".to_owned())
        }
    })
}

fn ruled(config: &Config, rules: &Rules, ruling: &Ruling, from: Option<IpAddr>) -> Vec<(&'static str, String)> {
    let route = ruling.route.and_then(|index| Some((index, config.routes.get(index)?)));
    let decides = match route {
        Some((index, route)) => format!("route[{index}], {}", route.path),
        None => "none of the routes, so the default".to_owned(),
    };
    let upstream = config.upstreams.get(ruling.upstream).map_or("none", |upstream| upstream.name.as_str());
    let mut rows = vec![
        ("which route decides", decides),
        ("what it demands", ruling.access.to_string()),
        ("which upstream serves it", upstream.to_owned()),
    ];
    if let Some(who) = rules.demand(ruling).principals {
        rows.insert(2, ("of whom", format!("{who}; anybody else gets 403")));
    }
    if rules.ask_for_the_client() {
        let client = from.map_or_else(
            || "not known, so in no network; --from ADDRESS tells it".to_owned(),
            |address| address.to_string(),
        );
        rows.push(("from where", client));
    }
    rows
}

fn show(
    output: &mut Output<'_>,
    rules: &Rules,
    rows: &[(&'static str, String)],
    earlier: &[(usize, Mismatch)],
    sessions: &[Outcome],
) -> Result<(), Failure> {
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
        table(to, &["QUESTION", "ANSWER"], &rows)?;
        if !sessions.is_empty() {
            let sessions: Vec<_> =
                sessions.iter().map(|outcome| vec![outcome.session.clone(), outcome.answer.clone()]).collect();
            writeln!(to)?;
            table(to, &["SESSION", "ANSWER"], &sessions)?;
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
            listed.map(|(index, why)| vec![format!("route[{index}]"), path(index), format!("another {why}")]).collect();
        writeln!(to)?;
        table(to, &["EARLIER", "PATH", "DOES NOT DECIDE: IT IS FOR"], &listed)?;
        match paths.saturating_sub(PATHS_SHOWN) {
            0 => Ok(()),
            left => writeln!(to, "and {left} more for another path"),
        }
    })?;
    Ok(())
}
