"""On one processor the gateway runs on one thread: a blocked task must not delay others."""

import os
import time

import pytest
from websockets.sync.client import connect

from harness.slow import under_way


@pytest.fixture
def one_processor():
    """Programs started meanwhile may use one processor, as in a container with that limit."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.parametrize("sqlite", [True, False], ids=["sqlite", "postgres"])
def test_everything_is_served_side_by_side(recorder, gateways, people, one_processor, sqlite):
    gateway = gateways.start(recorder.url, sqlite=sqlite)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    slow = under_way(person, gateway, recorder, seconds=5)
    cookie = {"Cookie": "=".join(person.session_cookie)}
    with connect(f"ws://localhost:{gateway.port}/ws", origin=gateway.origin, additional_headers=cookie,
                 ping_interval=None) as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "echo hello"
        another = people(gateway)
        another.sign_in()
        another.enrol()
        assert another.fetch("GET", "/page").status == 200
        assert not slow.done(), "and none of it waited for the slow request"
        assert slow.result() == 200
        person.sign_out()
        began = time.monotonic()
        with pytest.raises(Exception, match="close|EOF|reset"):
            socket.recv(timeout=10)
        assert time.monotonic() - began < 4, "closed within the revocation bound"
    began = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - began < 5
