//! The gateway's own responses, and the bodies of all responses.

pub(crate) mod body;
mod grpc;
pub(crate) mod no_store;
pub(crate) mod problems;
pub(crate) mod renderer;
pub(crate) mod style;

use http::HeaderValue;

use crate::target::{Kind, Target};

/// In which form a response is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// A page, for a person in front of a browser.
    Page,
    /// The JSON envelope, for a script or program.
    Json,
    /// A status in the head, for a gRPC client.
    Grpc,
}

/// Who reads a response.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'r> {
    /// The form that they can read.
    pub rendering: Rendering,
    /// The origin of the page whose script reads it.
    pub origin: Option<&'r HeaderValue>,
}

impl<'r> Reader<'r> {
    /// A program that no page is behind.
    pub const PROGRAM: Self = Self { rendering: Rendering::Json, origin: None };

    /// Whoever sent this request.
    pub(crate) fn of(target: &'r Target<'_>) -> Self {
        let rendering = match target.kind {
            Kind::Navigation => Rendering::Page,
            Kind::Call => Rendering::Grpc,
            Kind::Preflight | Kind::WebSocket | Kind::Other => Rendering::Json,
        };
        Self { rendering, origin: target.origin.as_ref() }
    }

    /// Whoever sent a request that another proxy asks about. What a gRPC client gets, that proxy decides.
    pub(crate) fn of_check(target: &'r Target<'_>) -> Self {
        let reader = Self::of(target);
        match reader.rendering {
            Rendering::Grpc => Self { rendering: Rendering::Json, ..reader },
            _ => reader,
        }
    }
}
