//! `[[route]]`: conditions on host, path, method and client network, and the access that matching requests require. The
//! first match decides.

use std::net::IpAddr;

use http::Method;
use ipnet::IpNet;
use postern_authn::rules::principals::Principals;
use postern_authn::rules::{EncodedCharacters, HostPattern, Networks, PathPattern, Route};
use postern_model::access::{Access, BindingDemand, FactorDemand};
use postern_model::id::UserId;

use crate::parse;
use crate::table::{Complaint, Table};

/// The keys of a route.
pub(crate) const KEYS: [&str; 16] = [
    "path",
    "host",
    "hosts",
    "methods",
    "networks",
    "access",
    "factor",
    "binding",
    "users",
    "emails",
    "domains",
    "groups",
    "cross_site",
    "keep_posts",
    "encoded",
    "upstream",
];
/// The keys that limit a route to some users.
const WHO: [&str; 4] = ["users", "emails", "domains", "groups"];

/// One route.
#[derive(Clone, Debug)]
pub struct RouteConfig {
    /// Paths it matches.
    pub path: PathPattern,
    /// Hosts it matches; empty: every host.
    pub hosts: Vec<HostPattern>,
    /// Methods it matches; empty: all.
    pub methods: Vec<Method>,
    /// Client networks it matches.
    pub networks: Networks,
    /// Access level it requires.
    pub access: Access,
    /// Kind of second factor it requires.
    pub factor: FactorDemand,
    /// Whether it requires a session that is bound to its device.
    pub binding: BindingDemand,
    /// Users it admits.
    pub principals: Principals,
    /// Whether cross-site pages may send writes with a session.
    pub cross_site: bool,
    /// Whether forms of its pages that ask so are kept while a step is missing.
    pub keep_posts: bool,
    /// Encoded characters that its paths may contain.
    pub encoded: EncodedCharacters,
    /// Name of the upstream; `None`: the first.
    pub upstream: Option<String>,
}

impl RouteConfig {
    /// Converts it for the rules. `upstream` is the index of its upstream, and `admins` are the addresses whose owners
    /// are in the group `admin`.
    pub fn to_route(&self, upstream: usize, admins: &[String]) -> Route {
        Route {
            path: self.path.clone(),
            hosts: self.hosts.clone(),
            methods: self.methods.clone(),
            networks: self.networks.clone(),
            access: self.access,
            factor: self.factor,
            binding: self.binding,
            principals: self.principals.clone().with_admins(admins),
            cross_site: self.cross_site,
            keeps_posts: self.keep_posts,
            encoded: self.encoded,
            upstream,
        }
    }
}

/// Reads a route. `upstreams` are the known names; `None` if one of them could not be read.
pub(crate) fn read(table: &mut Table<'_>, upstreams: Option<&[&str]>) -> Option<RouteConfig> {
    let remedy = "write path = \"/exact\", \"/below/*\" for everything below, or \"/users/{id}\" for one segment";
    let path = table.require("path", remedy, path);
    if table.given("host") && table.given("hosts") {
        table.report("hosts", "host and hosts are both given".to_owned(), "write all of them as hosts");
    }
    let mut hosts: Vec<HostPattern> = table.make("host", host).into_iter().collect();
    hosts.extend(table.list_of("hosts", host));
    let methods = table.list_of("methods", method);
    let networks = Networks::new(table.list_of("networks", network));
    let remedy = "write access = \"public\", \"first-factor\", \"full\", \"second-factor\", \"fresh(5m)\" or \"deny\"";
    let access = table.require("access", remedy, |text| {
        let remedy = "use public, first-factor, full, second-factor, fresh(5m) or deny";
        text.parse::<Access>().map_err(|_| (format!("{text:?} is no access level"), remedy))
    });
    let factor = factor(table, access);
    let binding = binding(table, access);
    let principals = principals(table, access);
    let cross_site = table.make("cross_site", cross_site).unwrap_or(false);
    let keep_posts = keep_posts(table, access, &methods);
    let encoded = table.list_of("encoded", encoded).into_iter().fold(EncodedCharacters::NONE, EncodedCharacters::union);
    let upstream = table.text("upstream");
    if let (Some(name), Some(names)) = (&upstream, upstreams)
        && !names.contains(&name.as_str())
    {
        let remedy = match names.is_empty() {
            true => "add it below a line [[upstream]], or remove this key".to_owned(),
            false => format!("use one of {}, or add it below a line [[upstream]]", names.join(", ")),
        };
        table.report("upstream", format!("there is no upstream {name:?}"), &remedy);
    }
    let (path, access) = (path?, access?);
    Some(RouteConfig {
        path,
        hosts,
        methods,
        networks,
        access,
        factor,
        binding,
        principals,
        cross_site,
        keep_posts,
        encoded,
        upstream,
    })
}

