//! Early hints: whose they are, and how many wait.

use std::sync::Arc;

use crate::server::early_hints::{PENDING_MAX, Shared};

const LINK: (&[u8], &[u8]) = (b"link", b"</a>");

#[test]
fn hints_are_of_one_request_and_bounded() {
    let shared = Arc::<Shared>::default();
    let first = Shared::next(&shared);
    first.send([LINK, LINK]);
    assert_eq!(shared.take(), b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nlink: </a>\r\n\r\n");
    assert!(shared.take().is_empty());
    first.send([LINK]);
    shared.end();
    assert!(shared.take().is_empty(), "the response came first");
    first.send([LINK]);
    let second = Shared::next(&shared);
    first.send([LINK]);
    assert!(shared.take().is_empty(), "a former request's");
    (0..1000).for_each(|_| second.send([LINK]));
    let sent = shared.take();
    assert!(sent.len() <= PENDING_MAX && sent.ends_with(b"</a>\r\n\r\n"));
}
