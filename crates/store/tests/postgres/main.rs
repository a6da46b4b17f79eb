//! What only the PostgreSQL store does: migrations over existing databases, notices between replicas, outages.
//!
//! `scripts/with-postgres cargo nextest run -p postern-store`

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod clean_up;
mod cluster;
mod freshness;
mod libpq;
mod migrations;
mod notices;
mod outage;
mod pooler;
mod readiness;
mod tables;
mod transport;
