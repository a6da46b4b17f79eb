//! Notices of other replicas, over a connection of its own.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use postern_model::invalidation::Invalidation;
use tokio::time::{sleep, timeout};
use tokio_postgres::AsyncMessage;

use super::PostgresStore;
use super::error::{Failure, connection};
use crate::notice::{self, CHANNEL};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a quiet connection is asked whether it lives; without, a dead path would silence notices for long.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Listens until it is dropped. Nothing is said when a connection ends: caches may live on through an outage as far as
/// they are allowed to. When it is back, they have to drop everything.
pub(super) async fn run(store: PostgresStore) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut heard = false;
        let Err(failure) = once(&store, &mut heard).await;
        if heard {
            pause = FIRST_PAUSE;
        }
        let reason = match &failure {
            Failure::Statement(error) => connection(error),
            Failure::TimedOut => "no answer in time".to_owned(),
        };
        tracing::warn!(error = %reason, "notices of other replicas are not heard; reconnecting");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection's life; sets `heard` once it listens. Only ever ends with an error.
async fn once(store: &PostgresStore, heard: &mut bool) -> Result<std::convert::Infallible, Failure> {
    let limit = store.0.operation_timeout;
    let opened = timeout(limit, store.0.connector.open()).await.map_err(|_| Failure::TimedOut)?;
    let (client, mut link) = opened?;
    let mut messages = stream::poll_fn(move |context| link.poll_message(context));
    let ask = async |sql: &str| {
        timeout(limit, client.batch_execute(sql)).await.map_err(|_| Failure::TimedOut)?.map_err(Failure::from)
    };
    let asking = async {
        ask(&format!("LISTEN {CHANNEL}")).await?;
        *heard = true;
        tracing::debug!("listening for notices of other replicas");
        store.0.sinks.tell(&[Invalidation::Everything]);
        loop {
            sleep(HEARTBEAT).await;
            ask("").await?;
        }
    };
    let hearing = async {
        while let Some(message) = messages.next().await {
            match message? {
                AsyncMessage::Notification(note) => store.0.sinks.tell(&[notice::decode(note.payload())]),
                AsyncMessage::Notice(_) => {}
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