/// Reads the lists of users. An empty list is a problem: it would admit everybody, which is rarely meant.
fn principals(table: &mut Table<'_>, access: Option<Access>) -> Principals {
    let given: Vec<&str> = WHO.into_iter().filter(|key| table.given(key)).collect();
    let users = table.list_of("users", user);
    let emails = table.list_of("emails", parse::email);
    let domains = table.list_of("domains", parse::domain);
    let groups = table.list_of("groups", group);
    let principals = Principals::new(users, &emails, &domains, &groups);
    let useless = match access {
        Some(Access::Public) => Some("a public route asks nobody who they are, so it cannot be for certain people"),
        Some(Access::Deny) => Some("this route is closed to everybody, so it cannot be for certain people"),
        _ => None,
    };
    for key in given.iter().filter(|_| !principals.is_anyone()) {
        if let Some(what) = useless {
            let remedy = "write access = \"full\" (or another level that asks for a sign-in), or remove this key";
            table.report(key, what.to_owned(), remedy);
        }
    }
    if useless.is_none()
        && principals.is_anyone()
        && let Some(key) = given.first()
        // An entry that cannot be read has its own problem.
        && given.iter().all(|key| !table.has_problem(key))
    {
        let what = "this lists nobody, and a route without a list is for everybody who may sign in";
        table.report(key, what.to_owned(), "list somebody, write access = \"deny\", or remove this key");
    }
    principals
}

/// Reads the kind of second factor. Levels that ask for no second factor take none.
fn factor(table: &mut Table<'_>, access: Option<Access>) -> FactorDemand {
    let factor = table.make("factor", |text| match text {
        "any" => Ok(FactorDemand::Any),
        "phishing-resistant" => Ok(FactorDemand::PhishingResistant),
        _ => Err((format!("{text:?} is no kind of second factor"), "use any or phishing-resistant")),
    });
    let factor = factor.unwrap_or_default();
    if factor != FactorDemand::Any && matches!(access, Some(Access::Public | Access::FirstFactor | Access::Deny)) {
        let what = "this access level asks nobody for a second factor".to_owned();
        table.report("factor", what, "write access = \"full\", \"second-factor\" or \"fresh(5m)\", or remove this key");
    }
    factor
}

/// Reads whether the session must be bound to its device. Sessions are bound at a second factor, so levels that ask for none
/// take no binding.
fn binding(table: &mut Table<'_>, access: Option<Access>) -> BindingDemand {
    let binding = table.make("binding", |text| match text {
        "any" => Ok(BindingDemand::Any),
        "device" => Ok(BindingDemand::Device),
        _ => Err((format!("{text:?} is nothing that a session can be bound to"), "use any or device")),
    });
    let binding = binding.unwrap_or_default();
    if binding != BindingDemand::Any && matches!(access, Some(Access::Public | Access::FirstFactor | Access::Deny)) {
        let what = "this access level asks nobody for a second factor, with which sessions are bound".to_owned();
        table.report(
            "binding",
            what,
            "write access = \"full\", \"second-factor\" or \"fresh(5m)\", or remove this key",
        );
    }
    binding
}

