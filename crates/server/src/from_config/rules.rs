//! Converts the configuration to the settings of `authn`.

use http::Method;
use postern_authn::Settings;
use postern_authn::access::Policy;
use postern_authn::device_binding::DeviceBindingSettings;
use postern_authn::factors::PasskeySettings;
use postern_authn::rules::{HostPattern, RouteQuery, Rules};
use postern_authn::sign_in::{AccessPolicy, ProviderSettings};
use postern_keystore::BackupFormat;
use postern_model::access::FactorDemand;
use postern_model::web::{LegacySite, Origin, Site};
use postern_portal::{Brand, FootLinks};

use postern_config::{Config, GOOGLE, RouteConfig};
use url::Url;

/// Concurrent Argon2 computations: each takes 19 MiB and some milliseconds of a core.
const HASH_SLOTS: usize = 4;

/// Second factors and lifetimes.
pub(crate) fn settings(config: &Config) -> Settings {
    Settings {
        policy: Policy {
            second_factor: config.second_factor.policy,
            limits: config.session.limits,
            admission: access(config).admission(),
        },
        tickets: config.second_factor.enrolment,
        totp_issuer: config.second_factor.issuer.clone(),
        backup_format: if config.netpilot.is_some() { BackupFormat::NetPilot } else { BackupFormat::Standard },
        passkeys: passkeys(config),
        trusted_devices: config.second_factor.trusted_devices,
        device_binding: DeviceBindingSettings {
            offer: config.session.device_binding,
            lifetime: config.session.device_proof,
        },
        hash_slots: HASH_SLOTS,
    }
}

/// The application's name on pages.
pub(crate) fn product(config: &Config) -> String {
    config.pages.product.clone().unwrap_or_else(|| config.public_url.host().to_owned())
}

/// Passkeys, as browsers and authenticators see the gateway.
fn passkeys(config: &Config) -> Option<PasskeySettings> {
    let passkeys = config.passkeys.as_ref()?;
    Some(PasskeySettings {
        relying_party: passkeys.relying_party.clone(),
        name: product(config),
        origin: config.public_url.as_str().to_owned(),
        require_verification: passkeys.require_verification,
    })
}

/// The routes in order.
pub(crate) fn routes(config: &Config) -> Rules {
    let index = |name: &str| config.upstreams.iter().position(|upstream| upstream.name == name);
    let upstream = |name: Option<&str>| name.and_then(index).unwrap_or(0);
    let route = |route: &RouteConfig| route.to_route(upstream(route.upstream.as_deref()), &config.access.admins);
    Rules::new(config.routes.iter().map(route).collect()).with_comparisons(config.path_comparisons())
}

/// Returns a function: the kind of second factor that the route of a return URL requires regardless of the policy. Pages
/// then ask for the factor before they redirect there.
pub(crate) fn second_factor_demands(config: &Config) -> impl Fn(&str) -> Option<FactorDemand> + Send + Sync + 'static {
    let (rules, own) = (routes(config), config.public_url.to_string());
    move |url| {
        let url = Url::parse(&own).ok()?.join(url).ok()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", url.host_str().unwrap_or_default());
        let query = RouteQuery { host: &host, path: url.path(), method: &Method::GET, client: None };
        rules.demand(&rules.find(&query)).second_factor()
    }
}

/// Who may sign in.
pub(crate) fn access(config: &Config) -> AccessPolicy {
    let access = &config.access;
    AccessPolicy { anyone: access.anyone, emails: access.emails.clone(), domains: access.domains.clone() }
}

/// The provider and our registration with it.
pub(crate) fn provider(config: &Config) -> ProviderSettings {
    // If a single domain is allowed and nothing else, the provider's account chooser may show its accounts only.
    let only_domain = match config.access.domains.as_slice() {
        [domain] if config.access.emails.is_empty() && !config.access.anyone => Some(domain.clone()),
        _ => None,
    };
    ProviderSettings {
        issuer: config.google.issuer.clone(),
        client_id: config.google.client_id.clone(),
        client_secret: config.google.client_secret.clone(),
        hosted_domain_hint: only_domain,
        prompt: Some("select_account".to_owned()),
    }
}

/// The provider's name on pages.
pub(crate) fn provider_name(config: &Config) -> String {
    let issuer = &config.google.issuer;
    let google = issuer.as_str().trim_end_matches('/') == GOOGLE;
    let known = if google { "Google" } else { issuer.host_str().unwrap_or("the provider") };
    config.pages.provider.clone().unwrap_or_else(|| known.to_owned())
}

/// Logo and colours of the pages, and what stands at their foot.
pub(crate) fn brand(config: &Config) -> Brand {
    let pages = &config.pages;
    let text = |url: &Option<Url>| url.as_ref().map(Url::to_string);
    let links = FootLinks { support: text(&pages.support), privacy: text(&pages.privacy) };
    let brand = Brand::new(links, pages.footer.clone());
    let brand = match &pages.logo {
        Some(logo) => brand.with_logo(logo.clone(), pages.logo_dark.clone()),
        None => brand,
    };
    match &pages.accent {
        Some(accent) => brand.with_accent(accent),
        None => brand,
    }
}

/// The gateway's own addresses, and those that browsers may be redirected back to.
pub(crate) fn site(config: &Config) -> Site {
    let scheme = config.public_url.scheme();
    let (mut others, mut suffixes) = (Vec::new(), Vec::new());
    for host in config.routes.iter().flat_map(|route| &route.hosts) {
        match host {
            HostPattern::Is(host) => others.extend(format!("{scheme}://{host}").parse::<Origin>().ok()),
            HostPattern::Below(suffix) => suffixes.push(suffix.to_string()),
        }
    }
    others.sort();
    others.dedup();
    suffixes.sort();
    suffixes.dedup();
    let legacy = config
        .netpilot
        .as_ref()
        .map(|profile| LegacySite { frontend_url: profile.frontend_url.clone(), second_factor: profile.second_factor });
    let related = config.passkeys.as_ref().is_some_and(|passkeys| passkeys.has_related_origin(&config.public_url));
    Site::new(config.public_url.clone(), &config.base_path, others, legacy)
        .returning_below(suffixes)
        .telling_related_origins(related)
}
