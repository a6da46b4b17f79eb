//! The account page: the second factor, the sessions, and recent events.

use askama::Template;

use super::{ExactTime, PasskeyRow, Shell};
use crate::language::Text;

/// Session as shown to its owner.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Identifier, for the form that ends it.
    pub id: String,
    /// Browser and system ("Firefox on Windows").
    pub device: Text,
    /// Client address.
    pub address: Option<String>,
    /// Time of the last request, in words.
    pub seen: Text,
    /// Start, in words.
    pub began: Text,
    /// Whether only the first factor is verified.
    pub pending: bool,
    /// Whether it is the session of this request.
    pub current: bool,
    /// Whether it is bound to its device.
    pub bound: bool,
}

/// Event as shown to its owner.
#[derive(Clone, Debug)]
pub struct ActivityRow {
    /// The event in words.
    pub what: Text,
    /// Time, in words.
    pub when: Text,
    /// Exact time.
    pub at: ExactTime,
    /// Client address and device.
    pub origin: Text,
    /// Whether it deserves attention.
    pub notable: bool,
}

/// Authenticator app as shown to its owner.
#[derive(Clone, Debug)]
pub struct AuthenticatorRow {
    /// Identifier, for the forms that change it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Time of the enrolment, in words.
    pub added: Option<Text>,
    /// Time of the last use, in words.
    pub used: Option<Text>,
}

/// Trusted device as shown to its owner.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    /// Identifier, for the form that ends its trust.
    pub id: String,
    /// Browser and system ("Firefox on Windows").
    pub device: Text,
    /// Client address when it was trusted.
    pub address: Option<String>,
    /// Time since which it is trusted, in words.
    pub trusted: Text,
    /// The same, exactly.
    pub trusted_at: ExactTime,
    /// Time at which it last stood in for a code, in words and exactly.
    pub used: Option<(Text, ExactTime)>,
    /// Time until which it is trusted.
    pub until: ExactTime,
    /// Whether it is the browser of this request.
    pub current: bool,
}

impl DeviceRow {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            id: "6f9c2f0e-0000-4000-8000-00000000000d".to_owned(),
            device: firefox(),
            address: Some("192.0.2.7".to_owned()),
            trusted: Text::new("time-days-ago").with("count", 3_u32),
            trusted_at: ExactTime::sample(),
            used: Some((hours_ago(), ExactTime::sample())),
            until: ExactTime::sample(),
            current: true,
        }
    }
}

/// Codes by mail as shown to their owner.
#[derive(Clone, Debug)]
pub struct EmailCodesRow {
    /// Whether they are switched on.
    pub on: bool,
    /// Where they can be sent; `None` if this session's user can be sent none, as in a session for which the provider vouched
    /// for no address.
    pub address: Option<String>,
}

/// Number for codes by SMS as shown to its owner.
#[derive(Clone, Debug)]
pub enum NumberRow {
    /// There is none.
    Absent,
    /// There is one that does not count, because its owner has not confirmed it.
    Unconfirmed,
    /// The end of the one that counts ("•••• 12").
    Confirmed(String),
    /// There is one that was stored before codes by SMS were switched off here.
    Unused,
}

impl NumberRow {
    /// Returns the end of the number that counts.
    pub fn confirmed(&self) -> Option<&str> {
        match self {
            Self::Confirmed(ending) => Some(ending),
            Self::Absent | Self::Unconfirmed | Self::Unused => None,
        }
    }

    /// Whether there is any, so that it can be removed.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Whether it can only be removed.
    pub fn is_unused(&self) -> bool {
        matches!(self, Self::Unused)
    }
}

