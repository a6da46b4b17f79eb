"""The configuration changes while the gateway serves."""

import threading
import time

import pytest
from websockets.sync.client import connect

from harness import raw, toml
from harness.chain import build
from harness.person import SCRIPT

OPEN = {"path": "/open", "access": "public"}
RELOADS = 20


def changing(number: int) -> list[dict]:
    """Routes that differ from number to number and mean the same for /open and /kept."""
    return [{"path": f"/only/{number}/*", "access": "deny"}, OPEN]


def eventually(check, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def reconfigured(gateway, **sections) -> None:
    """Changes the configuration, sends SIGHUP, and waits until it is active."""
    before = gateway.reloads()
    gateway.reconfigure(**sections)
    gateway.hang_up()
    eventually(lambda: gateway.reloads() > before)


@pytest.mark.parametrize("kind", ["proxy", "nginx", "traefik"])
def test_no_request_fails_during_twenty_reloads(kind, home, shared_recorder, gateways, people):
    chain = build(kind, home, shared_recorder, gateways, people, route=changing(-1))
    person = chain.verified()
    cookie = ("Cookie", "=".join(person.session_cookie))
    over, asked, failed = threading.Event(), [], []

    def ask(target: str, *headers) -> None:
        while not over.is_set():
            try:
                answer = raw.request(chain.port, "GET", target, [("Host", chain.host), *SCRIPT, *headers])
                asked.append(target)
                if answer.status != 200:
                    failed.append((target, answer))
            except OSError as error:
                failed.append((target, error))

    threads = [threading.Thread(target=ask, args=("/open",)), threading.Thread(target=ask, args=("/kept", cookie))]
    try:
        for thread in threads:
            thread.start()
        for number in range(RELOADS):
            reconfigured(chain.gateway, route=changing(number))
            assert chain.ask("GET", f"/only/{number}/x").status == 403
            if number:
                assert chain.ask("GET", f"/only/{number - 1}/x").status == 401
        assert person.me()["id"], "nobody was signed out"
    finally:
        over.set()
        for thread in threads:
            thread.join()
        chain.stop()
    assert not failed, failed[:3]
    assert {"/open", "/kept"} <= set(asked) and len(asked) > 2 * RELOADS
    assert chain.gateway.reloads() == RELOADS and chain.gateway.reloads("refused") == 0


def test_a_socket_lives_on_until_its_route_closes(recorder, gateways, people):
    gateway = gateways.start(recorder.url, route=[OPEN])
    person = people(gateway)
    person.sign_in()
    person.enrol()
    headers = {"Cookie": "=".join(person.session_cookie)}
    with connect(f"ws://localhost:{gateway.port}/ws", origin=gateway.origin, additional_headers=headers,
                 ping_interval=None) as socket:
        for number in range(3):
            reconfigured(gateway, route=changing(number))
            socket.send("hello")
            assert socket.recv(timeout=5) == "echo hello"
        gateway.reconfigure(route=[{"path": "/ws", "access": "full", "groups": ["nobody"]}])
        gateway.hang_up()
        began = time.monotonic()
        with pytest.raises(Exception, match="close|EOF|reset"):
            socket.recv(timeout=10)
        assert time.monotonic() - began < 4, "closed within the revocation bound"


def test_a_changed_file_needs_no_signal_and_a_wrong_one_is_kept_out(recorder, gateways):
    gateway = gateways.start(recorder.url, route=[OPEN])

    def status(path: str) -> int:
        return raw.request(gateway.port, "GET", path, [("Host", f"localhost:{gateway.port}"), *SCRIPT]).status

    assert status("/open") == 200
    gateway.reconfigure(route=[{"path": "/open", "access": "deny"}])
    eventually(lambda: status("/open") == 403)
    wrong = toml.dumps({**gateway.config, "trusted_proxis": [], "route": [{"path": "open", "access": "publik"}]})
    for text in (wrong, "[[[", ""):
        refused = gateway.reloads("refused")
        gateway.reconfigure(text)
        eventually(lambda: gateway.reloads("refused") > refused)
        assert status("/open") == 403, "the former configuration stays in force"
        assert gateway.manage("/readyz") == 200
    log = gateway.logged()
    for told in ("trusted_proxis: there is no such key", "route[0].path:", "route[0].access:", "this is not TOML"):
        assert told in log, told
    gateway.config_file.unlink()
    gateway.hang_up()
    eventually(lambda: "the configuration file cannot be read" in gateway.logged())
    gateway.reconfigure(route=[OPEN])
    eventually(lambda: status("/open") == 200)


def test_keys_that_wait_are_named_and_values_never(recorder, gateways, people):
    gateway = gateways.start(recorder.url, route=[OPEN])
    person = people(gateway)
    person.sign_in()
    secret = "canary-of-a-fresh-client-secret"
    gateway.canary.saw("new client secret", secret)
    reconfigured(gateway, route=changing(1), session={"cookie": "other"}, google={"client_secret": secret},
                 listen={"address": "127.0.0.1:1"})
    assert person.me()["id"], "the cookie keeps its name until the restart"
    log = gateway.logged()
    assert "google.client_secret" in log and "restart required: these keys changed" in log
    assert "listen.address, session.cookie" in log and secret not in log
    assert "postern_config_restart_pending 1" in gateway.metrics()


def test_a_tightened_rule_counts_for_sessions_that_are_at_hand(recorder, gateways, people):
    gateway = gateways.start(recorder.url, route=[OPEN])
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert person.fetch("GET", "/kept").status == 200
    reconfigured(gateway, route=[{"path": "/kept", "access": "full", "emails": ["somebody@else.example"]}])
    assert person.fetch("GET", "/kept").status == 403
    reconfigured(gateway, route=[OPEN])
    assert person.fetch("GET", "/kept").status == 200
