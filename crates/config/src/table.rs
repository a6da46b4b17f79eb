//! One table of the configuration while it is read. Methods return `None` (or the default) for absent and for invalid
//! values; invalid ones are also reported, so that one pass finds every problem.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use figment::value::{Dict, Value};
use postern_model::access::parse_duration;

use crate::layers::Layer;
use crate::problem::Problem;
use crate::reader::Reader;

/// A problem with a text, and its remedy.
pub(crate) type Complaint = (String, &'static str);

/// A table. Reading a key removes it; remaining keys are unknown.
pub(crate) struct Table<'r> {
    reader: &'r Reader,
    path: String,
    pattern: String,
    values: Dict,
    origins: BTreeMap<String, String>,
    origin: Option<String>,
}

impl<'r> Table<'r> {
    /// The outermost table.
    pub(crate) fn root(reader: &'r Reader) -> Self {
        let (path, pattern) = (String::new(), String::new());
        Self { reader, path, pattern, values: reader.values(), origins: BTreeMap::new(), origin: None }
    }

    /// Whether the key has a value that is not empty. Call this before the key is read.
    pub(crate) fn given(&self, key: &str) -> bool {
        match self.values.get(key) {
            None | Some(Value::Empty(..)) => false,
            Some(value) => value.as_str() != Some(""),
        }
    }

    /// The layer that a value comes from. Call this before the key is read.
    pub(crate) fn layer(&self, key: &str) -> Option<Layer> {
        self.values.get(key).and_then(|value| self.reader.layer(value))
    }

    /// Drops a value without reading it.
    pub(crate) fn forget(&mut self, key: &str) {
        self.values.remove(key);
    }

