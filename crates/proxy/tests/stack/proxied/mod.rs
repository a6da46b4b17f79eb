//! The reverse proxy, over the whole stack.

mod access;
mod identity;
mod messages;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
