//! Session information: `/me` in the backend's form, and `{base}/api/session`.

use postern_authn::access::{Standing, Step, counts, demands_second_factor};
use postern_authn::subject::Subject;
use postern_model::clock::Timestamp;
use postern_model::session::SessionView;
use postern_model::user::User;
use serde_json::{Value, json};

use crate::portal::Portal;

impl Portal {
    /// `/me`: the backend's members (`name`, `email`, `picture`), the guide's, and those of newer builds, without an
    /// envelope. With `legacy.second_factor = "dashboard"` a first-factor session gets it too: the dashboard learns here
    /// that the second factor is missing. Without a session the response is the usual error envelope; older dashboards
    /// only test whether `error` is present.
    /// `user` is `None` for a cached session; members that only the store holds are then `null`.
    pub(super) fn me<S: Subject + ?Sized>(&self, subject: &S, user: Option<&User>) -> Value {
        let (person, facts) = (subject.person(), subject.facts());
        let policy = self.authn.policy();
        json!({
            "id": person.id.to_string(),
            "name": person.given_name(),
            "email": person.email,
            "picture": person.avatar_url,
            "full_name": person.full_name,
            "avatar_url": person.avatar_url,
            "requires_2fa": demands_second_factor(subject, policy),
            "has_2fa_enabled": facts.enrolled,
            "is_2fa_verified": counts(subject, policy.limits.second_factor, self.authn.now()).is_some(),
            "twofa_enforced_at": text(user.and_then(|user| user.enforced_at)),
            "last_login": text(user.and_then(|user| user.last_login)),
            "is_active": facts.is_active,
        })
    }

    /// `{base}/api/session`: the user, the factors of this session, the missing step, and when it ends. Times are RFC 3339,
    /// UTC. `renewal` tells a complete session what it will ask for next and in how many seconds, so that a page can ask before,
    /// whatever the clock of its device says.
    pub(super) fn session_info(&self, view: &SessionView) -> Value {
        let policy = self.authn.policy();
        let limits = &policy.limits;
        let now = self.authn.now();
        let verified = counts(view, limits.second_factor, now);
        let (level, missing) = match self.authn.standing(view) {
            Standing::Complete => ("full", None),
            Standing::Waiting(step) => ("first-factor", Some(step)),
            Standing::Over => ("none", None),
        };
        let began = view.session.first_factor_at;
        let ends = match missing {
            Some(_) => {
                let waits = began.after(limits.first_factor);
                view.session.set_up_until.map_or(waits, |until| waits.max(until)).min(began.after(limits.lifetime))
            }
            None => began.after(limits.lifetime),
        };
        let renewal = missing.is_none().then(|| {
            let factor = verified.filter(|_| demands_second_factor(view, policy));
            let factor_ends = factor.map(|verified| verified.at.after(limits.second_factor)).filter(|at| *at < ends);
            let (step, page, at) = match factor_ends {
                Some(at) => (Step::Verify, "verify", at),
                None => (Step::SignIn, "sign-in?again=1", ends),
            };
            json!({ "in_seconds": at.since(now).as_secs(), "code": step.code(), "url": self.site.url(page) })
        });
        let user = &view.user;
        json!({
            "user": {
                "id": user.id.to_string(),
                "email": user.email,
                "name": user.full_name,
                "picture": user.avatar_url,
                "groups": view.groups,
            },
            "level": level,
            "missing": missing.map(|step| json!({ "code": step.code(), "url": self.site.url(step.page()) })),
            "first_factor_at": began.to_string(),
            "second_factor": {
                "required": demands_second_factor(view, policy),
                "enrolled": view.factors.enrolled(),
                "method": verified.map(|verified| verified.method.name()),
                "verified_at": text(verified.map(|verified| verified.at)),
                "expires_at": text(verified.map(|verified| verified.at.after(limits.second_factor))),
            },
            "expires_at": ends.to_string(),
            "renewal": renewal,
            "idle_after_seconds": limits.idle.as_secs(),
        })
    }
}

fn text(at: Option<Timestamp>) -> Option<String> {
    at.filter(|at| at.to_utc().is_some()).map(|at| at.to_string())
}
