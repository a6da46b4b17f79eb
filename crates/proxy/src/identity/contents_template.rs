//! Contents of a bridged session: JSON with placeholders for fields of the user.

use postern_authn::access::Identity;
use postern_model::clock::Timestamp;
use serde_json::{Value, json};

/// Placeholder for a field of the user.
const NAMES: [&str; 11] = [
    "user.id",
    "user.email",
    "user.name",
    "user.given_name",
    "user.subject",
    "user.picture",
    "groups",
    "methods",
    "session.id",
    "auth_time",
    "now",
];

/// Validated JSON template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Value);

/// Error of text that is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// An unknown placeholder.
    #[error("nothing is called {{{0}}}; there are {known}", known = NAMES.join(", "))]
    Unknown(String),
    /// An unmatched brace.
    #[error("{0:?} has a brace without its other half; write {{{{ and }}}} for braces")]
    Unbalanced(String),
}

/// Part of a text: literal or placeholder.
enum IdentityField<'t> {
    Text(String),
    Name(&'t str),
}

impl Template {
    /// Parses JSON. Its strings may contain placeholders (`{user.email}` and others). A string that is a single
    /// placeholder becomes the field's value (a list, a number, null); in other strings placeholders are replaced by
    /// text. Keys are not changed.
    pub fn new(value: Value) -> Result<Self, InvalidTemplate> {
        fn check(value: &Value) -> Result<(), InvalidTemplate> {
            match value {
                Value::String(text) => pieces(text).map(drop),
                Value::Array(items) => items.iter().try_for_each(check),
                Value::Object(members) => members.values().try_for_each(check),
                Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
            }
        }
        check(&value)?;
        Ok(Self(value))
    }

    /// Yields the top-level keys.
    pub fn keys(&self) -> Vec<&str> {
        self.0.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
    }

    /// Renders the content for this identity, at `now`.
    pub(crate) fn fill(&self, identity: Identity<'_>, groups: &[String], now: Timestamp) -> Value {
        filled(&self.0, &|name| known(name, identity, groups, now))
    }
}

fn filled(value: &Value, known: &impl Fn(&str) -> Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| filled(item, known)).collect(),
        Value::Object(members) => members.iter().map(|(key, inner)| (key.clone(), filled(inner, known))).collect(),
        // It was checked when the template was made.
        Value::String(text) => match pieces(text).unwrap_or_default().as_slice() {
            [IdentityField::Name(name)] => known(name),
            pieces => Value::String(pieces.iter().map(|piece| written(piece, known)).collect()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn written(piece: &IdentityField<'_>, known: &impl Fn(&str) -> Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match piece {
        IdentityField::Text(text) => text.clone(),
        IdentityField::Name(name) => match known(name) {
            Value::Null => String::new(),
            Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
            value => text(&value),
        },
    }
}

fn known(name: &str, identity: Identity<'_>, groups: &[String], now: Timestamp) -> Value {
    let person = identity.person();
    let full_name = person.full_name;
    match name {
        "user.id" => json!(person.id.to_string()),
        "user.email" => json!(person.email),
        "user.name" => json!(full_name),
        "user.given_name" => json!(person.given_name()),
        "user.subject" => json!(person.subject),
        "user.picture" => json!(person.avatar_url),
        "groups" => json!(groups),
        "methods" => json!(identity.methods().collect::<Vec<_>>()),
        "session.id" => json!(identity.subject().session().to_string()),
        "auth_time" => json!(identity.auth_time().as_secs()),
        "now" => json!(now.as_secs()),
        _ => Value::Null,
    }
}

/// Splits text at its braces; a doubled brace is a literal one.
fn pieces(text: &str) -> Result<Vec<IdentityField<'_>>, InvalidTemplate> {
    let unbalanced = || InvalidTemplate::Unbalanced(text.to_owned());
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else {
            let (name, after) = from.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(unbalanced)?;
            if !NAMES.contains(&name) {
                return Err(InvalidTemplate::Unknown(name.to_owned()));
            }
            if !plain.is_empty() {
                pieces.push(IdentityField::Text(std::mem::take(&mut plain)));
            }
            pieces.push(IdentityField::Name(name));
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(IdentityField::Text(plain));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_model::access::Access;

    use crate::sessions::testing::{START, view};

    fn fill(value: Value) -> Value {
        let template = Template::new(value).unwrap();
        filled(&template.0, &|name| match name {
            "user.name" => Value::Null,
            "groups" => json!(["a", "b"]),
            "auth_time" => json!(7),
            name => json!(format!("<{name}>")),
        })
    }

    #[test]
    fn a_text_that_is_one_name_becomes_what_it_stands_for() {
        let given =
            json!({"id": "{user.id}", "g": "{groups}", "n": "{user.name}", "t": "{auth_time}", "in": [{"x": "{now}"}]});
        let expected = json!({"id": "<user.id>", "g": ["a", "b"], "n": null, "t": 7, "in": [{"x": "<now>"}]});
        assert_eq!(fill(given), expected);
    }

    #[test]
    fn names_within_text_are_filled_in_and_all_else_stays() {
        let given = json!(["a {user.id}-{groups}!{user.name}", "{{user.id}}", "", 1, true, null, {"{now}": "x"}]);
        let expected = json!(["a <user.id>-a,b!", "{user.id}", "", 1, true, null, {"{now}": "x"}]);
        assert_eq!(fill(given), expected);
    }

    #[test]
    fn every_name_stands_for_what_it_says() {
        let mut view = view();
        view.user.email = "ada@example.com".to_owned();
        view.user.full_name = Some("Ada Lovelace".to_owned());
        view.user.subject = Some("sub-1".to_owned());
        view.user.avatar_url = Some("https://example.com/ada.png".to_owned());
        view.session.vouched.given_name = Some("Augusta".to_owned());
        let Decision::Permit(permit) = decide(Demand::new(Access::Full), Some(&view), None, &Policy::default(), START)
        else {
            panic!()
        };
        let identity = permit.identity().unwrap();
        let names: serde_json::Map<String, Value> =
            NAMES.iter().map(|name| ((*name).to_owned(), json!(format!("{{{name}}}")))).collect();
        let template = Template::new(Value::Object(names)).unwrap();
        assert_eq!(template.keys().len(), NAMES.len());
        assert!(template.keys().iter().all(|key| NAMES.contains(key)));
        let expected = json!({
            "user.id": view.user.id.to_string(),
            "user.email": "ada@example.com",
            "user.name": "Ada Lovelace",
            "user.given_name": "Augusta",
            "user.subject": "sub-1",
            "user.picture": "https://example.com/ada.png",
            "groups": ["ops"],
            "methods": ["google", "otp"],
            "session.id": view.session.id.to_string(),
            "auth_time": START.as_secs(),
            "now": START.as_secs() + 5,
        });
        let now = START.after(std::time::Duration::from_secs(5));
        assert_eq!(template.fill(identity, &["ops".to_owned()], now), expected);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        assert_eq!(Template::new(json!(["{user.mail}"])), Err(InvalidTemplate::Unknown("user.mail".to_owned())));
        for text in ["{", "}", "{user.id", "a } b", "{{{"] {
            let error = Template::new(json!({"a": {"b": text}})).unwrap_err();
            assert!(matches!(error, InvalidTemplate::Unbalanced(_)), "{text}");
        }
        assert!(Template::new(json!("{{{user.id}}}")).is_ok());
        for name in NAMES {
            assert!(Template::new(json!(format!("{{{name}}}"))).is_ok());
        }
    }
}
