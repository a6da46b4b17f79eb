//! Forms that arrive twice at once. Whatever one of the two does between two looks of the other at the store, both have the
//! outcome of one submission.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_testkit::authenticator::Authenticator;

use crate::authenticators::{ids, key};
use crate::harness::{Answer, Gate, ORIGIN, form};
use crate::passkeys::{add, options};

const EMAIL: &str = "ada@example.com";
const ACCOUNT: &str = "/postern/account";
const ADD_APP: &str = "/postern/account/authenticators/add";
const ADD_PASSKEY: &str = "/postern/account/passkeys/add";
const EMAIL_CODES: &str = "/postern/account/email-codes";
const NUMBER: &str = "/postern/account/number";

/// Ada, who has an app and a passkey.
struct Ada {
    gate: Gate,
    /// The secret of the app.
    app: String,
    key: Authenticator,
    /// The identifier of the passkey.
    passkey: String,
    token: SessionToken,
}

impl Ada {
    async fn new() -> Self {
        let gate = Gate::with_pages(SecondFactorPolicy::PerUser).await;
        let first = gate.sign_in_vouched(EMAIL).await;
        let user = gate.enrol(&first).await;
        gate.clock.advance(Duration::from_secs(30));
        let key = Authenticator::new(ORIGIN, 1);
        let (token, passkey) = add(&gate, &user, &key).await;
        gate.clock.advance(Duration::from_secs(30));
        Self { gate, app: user.secret, key, passkey, token }
    }

    async fn page(&self, path: &str) -> Answer {
        let page = self.gate.get(path, Some(&self.token)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page
    }

    /// The form of a page, with these fields beside those that every form has.
    fn form(&self, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
        let (csrf, nonce) = (page.field("csrf"), page.field("nonce"));
        form(path, Some(&self.token), &[&[("csrf", csrf.as_str()), ("nonce", &nonce)], fields].concat())
    }

    /// The form of a page with a code of the app.
    fn with_code(&self, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
        self.form(page, path, &[&[("code", self.gate.code(&self.app).as_str())], fields].concat())
    }

    /// The form of a page with the passkey.
    fn with_passkey(&self, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
        let (challenge, response) = (page.field("challenge"), self.key.get(&options(page)));
        let passkey = [("method", "passkey"), ("challenge", challenge.as_str()), ("code", &response)];
        self.form(page, path, &[&passkey[..], fields].concat())
    }

    /// Confirms the change of a page with a code, and goes on with the session.
    async fn confirm(&mut self, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.gate.send(self.with_code(page, path, fields)).await;
        if let Some(token) = answer.token() {
            self.token = token;
        }
        self.gate.clock.advance(Duration::from_secs(30));
        answer
    }

    /// Begins to add an app; returns the page with its QR code.
    async fn begin_app(&mut self) -> Answer {
        let page = self.page(ADD_APP).await;
        let begun = self.confirm(&page, ADD_APP, &[]).await;
        self.page(begun.location()).await
    }

    /// Types a number; returns the page that asks for a confirmation.
    async fn type_number(&self) -> Answer {
        let csrf = self.page(NUMBER).await.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("number", "+49 151 2345612")];
        self.gate.post(NUMBER, Some(&self.token), &fields).await
    }

    /// Has a code sent to a number; returns the page that takes it, and the code.
    async fn begin_number(&mut self) -> (Answer, String) {
        let page = self.type_number().await;
        let begun = self.confirm(&page, NUMBER, &[("id", "+491512345612")]).await;
        (self.page(begun.location()).await, self.gate.texts.code())
    }

    async fn begin_replacement(&mut self) -> Answer {
        let page = self.page("/postern/enrol").await;
        let begun = self.confirm(&page, "/postern/enrol", &[("step", "start")]).await;
        self.page(begun.location()).await
    }
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Verify { passkey: bool },
    BackupCodes { passkey: bool },
    Disable,
    SwitchEmailCodes { on: bool },
    AddNumber,
    ConfirmNumber,
    RemoveNumber,
    AddApp,
    NewApp,
    RemoveApp,
    ReplaceApp,
    NewAppInPlace,
    AddPasskey,
    NewPasskey,
    RemovePasskey,
}