fn cross_site(text: &str) -> Result<bool, Complaint> {
    match text {
        "refuse" => Ok(false),
        "allow" => Ok(true),
        _ => Err((format!("{text:?} is no answer to writes of other sites"), "use refuse or allow")),
    }
}

/// Reads whether forms are kept. Levels at which no step is ever missing, and routes that take no `POST`, keep none.
fn keep_posts(table: &mut Table<'_>, access: Option<Access>, methods: &[Method]) -> bool {
    let keeps = table.flag("keep_posts", false);
    let useless = match access {
        Some(Access::Public) => Some("a public route asks for no step, so it has no form to keep"),
        Some(Access::Deny) => Some("this route is closed to everybody, so it has no form to keep"),
        // The page that offers the form is for complete sessions.
        Some(Access::FirstFactor) => {
            Some("a form is given back after the second factor, which this route does not ask for")
        }
        _ if !methods.is_empty() && !methods.contains(&Method::POST) => {
            Some("this route takes no POST, so it has no form to keep")
        }
        _ => None,
    };
    if let Some(what) = useless.filter(|_| keeps) {
        table.report(
            "keep_posts",
            what.to_owned(),
            "remove this key, or write it on the route that the form is sent to",
        );
    }
    keeps
}

fn encoded(text: &str) -> Result<EncodedCharacters, Complaint> {
    let remedy = "write those of %2F, %23, %3F, %3B and %5C that the backend reads in one way; others are allowed as they are, \
                  or never";
    EncodedCharacters::parse(text).ok_or_else(|| (format!("{text:?} is no encoded character to allow"), remedy))
}

fn method(text: &str) -> Result<Method, Complaint> {
    let upper = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    let method = Method::from_bytes(text.as_bytes()).ok().filter(|_| upper);
    method.ok_or_else(|| (format!("{text:?} is no method"), "write methods like [\"GET\", \"POST\"], in capitals"))
}

fn path(text: &str) -> Result<PathPattern, Complaint> {
    let remedy = "write an absolute path such as /health, /assets/* for everything below /assets/, or /users/{id}/export \
                  where {id} is one segment";
    PathPattern::parse(text).map_err(|_| (format!("{text:?} is no path that a request could have"), remedy))
}

/// Parses a host, or `*.` and a domain of two or more labels.
fn host(text: &str) -> Result<HostPattern, Complaint> {
    let Some(domain) = text.strip_prefix("*.") else { return parse::host(text).map(|host| HostPattern::new(&host)) };
    let remedy = "write it like *.example.com: one label is free, and two at least are given";
    let complaint = || (format!("{text:?} is no host"), remedy);
    let domain = parse::host(domain).map_err(|_| complaint())?;
    let name = domain.split(':').next().unwrap_or_default();
    let sound = name.contains('.') && name.parse::<IpAddr>().is_err() && !name.ends_with('.');
    if sound { Ok(HostPattern::new(&format!("*.{domain}"))) } else { Err(complaint()) }
}

fn network(text: &str) -> Result<IpNet, Complaint> {
    match parse::cidr(text) {
        Some(network) if network.prefix_len() == 0 => {
            Err((format!("{text:?} is every client"), "remove the key: without networks a route is for all clients"))
        }
        Some(network) => Ok(network),
        None => Err((format!("{text:?} is no network"), "write it like 10.0.0.0/8, 192.0.2.7 or fd00::/8")),
    }
}

fn user(text: &str) -> Result<UserId, Complaint> {
    let remedy = "write the identifier that `postern users list` shows; for addresses there is the key emails";
    text.parse().map_err(|_| (format!("{text:?} is no user's identifier"), remedy))
}

fn group(text: &str) -> Result<String, Complaint> {
    let sound = !text.trim().is_empty() && text.chars().count() <= 255 && !text.chars().any(char::is_control);
    if sound {
        Ok(text.to_owned())
    } else {
        Err((format!("{text:?} is no group"), "write its name as the store has it"))
    }
}
