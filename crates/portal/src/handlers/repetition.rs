//! Forms that are submitted twice: after a double click, or after the response was lost.

use postern_authn::factors::{Repeated, Submitted};
use postern_keystore::CookieRead;
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
        let CookieRead::Token(former) = self.settings.cookie.read(&request.headers) else { return Ok(None) };
        if self.authn.session(&former).await?.is_some() {
            return Ok(None);
        }
        let repeated = self.authn.repetition(&former, factor, submitted(form)).await;
        let repeated = repeated.map_err(|error| self.factor_error(error, self.home().as_str()))?;
        if let Some(repeated) = &repeated {
            self.check_form(&repeated.view, form)?;
        }
        Ok(repeated)
    }
}

impl Portal {
    /// Returns the response to the first of two identical submissions of a passkey's response.
    pub(super) async fn repeated_response(
        &self,
        request: &Request,
        form: &Fields,
    ) -> Result<Option<Repeated>, PortalError> {
        self.repetition(request, form, SecondFactor::Passkey).await
    }
}

/// Returns the code of a form, with the nonce that identifies a repetition.
pub(super) fn submitted(form: &Fields) -> Submitted<'_> {
    Submitted { code: form.get("code").unwrap_or_default(), nonce: form.get("nonce") }
}
