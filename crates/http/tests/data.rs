//! Messages as data (`tests/data`): what this engine makes of them, and that hyper reads what it accepts alike.

#![cfg(test)]

mod messages;

use messages::{Message, ours, requests, responses, theirs};

/// What another recipient read is what we read, up to where it refused.
fn assert_alike(name: &str, ours: &[Message], theirs: &[Message]) {
    for (our, their) in ours.iter().zip(theirs) {
        let complete = our.complete && their.complete;
        assert_eq!((&our.method, &our.target, our.status), (&their.method, &their.target, their.status), "{name}");
        if complete {
            assert_eq!(our.body, their.body, "{name}");
        }
        assert!(our.complete || !their.complete, "{name}: complete to hyper only");
    }
    assert!(theirs.len() <= ours.len(), "{name}: hyper reads more messages: {theirs:?}");
}

#[tokio::test]
async fn requests_are_refused_or_read_as_the_table_says() {
    for case in requests() {
        for size in [1, 7, usize::MAX] {
            let outcome = ours::request(&case.bytes(), size).await;
            assert_eq!(outcome.read, case.read, "{} in pieces of {size}", case.name);
            assert_eq!(outcome.refused, case.refused, "{} in pieces of {size}", case.name);
        }
    }
}

#[tokio::test]
async fn hyper_reads_requests_that_are_accepted_alike() {
    for case in requests().into_iter().filter(|case| case.refused.is_none()) {
        let read = theirs::request(&case.bytes()).await;
        assert_alike(&case.name, &case.read, &read);
        assert!(!read.is_empty(), "{}: hyper refuses it", case.name);
    }
}

#[tokio::test]
async fn responses_are_refused_or_read_as_the_table_says() {
    for case in responses() {
        for size in [1, 7, usize::MAX] {
            let outcome = ours::response(&case, size).await;
            assert_eq!(outcome.refused, case.refused, "{} in pieces of {size}", case.name);
            if case.refused.is_none() {
                assert_eq!(outcome.read, case.read, "{} in pieces of {size}", case.name);
                assert_eq!(outcome.kept, case.kept, "{} in pieces of {size}", case.name);
            }
            assert!(case.refused.is_none() || !outcome.kept, "{}: a connection is kept after a violation", case.name);
        }
    }
}

#[tokio::test]
async fn hyper_reads_responses_that_are_accepted_alike() {
    for case in responses().into_iter().filter(|case| case.refused.is_none()) {
        assert_alike(&case.name, &case.read, &theirs::response(&case).await);
    }
}
