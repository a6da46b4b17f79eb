//! `[session]`: cookie, lifetimes and cache.

use std::time::Duration;

use postern_keystore::CookieScope;
use postern_model::access::SessionLimits;

use crate::cookie_scope;
use crate::table::{Complaint, Table, duration};

const HOUR: Duration = Duration::from_secs(3600);

/// Sessions.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Cookie name without the `__Host-` prefix, which https adds (`__Secure-` with a cookie domain).
    pub cookie: String,
    /// The hosts that get the cookie, and the sites whose requests carry it.
    pub scope: CookieScope,
    /// How long sessions and verifications last.
    pub limits: SessionLimits,
    /// Longest time that a cached session stays valid after a change elsewhere (sign-out, revocation, reset).
    pub revocation_bound: Duration,
    /// How long cached sessions stay valid while the store is down; zero: not at all.
    pub outage_grace: Duration,
    /// Number of sessions cached in memory.
    pub cache_size: u32,
    /// Whether browsers are offered to bind sessions to their device.
    pub device_binding: bool,
    /// How long a browser's proof of the device is good.
    pub device_proof: Duration,
}

pub(crate) fn read(table: &mut Table<'_>) -> SessionConfig {
    let default = SessionLimits::default();
    let limits = SessionLimits {
        lifetime: table.duration("lifetime", default.lifetime),
        idle: table.duration("idle", default.idle),
        first_factor: table.duration("first_factor", default.first_factor),
        second_factor: table.duration("second_factor", default.second_factor),
    };
    check(table, &limits);
    let revocation_bound = table.duration("revocation_bound", Duration::from_secs(10));
    if revocation_bound > Duration::from_secs(300) {
        let what = "signing out and revoking would take longer than five minutes to count";
        table.report("revocation_bound", what.to_owned(), "write at most \"5m\"; \"10s\" is the default");
    }
    let grace = |text: &str| if text == "off" { Ok(Duration::ZERO) } else { duration(text) };
    let outage_grace = table.make("outage_grace", grace).unwrap_or(Duration::from_secs(60));
    if outage_grace > HOUR {
        let what = "sessions could not be revoked for longer than an hour while the store is down";
        table.report("outage_grace", what.to_owned(), "write at most \"1h\", or \"off\"; \"60s\" is the default");
    }
    SessionConfig {
        cookie: table.make("cookie", cookie).unwrap_or_else(|| "postern".to_owned()),
        scope: cookie_scope::read(table),
        limits,
        revocation_bound,
        outage_grace,
        cache_size: table.count("cache_size", 100_000, 16..=10_000_000),
        device_binding: table.make("device_binding", device_binding).unwrap_or(false),
        device_proof: device_proof(table),
    }
}

fn device_binding(text: &str) -> Result<bool, Complaint> {
    match text {
        "off" => Ok(false),
        "offer" => Ok(true),
        _ => Err((format!("{text:?} is no way to bind sessions"), "write \"offer\" or \"off\"")),
    }
}

/// Reads the lifetime of the cookie that proves the device. A shorter one makes browsers refresh so often that they give up, and a
/// copied cookie is good for as long as a longer one.
fn device_proof(table: &mut Table<'_>) -> Duration {
    let lifetime = table.duration("device_proof", Duration::from_secs(600));
    if lifetime < Duration::from_secs(60) || lifetime > HOUR {
        let what = "copied cookies would be good for long, or browsers would refresh all the time".to_owned();
        table.report("device_proof", what, "write a time between \"1m\" and \"1h\"; \"10m\" is the default");
    }
    lifetime
}

/// Checks the limits of NIST SP 800-63B-4 §2.2.3 and the relations between lifetimes.
fn check(table: &Table<'_>, limits: &SessionLimits) {
    if limits.lifetime > 24 * HOUR {
        let what = "a session may last 24 hours at most (NIST SP 800-63B-4)";
        table.report("lifetime", what.to_owned(), "write at most \"24h\"; \"12h\" is the default");
    }
    if limits.idle > limits.lifetime {
        table.report("idle", "this is longer than session.lifetime".to_owned(), "write a shorter time, such as \"1h\"");
    } else if limits.idle > HOUR {
        let what = "NIST SP 800-63B-4 asks for an hour at most";
        table.warn("idle", what.to_owned(), "write \"1h\" unless your own rules allow more");
    }
    if limits.first_factor > limits.lifetime {
        let what = "this is longer than session.lifetime";
        table.report("first_factor", what.to_owned(), "write a shorter time, such as \"10m\"");
    }
    if limits.second_factor > limits.lifetime {
        let what = "this is longer than session.lifetime, which ends the session first";
        table.warn("second_factor", what.to_owned(), "write a shorter time, or a longer session.lifetime");
    }
}

/// A cookie name: a token (RFC 6265 §4.1.1) without the prefixes that browsers treat specially.
fn cookie(text: &str) -> Result<String, Complaint> {
    let token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if text.starts_with("__") {
        return Err((format!("{text:?} has a prefix"), "leave it out: __Host- is put before the name on https"));
    }
    if !text.bytes().all(token) || text.len() > 64 {
        return Err((format!("{text:?} is no cookie name"), "use letters, digits, - _ and . only"));
    }
    Ok(text.to_owned())
}
