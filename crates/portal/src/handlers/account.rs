//! The account page, and revoking sessions from it.

use http::StatusCode;
use postern_authn::access::counts;
use postern_authn::account::{OverviewPage, SESSIONS};
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditEvent;
use postern_model::clock::Timestamp;
use postern_model::id::{EventId, SessionId};
use postern_model::passkey::Passkey;
use postern_model::phone::StoredNumber;
use postern_model::session::{Session, SessionView};

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{
    AccountPage, ActivityRow, AuthenticatorRow, EmailCodesRow, ExactTime, NumberRow, PasskeyRow, SessionRow, ago,
    describe_device, describe_event, masked,
};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account`.
    pub(crate) async fn show_account(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.complete(request, &self.site.path("account")).await?;
        // A link with anything else leads to the first page.
        let skip_sessions = request.query.get("skip").and_then(|text| text.parse().ok()).unwrap_or(0);
        let before = request.query.get("before").and_then(|text| text.parse::<EventId>().ok());
        let overview = self.authn.overview(&view, OverviewPage { skip_sessions, before }).await?;
        let now = self.authn.now();
        let listed = std::iter::once(&view.session).chain(&overview.others);
        let sessions = listed.map(|session| self.session_row(session, &view, now)).collect();
        let next = skip_sessions.saturating_add(SESSIONS);
        let hidden_sessions = overview.others_total.saturating_sub(next.into());
        let account = self.site.path("account");
        let passkeys = self.authn.passkeys(&view).await?;
        let page = AccountPage {
            shell: self.shell(Some(&view)),
            name: view.user.full_name.clone().unwrap_or_else(|| view.user.email.clone()),
            enrolled: view.factors.enrolled(),
            authenticators: self.authenticator_rows(&view, now).await?,
            codes_left: overview.factors.backup_codes_left,
            email_codes: self.email_codes_row(&view),
            number: self.authn.number(&view).await?.map(|number| number_row(&number, self.authn.takes_numbers())),
            may_disable: overview.may_disable,
            accepted_passkeys: self.authn.accepted_passkeys(&view).await?,
            passkeys: self.authn.passkeys_enabled().then(|| passkey_rows(passkeys, now)),
            devices: self.device_rows(request, &view, now).await?,
            sessions,
            hidden_sessions,
            more_sessions: (hidden_sessions > 0).then(|| format!("{account}?skip={next}#sessions")),
            older: overview.older_than.map(|event| format!("{account}?before={event}#activity")),
            activity: overview.activity.iter().map(|event| self.activity_row(event, now)).collect(),
            done: request.query.get("done").and_then(done),
        };
        response::page(StatusCode::OK, &page)
    }

    /// `POST account/sessions`: revokes one session, or all others.
    pub(crate) async fn end_sessions(&self, request: &Request) -> Result<Response, PortalError> {
        let account = self.site.path("account");
        let view = self.complete(request, &account).await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        let outcome = match form.get("session").unwrap_or_default() {
            "others" => match self.authn.revoke_others(&view, &request.caller).await? {
                0 => "none",
                _ => "others",
            },
            text => match text.parse::<SessionId>() {
                Ok(id) if id == view.session.id => return response::see_other(&self.site.path("sign-out")),
                Ok(id) if self.authn.revoke(&view, id, &request.caller).await? => "session",
                _ => "none",
            },
        };
        response::see_other(&format!("{account}?done={outcome}"))
    }

    async fn authenticator_rows(
        &self,
        view: &SessionView,
        now: Timestamp,
    ) -> Result<Vec<AuthenticatorRow>, PortalError> {
        let listed = self.authn.authenticators(view).await?.into_iter();
        let rows = listed.map(|(one, used)| AuthenticatorRow {
            id: one.id.to_string(),
            name: one.name.unwrap_or_default(),
            added: one.created_at.map(|at| ago(at, now)),
            used: used.map(|at| ago(at, now)),
        });
        Ok(rows.collect())
    }

    /// They can always be switched off.
    fn email_codes_row(&self, view: &SessionView) -> Option<EmailCodesRow> {
        let (on, address) = (view.factors.email, self.authn.address_for_codes(view));
        (on || address.is_some()).then(|| EmailCodesRow { on, address: address.map(str::to_owned) })
    }

    fn session_row(&self, session: &Session, view: &SessionView, now: Timestamp) -> SessionRow {
        let own = SessionView { session: session.clone(), ..view.clone() };
        let policy = self.authn.policy();
        let demanded = policy.second_factor == SecondFactorPolicy::Required || view.factors.enrolled();
        SessionRow {
            id: session.id.to_string(),
            device: describe_device(session.caller.user_agent.as_deref()),
            address: session.caller.address.map(|address| address.to_string()),
            seen: ago(session.last_seen_at, now),
            began: ago(session.first_factor_at, now),
            pending: demanded && counts(&own, policy.limits.second_factor, now).is_none(),
            current: session.id == view.session.id,
            bound: session.device.is_some(),
        }
    }

    fn activity_row(&self, event: &AuditEvent, now: Timestamp) -> ActivityRow {
        let (what, notable) = describe_event(event.kind, event.detail.as_deref());
        let device = describe_device(event.caller.user_agent.as_deref());
        let origin = match event.caller.address {
            Some(address) => Text::new("account-origin").with("device", device).with("address", address.to_string()),
            None => device,
        };
        ActivityRow { what, when: ago(event.at, now), at: ExactTime::new(event.at), origin, notable }
    }
}

fn passkey_rows(passkeys: Vec<Passkey>, now: Timestamp) -> Vec<PasskeyRow> {
    let row = |passkey: Passkey| PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        added: ago(passkey.created_at, now),
        used: passkey.last_used_at.map(|at| ago(at, now)),
        synced: passkey.backed_up,
    };
    passkeys.into_iter().map(row).collect()
}

fn number_row(number: &StoredNumber, taken: bool) -> NumberRow {
    match number {
        StoredNumber::Absent => NumberRow::Absent,
        _ if !taken => NumberRow::Unused,
        StoredNumber::Unconfirmed => NumberRow::Unconfirmed,
        StoredNumber::Confirmed(number) => NumberRow::Confirmed(masked(number)),
    }
}

/// Returns the message that confirms what was done, for a `done` code. The list is fixed, because any link can set the query.
fn done(code: &str) -> Option<&'static str> {
    Some(match code {
        "session" => "done-session",
        "others" => "done-others",
        "not-me" => "done-not-me",
        "none" => "done-none",
        "authenticator" => "done-authenticator",
        "authenticator-renamed" => "done-authenticator-renamed",
        "authenticator-removed" => "done-authenticator-removed",
        "authenticator-gone" => "done-authenticator-gone",
        "authenticator-only" => "done-authenticator-only",
        "authenticators-full" => "done-authenticators-full",
        "device" => "done-device",
        "devices" => "done-devices",
        "device-gone" => "done-device-gone",
        "mailed-on" => "done-mail-on",
        "mailed-off" => "done-mail-off",
        "number" => "done-sms-on",
        "number-removed" => "done-sms-off",
        "passkey" => "done-passkey",
        "passkey-renamed" => "done-passkey-renamed",
        "passkey-removed" => "done-passkey-removed",
        "passkey-gone" => "done-passkey-gone",
        "passkey-only" => "done-passkey-only",
        "disabled" => "done-disabled",
        _ => return None,
    })
}
