"""Proxies with the shipped files, in front of a stand-in for the gateway: what they do by themselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from harness import ports, raw
from harness.frontends import FRONTS, Front
from harness.person import SCRIPT
from harness.recorder import Recorder

USER = "some-user"


def yes(*, gate: bool = True, user: str = USER) -> bytes:
    """The gateway's yes: it names itself, and whose request it is, or nobody on a public route."""
    lines = (["X-Auth-Gate: permit"] if gate else []) + [f"X-Auth-User: {user}", "X-Auth-Email: "]
    return ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode()


@dataclass
class Stage:
    """A proxy, whom it asks, and where it forwards."""

    front: Front
    gateway: Recorder
    app: Recorder

    def ask(self, target: str = "/page", headers=(), style=SCRIPT, method: str = "GET", **options) -> raw.Answer:
        host = ("Host", f"localhost:{self.front.port}")
        return raw.request(self.front.port, method, target, [host, *style, *headers], **options)


class Says(Recorder):
    """A gateway that says the same to every question. Envoy asks below a prefix, so that there are many paths."""

    said = yes()

    def _answer(self, request) -> bytes:
        return self.said

    def _websocket(self, connection, request) -> None:
        connection.sendall(self.said)


@pytest.fixture
def stage(home) -> Iterator[Callable[..., Stage]]:
    """`stage("nginx", said=…, **options)` starts a proxy whose gateway says that."""
    started: list[Stage] = []

    def start(kind: str, said: bytes = Says.said, *, gateway_port: int | None = None, **options) -> Stage:
        gateway, app = Says(), Recorder()
        gateway.said = said
        front = FRONTS[kind](home, gateway_port or gateway.port, app.port, ports.free(), **options)
        started.append(Stage(front, gateway, app))
        return started[-1]

    yield start
    for part in started:
        part.front.stop()
        part.gateway.close()
        part.app.close()
