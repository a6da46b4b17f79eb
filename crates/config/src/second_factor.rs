//! `[second_factor]`: policy, enrolment tickets, trusted devices, codes by mail and SMS, and the label in authenticator apps.

use std::time::Duration;

use postern_model::access::SecondFactorPolicy;
use postern_model::ticket::TicketPolicy;

use crate::parse::unless_off;
use crate::table::{Complaint, Table, duration};

/// Lifetime of an enrolment ticket by default.
const TICKET: Duration = Duration::from_secs(60 * 60);
/// Longest lifetime of an enrolment ticket.
pub const TICKET_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bounds of the time for which a device can be trusted.
const TRUST: (Duration, Duration) = (Duration::from_secs(60 * 60), Duration::from_secs(90 * 24 * 60 * 60));

const REMEDY: &str = "write a time from \"1h\" to \"90d\", such as \"30d\", or \"off\"";

/// Second factors.
#[derive(Clone, Debug)]
pub struct SecondFactorConfig {
    /// Which users need one.
    pub policy: SecondFactorPolicy,
    /// Which first enrolments need a ticket.
    pub enrolment: TicketPolicy,
    /// Lifetime of a ticket.
    pub ticket_lifetime: Duration,
    /// Time for which a device can be trusted; `None` if none can.
    pub trusted_devices: Option<Duration>,
    /// Whether people can be sent codes by mail, beside another factor.
    pub email_codes: bool,
    /// Whether people can be sent codes by SMS, beside another factor.
    pub sms_codes: bool,
    /// Label in authenticator apps.
    pub issuer: String,
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> SecondFactorConfig {
    let policy = table.make("policy", |text| match text {
        "required" => Ok(SecondFactorPolicy::Required),
        "per-user" => Ok(SecondFactorPolicy::PerUser),
        other => Err((format!("{other:?} is no policy"), "write \"required\" or \"per-user\"")),
    });
    let enrolment = table.make("enrolment", |text| match text {
        "open" => Ok(TicketPolicy::OnDemand),
        "ticket-after-reset" => Ok(TicketPolicy::AfterReset),
        "ticket" => Ok(TicketPolicy::Always),
        other => Err((format!("{other:?} is no policy"), "write \"open\", \"ticket-after-reset\" or \"ticket\"")),
    });
    let ticket_lifetime = table.duration("ticket_lifetime", TICKET);
    if ticket_lifetime > TICKET_MAX {
        let what = "a ticket that lives longer than a week is a password";
        table.report("ticket_lifetime", what.to_owned(), "write at most \"7d\"; \"1h\" is the default");
    }
    let trusted_devices = table.make("trusted_devices", |text| unless_off(text, trust)).unwrap_or_default();
    let email_codes = table.flag("email_codes", false);
    let sms_codes = table.flag("sms_codes", false);
    // A colon separates issuer and account in an otpauth:// URI.
    let issuer =
        table.make("issuer", |text| match text.chars().any(|c| c == ':' || c.is_control()) || text.len() > 64 {
            true => Err((format!("{text:?} cannot be a label"), "use at most 64 bytes without a colon")),
            false => Ok(text.to_owned()),
        });
    let default = if netpilot { "NetPilot" } else { "Postern" };
    SecondFactorConfig {
        policy: policy.unwrap_or_default(),
        enrolment: enrolment.unwrap_or_default(),
        ticket_lifetime,
        trusted_devices,
        email_codes,
        sms_codes,
        issuer: issuer.unwrap_or_else(|| default.to_owned()),
    }
}

/// Parses the time for which a device can be trusted.
fn trust(text: &str) -> Result<Duration, Complaint> {
    let (least, most) = TRUST;
    match duration(text).map_err(|(what, _)| (what, REMEDY))? {
        span if span < least => {
            Err(("a device that is trusted for less than an hour saves nobody a code".to_owned(), REMEDY))
        }
        span if span > most => {
            Err(("nobody would be asked for their second factor for more than 90 days".to_owned(), REMEDY))
        }
        span => Ok(span),
    }
}
