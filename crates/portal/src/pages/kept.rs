//! The page that offers to send a kept form.

use askama::Template;

use super::Shell;

/// Page with a form that was filled in before a step was missing. Its fields are sent as they are, with nothing added.
#[derive(Clone, Debug, Template)]
#[template(path = "kept.html")]
pub struct KeptPage {
    /// The page frame.
    pub shell: Shell,
    /// Host and path that the form is for.
    pub place: String,
    /// Token that names the form.
    pub token: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

impl KeptPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            shell: Shell::sample(),
            place: "netpilot.example.com/devices/7/name".to_owned(),
            token: "sample-token".to_owned(),
            fields: vec![field("name", "Router \"7\""), field("notes", "one\r\ntwo"), field("postern-keep", "1")],
        }
    }
}