impl Form {
    /// The form, filled in.
    async fn fill_in(self, ada: &mut Ada) -> Request<Full<Bytes>> {
        match self {
            Self::Verify { passkey } => {
                ada.token = ada.gate.sign_in_vouched(EMAIL).await;
                let page = ada.page("/postern/verify?rd=/x").await;
                match passkey {
                    true => ada.with_passkey(&page, "/postern/verify", &[("rd", "/x")]),
                    false => ada.with_code(&page, "/postern/verify", &[("method", "totp"), ("rd", "/x")]),
                }
            }
            Self::BackupCodes { passkey } => {
                let path = "/postern/account/backup-codes";
                let page = ada.page(path).await;
                if passkey { ada.with_passkey(&page, path, &[]) } else { ada.with_code(&page, path, &[]) }
            }
            Self::Disable => {
                let page = ada.page("/postern/account/disable").await;
                ada.with_code(&page, "/postern/account/disable", &[])
            }
            Self::SwitchEmailCodes { on } => {
                if !on {
                    let page = ada.page(EMAIL_CODES).await;
                    ada.confirm(&page, EMAIL_CODES, &[("id", "on")]).await;
                }
                let page = ada.page(EMAIL_CODES).await;
                ada.with_code(&page, EMAIL_CODES, &[("id", if on { "on" } else { "off" })])
            }
            Self::AddNumber => {
                let page = ada.type_number().await;
                ada.with_code(&page, NUMBER, &[("id", "+491512345612")])
            }
            Self::ConfirmNumber => {
                let (page, code) = ada.begin_number().await;
                ada.form(&page, "/postern/account/number/code", &[("code", &code)])
            }
            Self::RemoveNumber => {
                let (page, code) = ada.begin_number().await;
                ada.gate.send(ada.form(&page, "/postern/account/number/code", &[("code", &code)])).await;
                let page = ada.page("/postern/account/number?id=none").await;
                ada.with_code(&page, NUMBER, &[("id", "none")])
            }
            Self::AddApp => {
                let page = ada.page(ADD_APP).await;
                ada.with_code(&page, ADD_APP, &[])
            }
            Self::NewApp => {
                let page = ada.begin_app().await;
                let code = ada.gate.code(&key(&page));
                ada.form(&page, "/postern/account/authenticators/new", &[("code", &code), ("name", "Tablet")])
            }
            Self::RemoveApp => {
                let page = ada.begin_app().await;
                let code = ada.gate.code(&key(&page));
                let fields = [("code", code.as_str()), ("name", "Tablet")];
                let added = ada.form(&page, "/postern/account/authenticators/new", &fields);
                ada.token = ada.gate.send(added).await.token().unwrap();
                let id = ids(&ada.gate, &ada.token).await.remove(1);
                let page = ada.page(&format!("/postern/account/authenticators/remove?id={id}")).await;
                ada.with_code(&page, "/postern/account/authenticators/remove", &[("id", &id)])
            }
            Self::ReplaceApp => {
                let page = ada.page("/postern/enrol").await;
                ada.with_code(&page, "/postern/enrol", &[("step", "start")])
            }
            Self::NewAppInPlace => {
                let page = ada.begin_replacement().await;
                let (version, code) = (page.field("version"), ada.gate.code(&key(&page)));
                let fields = [("version", version.as_str()), ("step", "confirm"), ("rd", "/x"), ("code", &code)];
                ada.form(&page, "/postern/enrol", &fields)
            }
            Self::AddPasskey => {
                let page = ada.page(ADD_PASSKEY).await;
                ada.with_code(&page, ADD_PASSKEY, &[])
            }
            Self::NewPasskey => {
                let page = ada.page(ADD_PASSKEY).await;
                let made = ada.confirm(&page, ADD_PASSKEY, &[]).await;
                let (challenge, new) = (made.field("challenge"), Authenticator::new(ORIGIN, 2));
                let response = new.create(&options(&made));
                let fields = [("challenge", challenge.as_str()), ("code", &response), ("name", "Key")];
                ada.form(&made, "/postern/account/passkeys", &fields)
            }
            Self::RemovePasskey => {
                let id = ada.passkey.clone();
                let page = ada.page(&format!("/postern/account/passkeys/remove?id={id}")).await;
                ada.with_code(&page, "/postern/account/passkeys/remove", &[("id", &id)])
            }
        }
    }

