//! The JSON envelope of the NetPilot backend, which the gateway's own responses use too.

use std::time::Duration;

use serde_json::{Map, Value, json};
use time::macros::format_description;

use crate::clock::Timestamp;

/// Error in a response: a stable code, a sentence for people, details for programs.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Stable code, upper case (`SIGN_IN_REQUIRED`).
    pub code: &'static str,
    /// What went wrong and what to do, in one or two sentences.
    pub message: String,
    /// Details for programs; `null` if there are none.
    pub details: Value,
}

impl Problem {
    /// Builds a problem without details.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Value::Null }
    }

    /// Adds details.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

/// Builder of envelopes for one request.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// The time of the response.
    pub now: Timestamp,
    /// The time that the request took.
    pub elapsed: Duration,
}

impl Envelope {
    /// Builds `{"success": true, "data": …, "error": null, "metadata": {…}}`.
    pub fn success(self, data: Value) -> Value {
        json!({ "success": true, "data": data, "error": null, "metadata": self.metadata() })
    }

    /// Builds `{"success": false, "data": null, "error": {…}, "message": …, "metadata": {…}}`. The message is in both
    /// places because the legacy dashboard's components read the one and newer ones the other.
    pub fn failure(self, problem: &Problem) -> Value {
        json!({
            "success": false,
            "data": null,
            "error": { "code": problem.code, "message": problem.message, "details": problem.details },
            "message": problem.message,
            "metadata": self.metadata(),
        })
    }

    fn metadata(self) -> Value {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
        let timestamp = self.now.to_utc().and_then(|at| at.format(form).ok());
        let mut metadata = Map::new();
        metadata.insert("sessionId".to_owned(), Value::Null);
        metadata.insert("routerId".to_owned(), Value::Null);
        metadata.insert("timestamp".to_owned(), timestamp.map_or(Value::Null, Value::String));
        metadata.insert("executionTime".to_owned(), json!(self.elapsed.as_secs_f64()));
        Value::Object(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_the_backend_s() {
        let envelope = Envelope { now: Timestamp::from_secs(1_769_860_800), elapsed: Duration::from_millis(4) };
        let failure = envelope.failure(&Problem::new("INVALID_CODE", "No."));
        assert_eq!(failure["metadata"]["timestamp"], "2026-01-31T12:00:00.000000");
        assert_eq!(failure["metadata"]["executionTime"], 0.004);
        assert_eq!(failure["message"], failure["error"]["message"]);
        assert_eq!(failure["error"]["details"], Value::Null);
        assert_eq!(envelope.success(json!({"a": 1}))["data"]["a"], 1);
    }
}