/// Account page.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The page frame.
    pub shell: Shell,
    /// Display name.
    pub name: String,
    /// Whether a second factor is enrolled.
    pub enrolled: bool,
    /// Authenticator apps, the first one first; empty with passkeys alone.
    pub authenticators: Vec<AuthenticatorRow>,
    /// Number of unused backup codes.
    pub codes_left: u32,
    /// Codes by mail; `None` where they are off and cannot be switched on.
    pub email_codes: Option<EmailCodesRow>,
    /// The number for codes by SMS; `None` where none are sent and none is stored.
    pub number: Option<NumberRow>,
    /// Whether the second factor may be removed.
    pub may_disable: bool,
    /// Passkeys, oldest first; `None` if they are switched off.
    pub passkeys: Option<Vec<PasskeyRow>>,
    /// Trusted devices, newest first; `None` where devices cannot be trusted.
    pub devices: Option<Vec<DeviceRow>>,
    /// What the browser's passkey managers are told: the argument of `PublicKeyCredential.signalAllAcceptedCredentials` as JSON.
    pub accepted_passkeys: Option<String>,
    /// Sessions, the one of this request first.
    pub sessions: Vec<SessionRow>,
    /// Number of older sessions that are not listed.
    pub hidden_sessions: u64,
    /// Link to them, if there are any.
    pub more_sessions: Option<String>,
    /// Events, newest first.
    pub activity: Vec<ActivityRow>,
    /// Link to older events, if there are any.
    pub older: Option<String>,
    /// Message that confirms a change.
    pub done: Option<&'static str>,
}

impl AccountPage {
    /// Whether each of the apps can be removed: another one is left, or a passkey.
    pub fn apps_removable(&self) -> bool {
        self.authenticators.len() > 1 || self.passkeys.as_ref().is_some_and(|passkeys| !passkeys.is_empty())
    }

    /// Whether each of the passkeys can be removed: an app is left, or another one.
    pub fn passkeys_removable(&self) -> bool {
        !self.authenticators.is_empty() || self.passkeys.as_ref().is_some_and(|passkeys| passkeys.len() > 1)
    }

    /// Whether so few codes are left that a warning is shown.
    pub fn codes_low(&self) -> bool {
        self.codes_left <= 3
    }

    /// Whether there is any other session.
    pub fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.current)
    }

    /// Returns the letter in the circle beside the name.
    pub fn initial(&self) -> String {
        self.name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let session = |id: &str, device: Text, address: &str, seen: Text, current: bool| SessionRow {
            id: id.to_owned(),
            device,
            address: Some(address.to_owned()),
            seen,
            began: hours_ago(),
            pending: false,
            current,
            bound: current,
        };
        let event = |what, when: Text, notable: bool| ActivityRow {
            what: Text::new(what),
            when,
            at: ExactTime::sample(),
            origin: Text::new("account-origin").with("device", firefox()).with("address", "192.0.2.7"),
            notable,
        };
        let app = |name: &str, last: char| AuthenticatorRow {
            id: format!("6f9c2f0e-0000-4000-8000-00000000000{last}"),
            name: name.to_owned(),
            added: Some(Text::new("time-days-ago").with("count", 3_u32)),
            used: Some(Text::new("time-yesterday")),
        };
        Self {
            shell: Shell::sample(),
            name: "Ada Lovelace".to_owned(),
            enrolled: true,
            authenticators: vec![app("Phone", 'b'), app("Tablet", 'c')],
            codes_left: 6,
            email_codes: None,
            number: None,
            may_disable: true,
            passkeys: Some(vec![PasskeyRow::sample()]),
            devices: Some(vec![DeviceRow::sample()]),
            accepted_passkeys: Some("{}".to_owned()),
            sessions: vec![
                session(
                    "6f9c2f0e-0000-4000-8000-000000000001",
                    firefox(),
                    "192.0.2.7",
                    Text::new("time-just-now"),
                    true,
                ),
                session(
                    "6f9c2f0e-0000-4000-8000-000000000002",
                    Text::new("device-both").with("browser", "Safari").with("system", "iPhone"),
                    "2001:db8::7",
                    Text::new("time-minutes-ago").with("count", 20_u32),
                    false,
                ),
            ],
            hidden_sessions: 0,
            more_sessions: None,
            older: None,
            activity: vec![
                event("event-code-accepted", hours_ago(), false),
                event("event-code-wrong", hours_ago(), true),
                event("event-signed-in", hours_ago(), false),
                event("event-enrolled", Text::new("time-yesterday"), false),
            ],
            done: None,
        }
    }
}

fn firefox() -> Text {
    Text::new("device-both").with("browser", "Firefox").with("system", "Windows")
}

fn hours_ago() -> Text {
    Text::new("time-hours-ago").with("count", 3_u32)
}
