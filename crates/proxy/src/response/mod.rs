//! The gateway's own responses, and the bodies of all responses.

pub(crate) mod body;
mod grpc;
pub(crate) mod no_store;
pub(crate) mod problems;
pub(crate) mod renderer;
pub(crate) mod style;

use http::HeaderValue;
use postern_model::language::Wishes;

use crate::target::{Kind, Target};

/// Form in which a response is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// A page, for a person in front of a browser.
    Page,
    /// The JSON envelope, for a script or program.
    Json,
    /// A status in the head, for a gRPC client.
    Grpc,
}

/// Reader of a response.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'r> {
    /// The form that the reader understands.
    pub rendering: Rendering,
    /// The origin of the page whose script reads the response.
    pub origin: Option<&'r HeaderValue>,
    /// The language that the reader of a page wants, where it is known.
    pub wishes: Option<&'r Wishes>,
}

impl<'r> Reader<'r> {
    /// A program without a page.
    pub const PROGRAM: Self = Self { rendering: Rendering::Json, origin: None, wishes: None };

    /// Returns the reader of the response to this request.
    pub(crate) fn of(target: &'r Target<'_>) -> Self {
        let rendering = match target.kind {
            Kind::Navigation => Rendering::Page,
            Kind::Call => Rendering::Grpc,
            Kind::Preflight | Kind::WebSocket | Kind::Other => Rendering::Json,
        };
        Self { rendering, origin: target.origin.as_ref(), wishes: target.wishes.as_deref() }
    }

    /// Returns the reader of the response to a request that another proxy checks. That proxy determines what a gRPC
    /// client receives.
    pub(crate) fn of_check(target: &'r Target<'_>) -> Self {
        let reader = Self::of(target);
        match reader.rendering {
            Rendering::Grpc => Self { rendering: Rendering::Json, ..reader },
            _ => reader,
        }
    }
}
