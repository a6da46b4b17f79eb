//! `[access]`: who may sign in.

use crate::parse;
use crate::table::Table;

/// Accounts that may sign in. There is no default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhoMaySignIn {
    /// Allows every account of the provider with a verified address.
    pub anyone: bool,
    /// These addresses, in lower case.
    pub emails: Vec<String>,
    /// These Google Workspace domains (`hd`), in lower case.
    pub domains: Vec<String>,
    /// Addresses of administrators, in lower case.
    pub admins: Vec<String>,
}

pub(crate) fn read(table: &mut Table<'_>) -> WhoMaySignIn {
    let spelled = ["anyone", "emails", "domains"].iter().any(|key| table.given(key));
    let access = WhoMaySignIn {
        anyone: table.flag("anyone", false),
        emails: table.list_of("emails", parse::email),
        domains: table.list_of("domains", parse::domain),
        admins: table.list_of("admins", parse::email),
    };
    if let Some(domain) = access.domains.iter().find(|domain| matches!(domain.as_str(), "gmail.com" | "googlemail.com"))
    {
        let what = format!("accounts of {domain} belong to no Google Workspace, so that this admits none of them");
        table.warn("domains", what, "list their addresses in access.emails");
    }
    // An entry that cannot be read has its own problem.
    let read = ["anyone", "emails", "domains"].iter().all(|key| !table.has_problem(key));
    if read && !access.anyone && access.emails.is_empty() && access.domains.is_empty() {
        let what = if spelled { "this lets nobody sign in" } else { "who may sign in is not said" };
        let remedy = "set one of access.emails = [\"ada@example.com\"], access.domains = [\"example.com\"] (Google \
                      Workspace) or access.anyone = true (every Google account)";
        table.report("anyone", what.to_owned(), remedy);
    }
    if access.anyone && !(access.emails.is_empty() && access.domains.is_empty()) {
        let what = "anyone is true, so that emails and domains change nothing";
        table.warn("anyone", what.to_owned(), "remove anyone, or the lists");
    }
    access
}
