//! Checks codes that were sent, without any effect.

use postern_keystore::sent_code::{self, SentFor};
use postern_model::attempt::Evidence;
use postern_model::factor::{CodeKind, SecondFactor, Spend};
use postern_model::phone::StoredNumber;
use postern_model::sent_code::SentCode;
use postern_model::session::SessionView;
use postern_model::store::StoreError;

use super::FactorError;
use crate::service::Authn;

/// What a submitted code is compared with.
pub(super) enum Compared {
    /// With a code; the evidence if it is that one.
    With(Option<Evidence>),
    /// With nothing, for this reason.
    Nothing(&'static str),
    /// With nothing: this session's user is sent none.
    NotOffered,
}

impl Authn {
    /// Compares a code with the one that was sent for this session to verify a factor. `secret` is the sealed one of the enrolment.
    pub(super) async fn match_sent(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        code: &str,
        secret: String,
    ) -> Result<Compared, FactorError> {
        let Some(kind) = CodeKind::of(factor).filter(|_| self.offers_codes(view, factor)) else {
            return Ok(Compared::NotOffered);
        };
        let now = self.now();
        let Some(sent) = self.store.sent_codes(view.user.id, view.session.id, kind, now).await?.outstanding else {
            return Ok(Compared::Nothing("none was sent for this session, or it was used or replaced"));
        };
        if sent.is_over(now) {
            return Ok(Compared::Nothing("it has expired"));
        }
        let present = self.present_number(view, kind).await?;
        Ok(Compared::With(self.compare_sent(view, (kind, &sent, present), code, secret)))
    }

    /// Returns the number that a code of a kind is bound to beside the one that it confirms: the present one of this session's user.
    pub(super) async fn present_number(
        &self,
        view: &SessionView,
        kind: CodeKind,
    ) -> Result<Option<StoredNumber>, StoreError> {
        match kind {
            CodeKind::Email => Ok(None),
            CodeKind::Sms | CodeKind::NewNumber => self.store.number_of(view.user.id).await.map(Some),
        }
    }

    /// Compares a code with one of a kind that was sent for this session, to a user who has this number.
    pub(super) fn compare_sent(
        &self,
        view: &SessionView,
        (kind, sent, present): (CodeKind, &SentCode, Option<StoredNumber>),
        code: &str,
        secret: String,
    ) -> Option<Evidence> {
        let (user, session) = (view.user.id, view.session.id);
        let sent_for = SentFor { kind, user, session, confirms: sent.number.as_ref(), present: present.as_ref() };
        let right = sent_code::matches(&self.keyring, sent_for, code, &sent.digest);
        let spend = Spend::SentCode { kind, session, digest: sent.digest, present };
        right.then_some(Evidence { authenticator: None, secret, spend })
    }

    /// Returns the error for a code that could not be right: it looks like that for a wrong one, and is not counted.
    pub(super) async fn uncounted(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        reason: &'static str,
    ) -> Result<FactorError, FactorError> {
        let lockout = self.store.lockout(view.user.id, factor).await?.unwrap_or_default();
        let (user, session) = (view.user.id, view.session.id);
        tracing::info!(user.id = %user, session.id = %session, %factor, reason, "sent code refused, and not counted");
        Ok(FactorError::InvalidCode { attempts_left: lockout.attempts_left(), locked_until: None })
    }

    /// Returns the error for a code of somebody who is sent none.
    pub(super) fn not_offered(view: &SessionView, factor: SecondFactor) -> FactorError {
        let (user, session, reason) = (view.user.id, view.session.id, "this session's user is sent no codes");
        tracing::info!(user.id = %user, session.id = %session, %factor, reason, "sent code refused, and not counted");
        FactorError::NotOffered
    }
}
