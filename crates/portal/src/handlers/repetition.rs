//! Forms that are submitted twice: after a double click, or after the response was lost.

use postern_authn::access::Step;
use postern_authn::factors::{Repeated, Submitted};
use postern_keystore::{BoundCookie, CookieRead, SessionToken};
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;

use crate::error::PortalError;
use crate::portal::Portal;
use crate::request::{Fields, Request};

/// A form with a code, as it arrives.
pub(super) enum Submission {
    /// Its session still has the token that came with it. Should an identical form be settled from now on, the store tells.
    First(Box<SessionView>),
    /// The second one of two: the first one rotated the session's token.
    Repeated(Box<Repeated>),
}

impl Portal {
    /// Tells a form of a session from the second one of two. `session` is what was found for its token: without a session, and
    /// only then, the first of the two may have rotated the token. The other way round it could do so between the two looks.
    pub(super) async fn submission(
        &self,
        session: Result<Box<SessionView>, PortalError>,
        request: &Request,
        form: &Fields,
        factor: SecondFactor,
    ) -> Result<Submission, PortalError> {
        match session {
            Ok(view) => {
                self.check_form(&view, form)?;
                Ok(Submission::First(view))
            }
            Err(missing) if is_without_session(&missing) => {
                let repeated = self.repetition(request, form, factor).await?;
                repeated.map(|first| Submission::Repeated(Box::new(first))).ok_or(missing)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the response to the first of two identical submissions (same former token, same nonce, same code, within
    /// a minute), if the first one rotated the session's token. `None` if the form is no repetition, or if its session
    /// still has the token. For forms whose session was found, too, where what they are for is gone: the first one may have
    /// removed it since.
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

/// Whether an error says that no session has the token of the request.
pub(super) fn is_without_session(error: &PortalError) -> bool {
    matches!(error, PortalError::StepRequired(Step::SignIn, _))
}

/// Returns the code of a form, with the nonce that identifies a repetition, and whether the device is to be trusted.
pub(super) fn submitted(form: &Fields) -> Submitted<'_> {
    let trust = form.get("trust") == Some("on");
    let code = form.get("code").unwrap_or_default();
    Submitted { code, nonce: form.get("nonce"), of_form: true, trust, client: None }
}
