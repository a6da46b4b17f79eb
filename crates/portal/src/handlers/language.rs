//! The language of the pages: what a request asks for, and the form that chooses another one.

use http::Method;
use http::header::{ACCEPT_LANGUAGE, HeaderValue};
use http::request::Parts;
use postern_model::language::Language;
use url::Url;

use crate::error::PortalError;
use crate::language::Visit;
use crate::portal::Portal;
use crate::request::{Fields, Request};
use crate::response::{self, Response};
use crate::route::Route;

/// Longest path with its query that is returned to, in bytes.
const BACK_MAX: usize = 4096;

impl Portal {
    /// Returns the language of a request, and the page to return to after another one was chosen.
    pub(crate) fn visit(&self, route: Route, parts: &Parts) -> Visit {
        let chosen = self.settings.cookie.language(&parts.headers);
        let accepted = parts.headers.get_all(ACCEPT_LANGUAGE).iter().map(HeaderValue::as_bytes);
        let language = self.settings.languages.best(chosen, accepted);
        let here = match parts.uri.path_and_query() {
            Some(here) if route.is_page() && parts.method != Method::POST && self.leads_on(parts) => {
                here.as_str().to_owned()
            }
            _ if route.is_page() => parts.uri.path().to_owned(),
            _ if matches!(route, Route::Callback | Route::HandOver) => self.site.path("sign-in"),
            _ => self.site.path("account"),
        };
        Visit { language, here }
    }

    /// Whether the return URL of a query is allowed, or there is none. Another one is not repeated in a page.
    fn leads_on(&self, parts: &Parts) -> bool {
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
        query.get("rd").is_none() || self.return_url(&query).is_some()
    }

    /// `POST language`: keeps the choice in a cookie, and redirects back to the page where it was made. It changes nothing else
    /// and needs no session, so the origin of the form is all that is checked.
    pub(crate) fn choose_language(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let back = form.get("back").and_then(|back| self.page_of_ours(back));
        let response = response::see_other(&back.unwrap_or_else(|| self.site.path("account")))?;
        let chosen = form.get("language").and_then(Language::from_tag);
        let chosen = chosen.filter(|language| self.settings.languages.offered().contains(language));
        let cookie = chosen.map(|language| self.settings.cookie.set_language(language));
        Ok(response::with_cookies(response, cookie))
    }

    /// Returns path, query and fragment of a page of the portal; `None` for any other URL.
    fn page_of_ours(&self, candidate: &str) -> Option<String> {
        if candidate.len() > BACK_MAX || !candidate.starts_with('/') || candidate.starts_with("//") {
            return None;
        }
        let own = Url::parse(self.site.origin().as_str()).ok()?;
        let url = own.join(candidate).ok()?;
        let ours = url.origin() == own.origin() && Route::of(url.path(), &self.site).is_some_and(Route::is_page);
        ours.then(|| url[url::Position::BeforePath..].to_owned())
    }

    /// Returns the request under way, with what its form names beside the address of the page: without it, that page would lead
    /// elsewhere afterwards.
    pub(crate) fn visit_of_form(&self, request: &Request) -> Visit {
        let visit = Visit::current();
        if request.is_read() || visit.here != request.path {
            return visit;
        }
        let form = request.form();
        let rd = self.return_url(&form);
        let named = ["method", "id"].into_iter().filter_map(|name| Some((name, form.get(name)?)));
        let named = named.chain(rd.as_ref().map(|rd| ("rd", rd.as_str())));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(named).finish();
        let here = if query.is_empty() { visit.here } else { format!("{}?{query}", visit.here) };
        Visit { here, ..visit }
    }
}
