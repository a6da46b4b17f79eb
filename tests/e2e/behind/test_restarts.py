"""The gateway is restarted under load, with the socket held as by systemd: no request fails, behind any proxy."""

import threading
import time
from collections import Counter

import pytest

from harness import ports, raw
from harness.chain import KINDS, Chain
from harness.frontends import FRONTS
from harness.held import Held
from harness.person import NAVIGATION, SCRIPT

CLIENTS = 6


class Load:
    """Clients that ask one request after the other, each on a connection of its own, until they are stopped."""

    def __init__(self, part: Chain, cookie: str):
        self._part, self._cookie, self._going = part, cookie, True
        self.answers: Counter = Counter()
        self.slowest = 0.0
        self._threads = [threading.Thread(target=self._ask, args=(number,), daemon=True) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        kinds = [("GET", "/page", SCRIPT, None), ("GET", "/page", NAVIGATION, None), ("POST", "/page", SCRIPT, b"x" * 100),
                 ("GET", "/postern/account", NAVIGATION, None)]
        while self._going:
            method, target, style, body = kinds[number % len(kinds)]
            begun = time.monotonic()
            headers = [("Host", self._part.host), ("Cookie", self._cookie), *style]
            headers += [("Origin", self._part.origin)] if body else []
            try:
                told = raw.request(self._part.port, method, target, headers, body).status
            except OSError as failed:
                told = repr(failed)
            except Exception as failed:  # noqa: BLE001 - an answer that breaks off is a failed request
                told = repr(failed)
            self.answers[method, target, told] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def stop(self) -> Counter:
        self._going = False
        for thread in self._threads:
            thread.join(40)
        return self.answers


@pytest.fixture(params=KINDS)
def held(request, home, recorder, gateways, people):
    """A chain whose gateway's sockets are held."""
    kind, port = request.param, ports.free()
    grpc = kind == "envoy-grpc"
    options = {} if kind == "proxy" else {"public_port": port, "trusted_proxies": ["127.0.0.1/32"], "ext_authz": grpc}
    gateway = gateways.prepare(recorder.url, **options)
    holder = Held(gateway)
    holder.start()
    gateway.process.wait_until(gateway.ready)
    front = gateway if kind == "proxy" else FRONTS[kind](home, gateway.port, recorder.port, port,
                                                        **({"grpc_port": gateway.ext_authz} if grpc else {}))
    part = Chain(kind, gateway, recorder, front, people)
    yield part, holder
    part.stop()
    gateway.stop()
    holder.close()


def test_a_restart_under_load_loses_nothing(held):
    part, holder = held
    person = part.verified()
    load = Load(part, "=".join(person.session_cookie))
    for _ in range(3):
        before = load.answers.total()
        part.gateway.process.wait_until(lambda: load.answers.total() > before + 30, timeout=20)
        assert holder.restart() == 0
        part.gateway.process.wait_until(part.gateway.ready)
    answers = load.stop()
    failed = {asked: count for asked, count in answers.items() if asked[2] != 200}
    print(part.kind, answers.total(), "requests, slowest", round(load.slowest, 2), "s")
    assert not failed, failed
    assert load.slowest < 5, load.slowest
