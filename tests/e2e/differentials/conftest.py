"""A gateway as reverse proxy in front of each server."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from differentials.servers import KINDS, Server
from harness.gateway import Gateway


@dataclass
class Pair:
    """A gateway and the server behind it; `cookie` is a line for requests of a full session."""

    gateway: Gateway
    server: Server
    cookie: str

    @property
    def host(self) -> str:
        return self.gateway.origin.removeprefix("http://")


@pytest.fixture(scope="module", params=KINDS)
def pair(request, home, module_gateways, people) -> Iterator[Pair]:
    server = Server(request.param, home)
    gateway = module_gateways.start(server.url, sqlite=True, route=[{"path": "/public/*", "access": "public"}])
    person = people(gateway)
    person.sign_in()
    person.enrol()
    yield Pair(gateway, server, f"Cookie: {'='.join(person.session_cookie)}\r\n")
    server.stop()