    /// Where it leads, and whether the session gets another token.
    fn outcome(self) -> (String, bool) {
        let (place, rotates) = match self {
            Self::Verify { .. } => return ("/x".to_owned(), true),
            Self::BackupCodes { .. } => return ("/postern/codes?reason=replaced".to_owned(), true),
            Self::ReplaceApp => return ("/postern/enrol?step=scan".to_owned(), false),
            Self::NewAppInPlace => return ("/postern/codes?reason=enrolled&rd=%2Fx".to_owned(), true),
            // A page that makes the passkey.
            Self::AddPasskey => return (String::new(), true),
            Self::Disable => ("?done=disabled", true),
            Self::SwitchEmailCodes { on: true } => ("?done=mailed-on", true),
            Self::SwitchEmailCodes { on: false } => ("?done=mailed-off", true),
            Self::AddNumber => ("/number/code", true),
            Self::ConfirmNumber => ("?done=number", false),
            Self::RemoveNumber => ("?done=number-removed", true),
            Self::AddApp => ("/authenticators/new", false),
            Self::NewApp => ("?done=authenticator", true),
            Self::RemoveApp => ("?done=authenticator-removed", true),
            Self::NewPasskey => ("?done=passkey", true),
            Self::RemovePasskey => ("?done=passkey-removed", true),
        };
        (format!("{ACCOUNT}{place}"), rotates)
    }
}

async fn has_one_outcome(submitted: Form) {
    let (place, rotates) = submitted.outcome();
    for calls in 0.. {
        let mut ada = Ada::new().await;
        let request = submitted.fill_in(&mut ada).await;
        let Some((inner, outer)) = ada.gate.send_twice(&request, calls).await else {
            assert!(calls > 2, "{submitted:?}");
            return;
        };
        let why = format!("{submitted:?}, once more after {calls} calls of the store");
        for (which, answer) in [("inner", &inner), ("outer", &outer)] {
            let status = if place.is_empty() { 200 } else { 303 };
            let got = (answer.status.as_u16(), answer.location());
            assert_eq!(got, (status, place.as_str()), "{why}: {which}: {}", answer.text);
            assert_eq!(answer.token().is_some(), rotates, "{why}: {which}");
        }
        assert_eq!(inner.token(), outer.token(), "{why}");
    }
}

macro_rules! has_one_outcome {
    ($($name:ident: $($form:expr),+;)*) => {
        $(#[tokio::test]
        async fn $name() {
            $(has_one_outcome($form).await;)+
        })*
    };
}

has_one_outcome! {
    a_double_click_on_a_verification_has_one_outcome: Form::Verify { passkey: false }, Form::Verify { passkey: true };
    a_double_click_on_new_codes_has_one_outcome: Form::BackupCodes { passkey: false }, Form::BackupCodes { passkey: true };
    a_double_click_that_disables_has_one_outcome: Form::Disable;
    a_double_click_on_codes_by_mail_has_one_outcome:
        Form::SwitchEmailCodes { on: true }, Form::SwitchEmailCodes { on: false };
    a_double_click_on_a_number_has_one_outcome: Form::AddNumber, Form::ConfirmNumber, Form::RemoveNumber;
    a_double_click_on_a_further_app_has_one_outcome: Form::AddApp, Form::NewApp, Form::RemoveApp;
    a_double_click_on_another_app_has_one_outcome: Form::ReplaceApp, Form::NewAppInPlace;
    a_double_click_on_a_passkey_has_one_outcome: Form::AddPasskey, Form::NewPasskey, Form::RemovePasskey;
}
