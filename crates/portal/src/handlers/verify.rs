//! Verifying the second factor: at sign-in, and again before what needs a fresh code.

use http::StatusCode;
use postern_authn::access::Standing;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use super::factor_errors::Refusal;
use crate::ask::{Ask, Fields};
use crate::pages::VerifyPage;
use crate::portal::Portal;
use crate::reply::{self, Reply};
use crate::trouble::Trouble;

impl Portal {
    /// `GET verify`. A session that is complete is asked for a fresh code: somebody sent it here for that, and sending
    /// it back unseen would loop.
    pub(crate) async fn show_verify(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let rd = self.named_return(&ask.query);
        let view = self.signed_in(ask, rd.as_deref().unwrap_or(self.home().as_str())).await?;
        if !view.factors.enrolled() {
            return reply::see_other(&self.to_enrolment(rd.as_deref()));
        }
        self.verify_page(&view, method(&ask.query), rd, None)
    }

    /// `POST verify`.
    pub(crate) async fn verify(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let form = ask.form();
        let (rd, method) = (self.named_return(&form), method(&form));
        let onward = rd.clone().unwrap_or_else(|| self.home().as_str().to_owned());
        let view = self.signed_in(ask, &onward).await?;
        self.check_form(&view, &form)?;
        let code = form.get("code").unwrap_or_default();
        let error = match self.authn.verify(&view, method, code, &ask.caller).await {
            Ok(raised) => {
                let cookie = self.session_cookie(&raised.token, &raised.view);
                return Ok(reply::with_cookies(reply::see_other(&self.next(&raised.view, &onward))?, [cookie]));
            }
            Err(error) => error,
        };
        match Refusal::of(error, method) {
            Refusal::Retry(words) => self.verify_page(&view, method, rd, Some(words)),
            Refusal::Locked(until) => self.locked(&view, method, until, rd.as_deref()),
            Refusal::Other(error) => Err(self.factor_trouble(error, &onward)),
        }
    }

    /// The return URL of a query or form, as text.
    pub(super) fn named_return(&self, fields: &Fields) -> Option<String> {
        self.return_url(fields).map(|url| url.as_str().to_owned())
    }

    fn to_enrolment(&self, rd: Option<&str>) -> String {
        let shell = self.shell(None);
        rd.map_or_else(|| shell.path("enrol"), |rd| shell.path_returning("enrol", rd))
    }

    fn verify_page(
        &self,
        view: &SessionView,
        method: SecondFactor,
        rd: Option<String>,
        error: Option<String>,
    ) -> Result<Reply, Trouble> {
        let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let page = VerifyPage {
            shell: self.shell(Some(view)),
            method,
            rd,
            error,
            codes_left: view.factors.backup_codes_left,
            again: self.authn.standing(view) == Standing::Complete,
        };
        reply::page(status, &page)
    }
}

/// The kind of code that a query or form names; anything unknown is the authenticator's.
fn method(fields: &Fields) -> SecondFactor {
    fields.get("method").and_then(SecondFactor::from_name).unwrap_or(SecondFactor::Totp)
}
