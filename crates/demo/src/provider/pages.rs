//! The pages that people see at the provider.

use askama::Template;
use http::StatusCode;

use super::accounts::Account;
use super::authorize::Request;
use crate::respond;
use crate::respond::Answer;

#[derive(Template)]
#[template(path = "pick.html")]
struct Pick<'a> {
    accounts: &'a [Account],
    client: String,
    query: &'a str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    issuer: &'a str,
    accounts: &'a [Account],
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    message: &'a str,
}

/// The page on which an account is picked.
pub(super) fn pick(accounts: &[Account], request: &Request, query: &str) -> Answer {
    let client = request.redirect_uri.origin().ascii_serialization();
    let page = Pick { accounts, client: client.trim_start_matches("http://").to_owned(), query };
    respond::page(StatusCode::OK, &page, &client)
}

/// The front page: what this is.
pub(super) fn home(issuer: &str, accounts: &[Account]) -> Answer {
    respond::page(StatusCode::OK, &Home { issuer, accounts }, "")
}

/// What went wrong, told to the person.
pub(super) fn problem(status: StatusCode, message: &str) -> Answer {
    respond::page(status, &Problem { message }, "")
}
