"""A person is served during an attack, and nothing of it is left afterwards."""

import re
import time
from threading import Event, Thread

import pytest
from hyperframe.frame import RstStreamFrame

from floods import attacks, frames
from floods.attacks import Target
from harness.chain import build
from harness.frames import Connection, request

ATTACKS = attacks.ATTACKS | frames.ATTACKS
# Requests of the person, and their limit: only requests that wait for others exceed it.
REQUESTS, DEADLINE = 20, 10.0
ATTACKERS = 3


class Rounds(Event):
    """An event that counts how often attackers checked it."""

    rounds = 0

    def is_set(self) -> bool:
        self.rounds += 1
        return super().is_set()


@pytest.fixture(scope="module")
def flooded(home, shared_recorder, module_gateways, people):
    public = [{"path": "/public/*", "access": "public"}]
    listen = {"h2c": True, "header_timeout": "1s", "idle_timeout": "1s", "body_timeout": "2s"}
    large = b"x" * 500_000
    shared_recorder.answers["/public/large"] = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(large) + large
    # Not `debug`, which logs every frame.
    limits, log = {"connections_per_address": 200}, {"level": "info"}
    return build("proxy", home, shared_recorder, module_gateways, people, route=public, listen=listen, limits=limits,
                 log=log)


@pytest.fixture(scope="module")
def ann(flooded):
    return flooded.verified()


@pytest.fixture(scope="module")
def target(flooded):
    """The attackers have accounts too, enrolled, whose sessions lack the second factor again."""
    cookies = []
    for number in range(2):
        person = flooded.person(subject=f"attacker{number}")
        person.sign_in()
        person.enrol()
        person.sign_in()
        cookies.append("=".join(person.session_cookie))
    return Target(flooded.host, cookies)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_person_is_served_meanwhile(flooded, ann, target, name):
    stop, done = Rounds(), []
    threads = [Thread(target=lambda: done.append(ATTACKS[name](flooded.port, target, stop))) for _ in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    try:
        # Not only while the attackers are starting.
        number, end = 0, time.monotonic() + 60
        while number < REQUESTS or (stop.rounds < 4 * ATTACKERS and time.monotonic() < end):
            began = time.monotonic()
            answer = ann.fetch("GET", f"/page?number={number}")
            took = time.monotonic() - began
            assert answer.status == 200 and f"number={number} " in answer.json()["line"], answer
            assert took < DEADLINE, f"request {number} took {took:.1f} s"
            number += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert sum(done) > ATTACKERS, "nobody attacked"
    deadline = time.monotonic() + 20
    while (left := connections(flooded.gateway)) > 10:
        assert time.monotonic() < deadline, f"{left} connections are still open"
        time.sleep(0.1)
    assert flooded.gateway.ready()


# Just under the allowance of one connection, over enough connections to exceed their client's.
RESETS, CONNECTIONS = 1_800, 20


def test_the_resets_of_a_client_count_together(flooded):
    """Each connection is within its own allowance, but all count against their client's."""
    def outcome(source: str) -> str:
        with Connection(flooded.port, source=source) as connection:
            page = request("GET", "/public/x", flooded.host)
            connection.send(1, page)
            assert connection.receive(1).status == 200
            try:
                connection.send_frames(*[RstStreamFrame(1, error_code=8)] * RESETS)
                connection.send(3, page)
            except OSError:
                return "ended"
            return connection.receive(3).what

    outcomes = [outcome("127.0.0.4") for _ in range(CONNECTIONS)]
    assert outcomes[:3] == ["answered"] * 3, "as for one who resets much, but on few connections"
    assert "ended" in outcomes
    assert outcome("127.0.0.5") == "answered", "nobody else is concerned"


def connections(gateway) -> int:
    found = re.search(r"^postern_connections (\d+)", gateway.metrics(), re.MULTILINE)
    assert found
    return int(found[1])
