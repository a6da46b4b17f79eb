//! Forms that are submitted twice: after a double click, or after the response was lost.

use postern_authn::factors::{Repeated, Submitted};
use postern_keystore::{BoundCookie, CookieRead, SessionToken};
use postern_model::factor::SecondFactor;

use crate::error::PortalError;
use crate::portal::Portal;
use crate::request::{Fields, Request};

impl Portal {
    /// Returns the response to the first of two identical submissions (same former token, same nonce, same code, within
    /// a minute), if the first one rotated the session's token. `None` if the form is no repetition, or if its session
    /// still has the token.
    pub(super) async fn repetition(
        &self,
        request: &Request,
        form: &Fields,
        factor: SecondFactor,
    ) -> Result<Option<Repeated>, PortalError> {
        let Some((former, bound)) = self.former_token(request).await? else { return Ok(None) };
        let repeated = self.authn.repetition(&former, bound.as_ref(), factor, submitted(form)).await;
        let repeated = repeated.map_err(|error| self.factor_error(error, self.home().as_str()))?;
        if let Some(repeated) = &repeated {
            self.check_form(&repeated.view, form)?;
        }
        Ok(repeated)
    }

    /// Returns the token of a request if no session has it, as after a rotation, with the cookie of its device.
    pub(crate) async fn former_token(
        &self,
        request: &Request,
    ) -> Result<Option<(SessionToken, Option<BoundCookie>)>, PortalError> {
        let (CookieRead::Token(token), bound) = self.settings.cookie.read_both(&request.headers) else {
            return Ok(None);
        };
        Ok((!self.authn.has_session(&token).await?).then_some((token, bound)))
    }
}

/// Returns the code of a form, with the nonce that identifies a repetition, and whether the device is to be trusted.
pub(super) fn submitted(form: &Fields) -> Submitted<'_> {
    let trust = form.get("trust") == Some("on");
    let code = form.get("code").unwrap_or_default();
    Submitted { code, nonce: form.get("nonce"), of_form: true, trust, client: None }
}
