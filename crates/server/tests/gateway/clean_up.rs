//! The clean-up of a running gateway, on the runtime's clock, which stands still until every task waits.

use std::time::Duration;

use tokio::time::sleep;

use super::logs::logged_with;
use super::running::Running;

/// An event and an attempt that are older than `log.retention`.
const OLD: &str = "
    INSERT INTO postern_audit_events (id, at, kind) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c9', '2020-01-01T00:00:00Z', 'x');
    INSERT INTO user_2fa_attempts (id, attempt_type, success, created_at)
        VALUES ('67e55044-10b1-426f-9247-bb680e5fe0ca', 'totp', TRUE, '2020-01-01T00:00:00Z');
";

#[tokio::test(start_paused = true)]
async fn the_first_clean_up_waits_and_what_it_forgets_is_logged_with_counts() {
    let text = logged_with("info", postern_config::LogFormat::Json, "", async |running| {
        let rows = rusqlite::Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
        rows.execute_batch(OLD).unwrap();
        let count = |table: &str| {
            rows.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u32>(0)).unwrap()
        };
        let left = || (count("postern_audit_events"), count("user_2fa_attempts"));
        sleep(Duration::from_secs(9 * 60)).await;
        assert_eq!(left(), (1, 1), "a wrong clock or setting is noticed first");
        sleep(Duration::from_secs(2 * 60)).await;
        assert_eq!(left(), (0, 0));
    })
    .await;
    let line = text.lines().find(|line| line.contains("old records deleted")).unwrap_or_else(|| panic!("{text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["audit_events"], &line["attempts"]), (&1.into(), &1.into()), "{line}");
}

/// A device that is trusted until 2099, and one whose trust is over.
const DEVICES: &str = "
    INSERT INTO users (id, email) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com');
    INSERT INTO postern_trusted_devices (id, user_id, factor_id, secret, trusted_at, expires_at)
        VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c1', '67e55044-10b1-426f-9247-bb680e5fe0c8', 'x', zeroblob(32),
            strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-1 hour'), '2099-01-01T00:00:00Z'),
        ('67e55044-10b1-426f-9247-bb680e5fe0c2', '67e55044-10b1-426f-9247-bb680e5fe0c8', 'x', zeroblob(32),
            '2020-01-01T00:00:00Z', '2020-01-31T00:00:00Z');
";

#[tokio::test(start_paused = true)]
async fn trusted_devices_are_kept_until_their_trust_is_over_and_none_where_they_are_switched_off() {
    for (lines, left) in [("second_factor.trusted_devices = '30d'", 1), ("", 0)] {
        let running = Running::start(lines, "").await;
        let rows = rusqlite::Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
        rows.execute_batch(DEVICES).unwrap();
        sleep(Duration::from_secs(11 * 60)).await;
        let count = rows.query_row("SELECT count(*) FROM postern_trusted_devices", [], |row| row.get::<_, u32>(0));
        assert_eq!(count.unwrap(), left, "{lines}");
        running.gateway.stop().await;
    }
}

/// Mail about what happened two days ago and four, and one of four days that a sender has claimed.
const MAIL: &str = "
    INSERT INTO users (id, email) VALUES ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com');
    INSERT INTO postern_mail_queue (event_id, kind, user_id, recipient, at, due_at, leased_until)
        SELECT id, 'locked', '67e55044-10b1-426f-9247-bb680e5fe0c8', 'ada@example.com', at, at, leased_until FROM (
            SELECT '67e55044-10b1-426f-9247-bb680e5fe0c1' AS id, strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-2 days') AS at,
                NULL AS leased_until
            UNION ALL SELECT '67e55044-10b1-426f-9247-bb680e5fe0c2', strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-4 days'), NULL
            UNION ALL SELECT '67e55044-10b1-426f-9247-bb680e5fe0c3', strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-4 days'),
                '2099-01-01 00:00:00.000000');
";

#[tokio::test(start_paused = true)]
async fn a_short_retention_deletes_no_mail_that_is_still_tried_or_being_sent() {
    let text = logged_with("info", postern_config::LogFormat::Json, "log.retention = '1d'", async |running| {
        let rows = rusqlite::Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
        rows.execute_batch(MAIL).unwrap();
        sleep(Duration::from_secs(11 * 60)).await;
        let mut left = rows.prepare("SELECT event_id FROM postern_mail_queue ORDER BY event_id").unwrap();
        let left: Vec<String> = left.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let left: Vec<_> = left.iter().map(|id| id.chars().last().unwrap()).collect();
        assert_eq!(left, ['1', '3']);
    })
    .await;
    let line = text.lines().find(|line| line.contains("waiting mail deleted")).unwrap_or_else(|| panic!("{text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["mails"], 1, "{line}");
}