    /// Reads a value as text.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        match value.into_string() {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => {
                self.report(key, "this is not a text".to_owned(), "write it in quotes");
                None
            }
        }
    }

    /// Reads a value of any kind. In an environment variable: TOML.
    pub(crate) fn value(&mut self, key: &str) -> Option<Value> {
        let value = self.take(key)?;
        let text = value.as_str().filter(|_| self.is_text(&value));
        Some(text.and_then(inline).unwrap_or(value))
    }

    /// Reads a value and parses its text with `make`.
    pub(crate) fn make<T>(&mut self, key: &str, make: impl FnOnce(&str) -> Result<T, Complaint>) -> Option<T> {
        let text = self.text(key)?;
        make(&text).map_err(|(what, remedy)| self.report(key, what, remedy)).ok()
    }

    /// Like [`Table::make`]; absence is a problem too.
    pub(crate) fn require<T>(
        &mut self,
        key: &str,
        remedy: &str,
        make: impl FnOnce(&str) -> Result<T, Complaint>,
    ) -> Option<T> {
        if !self.given(key) {
            self.know(key);
            self.forget(key);
            self.report(key, "this is required and missing".to_owned(), remedy);
            return None;
        }
        self.make(key, make)
    }

    /// Reads a duration, or returns `default`.
    pub(crate) fn duration(&mut self, key: &str, default: Duration) -> Duration {
        self.make(key, duration).unwrap_or(default)
    }

    /// Reads a boolean, or returns `default`.
    pub(crate) fn flag(&mut self, key: &str, default: bool) -> bool {
        let Some(value) = self.take(key) else { return default };
        let spelled = value.as_str().filter(|_| self.is_text(&value)).map(str::to_ascii_lowercase);
        match (value.to_bool(), spelled.as_deref()) {
            (Some(flag), _) => flag,
            (None, Some("true" | "1" | "yes" | "on")) => true,
            (None, Some("false" | "0" | "no" | "off")) => false,
            (None, Some("")) => default,
            (None, _) => {
                self.report(key, "this is neither true nor false".to_owned(), "write true or false, without quotes");
                default
            }
        }
    }

    /// Reads a whole number within `range`, or returns `default`.
    pub(crate) fn count(&mut self, key: &str, default: u32, range: RangeInclusive<u32>) -> u32 {
        let Some(value) = self.take(key) else { return default };
        match self.whole(&value).filter(|number| range.contains(number)) {
            Some(number) => number,
            None => {
                let remedy = format!("write one from {} to {}, without quotes", range.start(), range.end());
                self.report(key, "this is no whole number in range".to_owned(), &remedy);
                default
            }
        }
    }

    /// Reads a whole number within `range`, or "off", which is `Some(None)`; `None` if absent.
    pub(crate) fn count_or_off(&mut self, key: &str, range: RangeInclusive<u32>) -> Option<Option<u32>> {
        let value = self.take(key)?;
        match value.as_str() {
            Some("off") => return Some(None),
            Some("") => return None,
            _ => {}
        }
        let number = self.whole(&value).filter(|number| range.contains(number));
        if number.is_none() {
            let remedy = format!("write one from {} to {}, without quotes, or \"off\"", range.start(), range.end());
            self.report(key, "this is no whole number in range".to_owned(), &remedy);
        }
        number.map(Some)
    }

    /// Reads a list of texts; empty if absent. In an environment variable: comma-separated items, or a TOML array.
    pub(crate) fn list(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let text = value.as_str().filter(|_| self.is_text(&value)).map(str::trim);
        let items = match text {
            Some(text) if text.starts_with('[') => inline(text).and_then(texts),
            Some(text) => Some(text.split(',').map(|item| item.trim().to_owned()).filter(|s| !s.is_empty()).collect()),
            None => texts(value),
        };
        items.unwrap_or_else(|| {
            self.report(key, "this is no list of texts".to_owned(), "write it like [\"a\", \"b\"]");
            Vec::new()
        })
    }

    /// Reads a list and parses its items with `make`; invalid items are reported and left out.
    pub(crate) fn list_of<T>(&mut self, key: &str, make: impl Fn(&str) -> Result<T, Complaint>) -> Vec<T> {
        let items = self.list(key);
        let made = items.iter().filter_map(|item| match make(item) {
            Ok(value) => Some(value),
            Err((what, remedy)) => {
                self.report(key, what, remedy);
                None
            }
        });
        made.collect()
    }

    /// Reads a section (`[google]`).
    pub(crate) fn section<T>(&mut self, key: &str, read: impl FnOnce(&mut Table<'r>) -> T) -> T {
        let values = match self.take(key) {
            None => Dict::new(),
            Some(Value::Dict(_, values)) => values,
            Some(_) => {
                let remedy = format!("write its keys below a line [{}]", self.join(key));
                self.report(key, "this is a section, not a value".to_owned(), &remedy);
                Dict::new()
            }
        };
        self.child(self.join(key), self.join_pattern(key), values, self.origins.get(key).cloned(), read)
    }

    /// Reads every table of a list (`[[route]]`), whose keys are `keys`. In an environment variable: a TOML array of
    /// inline tables.
    pub(crate) fn sections<T>(
        &mut self,
        key: &str,
        keys: &[&str],
        mut read: impl FnMut(&mut Table<'r>) -> T,
    ) -> Vec<T> {
        let pattern = self.join_pattern(key);
        keys.iter().for_each(|inner| self.reader.know(format!("{pattern}.{inner}")));
        let Some(value) = self.take(key) else { return Vec::new() };
        let value = value.as_str().and_then(inline).unwrap_or(value);
        let tables = value.into_array().and_then(|items| items.into_iter().map(Value::into_dict).collect());
        let tables: Vec<Dict> = tables.unwrap_or_else(|| {
            self.report(key, "this is no list of tables".to_owned(), &format!("write each below a line [[{key}]]"));
            Vec::new()
        });
        let origin = self.origins.get(key).cloned();
        let path = self.join(key);
        let numbered = tables.into_iter().enumerate();
        numbered
            .map(|(index, values)| {
                self.child(format!("{path}[{index}]"), pattern.clone(), values, origin.clone(), &mut read)
            })
            .collect()
    }

    /// Reports a problem with a key, whether it was read or is absent.
    pub(crate) fn report(&self, key: &str, what: String, remedy: &str) {
        self.reader.report(self.problem(key, what, remedy));
    }

    /// Whether a problem of a key was reported.
    pub(crate) fn has_problem(&self, key: &str) -> bool {
        self.reader.has_problem(&self.join(key))
    }

    /// Reports a warning about a key.
    pub(crate) fn warn(&self, key: &str, what: String, remedy: &str) {
        self.reader.warn(self.problem(key, what, remedy));
    }

    /// Records that a key exists and holds a secret.
    pub(crate) fn secret(&self, key: &str) {
        self.know(key);
        self.reader.know_secret(self.join_pattern(key));
    }

    /// Records that a key exists, for keys that may stay unread.
    pub(crate) fn know(&self, key: &str) {
        self.reader.know(self.join_pattern(key));
    }

    /// Completes the reading of this table: remaining keys are unknown.
    pub(crate) fn done(self) {
        for (key, value) in &self.values {
            let path = self.join(key);
            let origin = self.reader.origin(&path, value).or_else(|| self.origin.clone());
            self.reader.report_unknown(path, origin.or_else(|| nested_origin(self.reader, &self.join(key), value)));
        }
    }

    /// Removes a value from the table, and records that the key exists and where its value came from.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.know(key);
        let value = self.values.remove(key).filter(|value| !matches!(value, Value::Empty(..)))?;
        if let Some(origin) = self.reader.origin(&self.join(key), &value).or_else(|| self.origin.clone()) {
            self.origins.insert(key.to_owned(), origin);
        }
        Some(value)
    }

    fn child<T>(
        &self,
        path: String,
        pattern: String,
        values: Dict,
        origin: Option<String>,
        read: impl FnOnce(&mut Table<'r>) -> T,
    ) -> T {
        let mut table = Table { reader: self.reader, path, pattern, values, origins: BTreeMap::new(), origin };
        let made = read(&mut table);
        table.done();
        made
    }

    fn problem(&self, key: &str, what: String, remedy: &str) -> Problem {
        Problem { key: self.join(key), origin: self.origins.get(key).cloned(), what, remedy: remedy.to_owned() }
    }

    /// A whole number, as itself or as the text of an environment variable.
    fn whole(&self, value: &Value) -> Option<u32> {
        let spelled = value.as_str().filter(|_| self.is_text(value)).and_then(|text| text.parse::<i128>().ok());
        let number = value.to_i128().or_else(|| value.to_u128().and_then(|n| n.try_into().ok())).or(spelled);
        number.and_then(|number| u32::try_from(number).ok())
    }

    fn is_text(&self, value: &Value) -> bool {
        self.reader.layer(value).is_some_and(Layer::is_text)
    }

    fn join(&self, key: &str) -> String {
        join(&self.path, key)
    }

    fn join_pattern(&self, key: &str) -> String {
        join(&self.pattern, key)
    }
}

/// Reads a duration.
pub(crate) fn duration(text: &str) -> Result<Duration, Complaint> {
    let remedy = "write a number and one of ms s m h d, such as \"90s\" or \"12h\"";
    parse_duration(text).ok_or_else(|| (format!("{text:?} is no duration"), remedy))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn nested_origin(reader: &Reader, path: &str, value: &Value) -> Option<String> {
    let (key, inner) = value.as_dict()?.iter().next()?;
    let path = join(path, key);
    reader.origin(&path, inner).or_else(|| nested_origin(reader, &path, inner))
}

fn texts(value: Value) -> Option<Vec<String>> {
    value.into_array()?.into_iter().map(Value::into_string).collect()
}

fn inline(text: &str) -> Option<Value> {
    toml::from_str::<Dict>(&format!("value = {text}")).ok()?.remove("value")
}
