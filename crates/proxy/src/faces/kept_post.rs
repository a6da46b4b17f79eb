//! Keeps a form whose submission met a missing step, so that it can be sent once the step is done.

use std::time::Duration;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderName, ORIGIN};
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};
use postern_authn::access::Step;
use postern_authn::kept_posts::FormPost;
use postern_http::{Request, RequestBody};
use postern_model::id::UserId;
use postern_model::kept_post::{SIZE_MAX, asks, fields};
use postern_model::web::Fields;

use super::reverse_proxy::ReverseProxy;
use crate::gate::RequestContext;
use crate::response::body::Body;
use crate::target::{Kind, Target};

/// Time limit for receiving a form.
const TIME: Duration = Duration::from_secs(10);
/// The media type of forms that are kept. Browsers write it without parameters.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl ReverseProxy {
    /// Keeps the form of a request that lacks a step, if its route and its page ask so; returns the response that leads to the step,
    /// and from there to the form. `None` if it is not kept: the request is refused like any other.
    ///
    /// Only a form of one of our own pages, which belongs to a user that is known, is read at all.
    pub(super) async fn keep(
        &self,
        request: &mut Request,
        target: &Target<'_>,
        context: &RequestContext,
        step: Step,
    ) -> Option<http::Response<Body>> {
        let (core, kept) = (&*self.core, self.core.kept_posts.as_ref()?);
        let user = core.gate.keeps_post_of(context)?;
        if target.host.origin() != core.renderer.site.origin() || !is_own_form(target, &request.headers) {
            return None;
        }
        let body = read(request.body.as_mut()?).await?;
        let wanted = asks(target.uri.query().unwrap_or_default().as_bytes()) || asks(&body);
        if !wanted {
            return None;
        }
        if fields(&body).is_none() {
            tracing::info!(user.id = %user, "form not kept: browsers would send it otherwise a second time");
            return None;
        }
        let token = self.store(kept, user, FormPost { target: target.uri.as_str().to_owned(), body }).await?;
        Some(core.renderer.challenge_of_kept(step, &token))
    }

    async fn store(&self, kept: &postern_authn::kept_posts::KeptPosts, user: UserId, form: FormPost) -> Option<String> {
        match kept.keep(user, &form).await {
            Ok(Some(token)) => {
                tracing::info!(user.id = %user, bytes = form.body.len(), "form kept until a step is done");
                Some(token)
            }
            Ok(None) => {
                tracing::info!(user.id = %user, "form not kept: too many of this user are kept already");
                None
            }
            Err(error) => {
                tracing::warn!(user.id = %user, %error, "form not kept: the store failed");
                None
            }
        }
    }
}

/// Whether a browser sends a form of a page of the same origin, and shows the response as a page.
fn is_own_form(target: &Target<'_>, headers: &impl Fields) -> bool {
    let once = |name: HeaderName, expected: &[u8]| {
        let mut values = headers.all(name);
        matches!((values.next(), values.next()), (Some(value), None) if value == expected)
    };
    target.method == Method::POST
        && target.kind == Kind::Navigation
        && once(ORIGIN, target.host.origin().as_str().as_bytes())
        && once(SEC_FETCH_SITE, b"same-origin")
        && once(SEC_FETCH_DEST, b"document")
        && once(CONTENT_TYPE, FORM)
}

/// Reads a whole form. `None` for one that is too large, too slow or incomplete. What is left of it stays in `body`.
async fn read(body: &mut RequestBody) -> Option<Vec<u8>> {
    if body.size_hint().lower() > SIZE_MAX as u64 {
        return None;
    }
    let collected = tokio::time::timeout(TIME, Limited::new(body, SIZE_MAX).collect()).await.ok()?.ok()?;
    Some(collected.to_bytes().to_vec())
}
