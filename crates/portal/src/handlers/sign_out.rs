//! Signing out: asked first, then done.

use http::StatusCode;
use serde_json::json;

use crate::ask::Ask;
use crate::pages::{Notice, SignOutPage};
use crate::portal::Portal;
use crate::reply::{self, Reply};
use crate::trouble::Trouble;
use crate::visitor::Visitor;

impl Portal {
    /// `GET sign-out`, and `/logout` of the NetPilot profile: the question, or that one is signed out. Who is, and named a
    /// place to go to (`rd`), goes there.
    pub(crate) async fn show_sign_out(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let rd = self.return_url(&ask.query);
        if let Visitor::Known(view) = self.visitor(ask).await? {
            let rd = rd.map(|url| url.as_str().to_owned());
            return reply::page(StatusCode::OK, &SignOutPage { shell: self.shell(Some(&view)), rd });
        }
        if let Some(rd) = rd {
            return reply::see_other(rd.as_str());
        }
        let shell = self.shell(None);
        let sign_in = shell.path("sign-in");
        let provider = &self.settings.provider;
        let notice = Notice::new(shell, "You are signed out")
            .say(format!(
                "If others use this computer, sign out of {provider} as well: whoever is signed in there gets as far \
                 as your second factor."
            ))
            .offer("Sign in again", sign_in)
            .good();
        reply::page(StatusCode::OK, &notice)
    }

    /// `POST sign-out`.
    pub(crate) async fn sign_out(&self, ask: &Ask) -> Result<Reply, Trouble> {
        if let Visitor::Known(view) = self.visitor(ask).await? {
            self.check_form(&view, &ask.form())?;
            self.authn.sign_out(&view, &ask.caller).await?;
        }
        let rd = self.return_url(&ask.form()).map(|url| url.as_str().to_owned());
        let reply = reply::see_other(&rd.unwrap_or_else(|| self.site.path("sign-out")))?;
        Ok(reply::with_cookies(reply, [self.settings.cookie.clear()]))
    }

    /// `POST /logout` of the NetPilot profile. Its answer is the backend's, without the envelope; it is the same for
    /// those who were not signed in.
    pub(crate) async fn api_sign_out(&self, ask: &Ask) -> Result<Reply, Trouble> {
        if let Visitor::Known(view) = self.visitor(ask).await? {
            self.authn.sign_out(&view, &ask.caller).await?;
        }
        let reply = reply::json(StatusCode::OK, &json!({ "message": "Logged out successfully" }));
        Ok(reply::with_cookies(reply, [self.settings.cookie.clear()]))
    }
}
