//! Passkeys on the account page: added after a confirmation, renamed, removed with one.

use http::StatusCode;
use postern_authn::factors::{Confirmation, Creation, FactorError, PasskeyOptions};
use postern_model::factor::SecondFactor;
use postern_model::id::PasskeyId;
use postern_model::passkey::Passkey;
use postern_model::session::SessionView;

use super::confirmation::confirmation;
use super::factor_errors::passkey_problem;
use super::repetition::{Submission, is_without_session, submitted};
use crate::error::PortalError;
use crate::pages::{ConfirmPurpose, NewPasskeyPage};
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};

/// Path of the page that asks for a confirmation before a passkey is added.
const ADD: &str = "account/passkeys/add";

impl Portal {
    /// `GET account/passkeys/add`: asks for a confirmation. A return URL is where the person goes with the passkey.
    pub(crate) async fn ask_to_add_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        if !self.authn.passkeys_enabled() {
            return Err(PortalError::NotFound);
        }
        let rd = self.named_return(&request.query);
        let view = self.enrolled_at(request, &self.add_path(rd.as_deref())).await?;
        self.confirm_page(&view, ConfirmPurpose::AddPasskey { rd }, None).await
    }

    /// `POST account/passkeys/add`: takes the confirmation, and renders the page that makes the passkey.
    pub(crate) async fn begin_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let rd = self.named_return(&form);
        let own = self.add_path(rd.as_deref());
        let view = match self.enrolled_at(request, &own).await {
            Ok(view) => view,
            // As [`Portal::submission`] tells other forms.
            Err(missing) if is_without_session(&missing) => {
                let creation = self.repeated_passkey(request, &form, &own).await?.ok_or(missing)?;
                return self.new_passkey_page(creation, rd);
            }
            Err(error) => return Err(error),
        };
        self.check_form(&view, &form)?;
        let confirmation = confirmation(&form);
        match self.authn.begin_passkey(&view, confirmation, &request.caller).await {
            Ok(creation) => self.new_passkey_page(creation, rd),
            Err(error) => {
                self.passkey_change_refused(&view, ConfirmPurpose::AddPasskey { rd }, confirmation, error).await
            }
        }
    }

    /// Returns the reply to the first of two identical confirmations.
    async fn repeated_passkey(
        &self,
        request: &Request,
        form: &Fields,
        own: &str,
    ) -> Result<Option<Creation>, PortalError> {
        let Some((former, bound)) = self.former_token(request).await? else { return Ok(None) };
        let repeated = self.authn.repeated_passkey(&former, bound.as_ref(), confirmation(form)).await;
        let repeated = repeated.map_err(|error| self.factor_error(error, own))?;
        if let Some(creation) = &repeated {
            self.check_form(&creation.view, form)?;
        }
        Ok(repeated)
    }

    /// `POST account/passkeys`: stores the passkey that the browser made.
    pub(crate) async fn add_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let rd = self.named_return(&form);
        let own = self.add_path(rd.as_deref());
        let done = rd.clone().unwrap_or_else(|| self.site.path("account?done=passkey"));
        let done = response::see_other(&done)?;
        let session = self.enrolled_at(request, &own).await;
        let view = match self.submission(session, request, &form, SecondFactor::Passkey).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let (challenge, name) = (form.get("challenge").unwrap_or_default(), form.get("name").unwrap_or_default());
        match self.authn.add_passkey(&view, submitted(&form), challenge, name, &request.caller).await {
            Ok(added) => Ok(self.with_session_cookie(done, &added.token, &added.view)),
            Err(error) => match passkey_problem(&error) {
                Some(words) => {
                    self.confirm_page(&view, ConfirmPurpose::AddPasskey { rd }, Some(words.to_owned())).await
                }
                None => Err(self.factor_error(error, &own)),
            },
        }
    }

    /// `POST account/passkeys/rename`.
    pub(crate) async fn rename_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account").await?;
        let form = request.form();
        self.check_form(&view, &form)?;
        let name = form.get("name").unwrap_or_default();
        let renamed = match id(&form) {
            Some(id) => self.authn.rename_passkey(&view, id, name, &request.caller).await,
            None => Ok(false),
        };
        let renamed = renamed.map_err(|error| self.factor_error(error, &self.site.path("account")))?;
        let done = if renamed { "passkey-renamed" } else { "passkey-gone" };
        response::see_other(&self.site.path(&format!("account?done={done}")))
    }

    /// `GET account/passkeys/remove?id=…`: asks for a confirmation.
    pub(crate) async fn ask_to_remove_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account").await?;
        match self.passkey_named(&view, &request.query).await? {
            Some(passkey) if self.authn.is_only_factor(&view, passkey.id).await? => self.keeps_passkey(),
            Some(passkey) => self.confirm_page(&view, removal(passkey), None).await,
            None => response::see_other(&self.site.path("account?done=passkey-gone")),
        }
    }

    /// `POST account/passkeys/remove`.
    pub(crate) async fn remove_passkey(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let done = response::see_other(&self.site.path("account?done=passkey-removed"))?;
        let session = self.enrolled(request, "account").await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let confirmation = confirmation(&form);
        let refused = match self.passkey_named(&view, &form).await? {
            Some(passkey) => match self.authn.remove_passkey(&view, passkey.id, confirmation, &request.caller).await {
                Ok(raised) => return Ok(self.with_session_cookie(done, &raised.token, &raised.view)),
                Err(FactorError::LastPasskey) => self.keeps_passkey(),
                Err(error) => self.passkey_change_refused(&view, removal(passkey), confirmation, error).await,
            },
            None => response::see_other(&self.site.path("account?done=passkey-gone")),
        };
        match self.repetition(request, &form, confirmation.factor()).await? {
            Some(first) => Ok(self.with_session_cookie(done, &first.token, &first.view)),
            None => refused,
        }
    }

    /// Says on the account page why a passkey cannot be removed.
    fn keeps_passkey(&self) -> Result<Response, PortalError> {
        response::see_other(&self.site.path("account?done=passkey-only"))
    }

    /// Returns the path of the page that asks for a confirmation before a passkey is added.
    pub(super) fn add_path(&self, rd: Option<&str>) -> String {
        let shell = self.shell(None);
        rd.map_or_else(|| shell.path(ADD), |rd| shell.path_returning(ADD, rd))
    }

    /// Returns where somebody who adds no passkey goes on to, unless that place takes passkeys only.
    pub(super) fn without_passkey<'a>(&self, rd: Option<&'a str>) -> Option<&'a str> {
        rd.filter(|rd| !self.demands_passkey(rd))
    }

    fn new_passkey_page(&self, creation: Creation, rd: Option<String>) -> Result<Response, PortalError> {
        let Creation { token, view, options } = creation;
        let (shell, PasskeyOptions { json, challenge }) = (self.shell(Some(&view)), options);
        let skip = self.without_passkey(rd.as_deref()).map(str::to_owned);
        let page = NewPasskeyPage { shell, options: json, challenge, rd, skip };
        Ok(self.with_session_cookie(response::page(StatusCode::OK, &page)?, &token, &view))
    }

    async fn passkey_named(&self, view: &SessionView, fields: &Fields) -> Result<Option<Passkey>, PortalError> {
        let Some(id) = id(fields) else { return Ok(None) };
        Ok(self.authn.passkeys(view).await?.into_iter().find(|passkey| passkey.id == id))
    }

    async fn passkey_change_refused(
        &self,
        view: &SessionView,
        purpose: ConfirmPurpose,
        confirmation: Confirmation<'_>,
        error: FactorError,
    ) -> Result<Response, PortalError> {
        let refused = self.confirmation_refused(view, purpose, confirmation, error).await?;
        refused.map_err(|error| self.factor_error(error, &self.site.path("account")))
    }
}

fn id(fields: &Fields) -> Option<PasskeyId> {
    fields.get("id")?.parse().ok()
}

fn removal(passkey: Passkey) -> ConfirmPurpose {
    ConfirmPurpose::RemovePasskey { id: passkey.id, name: passkey.name }
}
