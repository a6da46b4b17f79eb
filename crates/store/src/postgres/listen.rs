//! Notices of other replicas, over a dedicated connection, and the proof that none of them is missing.
//!
//! PostgreSQL delivers notices in the order in which their transactions commit. This process commits a heartbeat at a
//! time `t` over the pool, like every change, and receives it over the listening connection. That proves that it has
//! received every change committed before `t`. Caches rely on this proof instead of reading again; `docs/freshness.md`
//! has the argument and its assumptions.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use postern_model::clock::Timestamp;
use postern_model::invalidation::Invalidation;
use postern_model::outage::{OutageLog, Told};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::AsyncMessage;

use super::PostgresStore;
use super::error::{Failure, connection};
use super::heartbeat::{CHANNEL as HEARTBEAT_CHANNEL, Heartbeat};
use crate::notice::{self, CHANNEL};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Interval between warnings that a pooled store receives no notices.
const REMINDER: Duration = Duration::from_secs(3600);

/// Listens until it is dropped. Subscribers are not notified when a connection ends, since caches may keep entries
/// during an outage for the allowed time. After a reconnect they must drop everything.
pub(super) async fn run(store: PostgresStore, beat_every: Duration) {
    let mut pause = FIRST_PAUSE;
    let (started, outage) = (Instant::now(), OutageLog::default());
    let now = || Timestamp::from_micros(i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX));
    let listening = || {
        if let Some(Told::Ended { failures, lasted }) = outage.worked(now()) {
            tracing::info!(failures, lasted_seconds = lasted.as_secs(), "LISTEN connection established again");
        }
    };
    loop {
        let mut heard = false;
        let Err(failure) = once(&store, beat_every, &mut heard, &listening).await;
        if heard {
            pause = FIRST_PAUSE;
        }
        if matches!(failure, Failure::Pooled) {
            tracing::warn!(
                "LISTEN does not work through a connection pooler: changes by other replicas are noticed within \
                 session.revocation_bound; set store.listen_url to a direct connection"
            );
            sleep(REMINDER).await;
            continue;
        }
        if let Some(Told::Failing { failures }) = outage.failed(now()) {
            tracing::warn!(error = %failure.reason(), failures, "LISTEN connection lost; reconnecting");
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

impl Failure {
    fn reason(&self) -> String {
        match self {
            Self::Statement(error) => connection(error),
            Self::TimedOut => "no answer in time".to_owned(),
            Self::Pooled => "a connection pooler answers".to_owned(),
        }
    }
}

/// Runs one connection; sets `heard` once it listens. Returns only with an error.
async fn once(
    store: &PostgresStore,
    beat_every: Duration,
    heard: &mut bool,
    listening: &impl Fn(),
) -> Result<std::convert::Infallible, Failure> {
    let limit = store.0.operation_timeout;
    let connector = store.0.direct.as_ref().unwrap_or(&store.0.connector);
    let opened = timeout(limit, connector.open()).await.map_err(|_| Failure::TimedOut)?;
    let (client, mut link) = opened?;
    if connector.pooled() {
        return Err(Failure::Pooled);
    }
    let heartbeat = Heartbeat::new(store);
    let mut messages = stream::poll_fn(move |context| link.poll_message(context));
    let asking = async {
        let listen = client.batch_execute("LISTEN postern_change; LISTEN postern_heartbeat");
        timeout(limit, listen).await.map_err(|_| Failure::TimedOut)??;
        *heard = true;
        listening();
        tracing::debug!(channel = CHANNEL, "LISTEN started");
        store.0.sinks.tell(&[Invalidation::Everything]);
        loop {
            heartbeat.send().await;
            sleep(beat_every).await;
            // Queries over the listening connection too, since a dead network path would go unnoticed for long. A
            // repeated `LISTEN` changes nothing, and identifies this connection in `pg_stat_activity`.
            timeout(limit, client.batch_execute("LISTEN postern_change")).await.map_err(|_| Failure::TimedOut)??;
        }
    };
    let hearing = async {
        while let Some(message) = messages.next().await {
            match message? {
                AsyncMessage::Notification(note) if note.channel() == HEARTBEAT_CHANNEL => {
                    if let Some(heard) = heartbeat.heard(note.payload()) {
                        if heard.triggers_altered {
                            // Cached data may have changed while the triggers were off.
                            store.0.sinks.tell(&[Invalidation::Everything]);
                        }
                        store.0.sinks.complete_until(heard.sent_at);
                    }
                }
                AsyncMessage::Notification(note) => store.0.sinks.tell(&[notice::decode(note.payload())]),
                _ => {}
            }
        }
        Err(Failure::TimedOut)
    };
    tokio::select! {
        end = asking => end,
        end = hearing => end,
    }
}
