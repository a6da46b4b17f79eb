"""Gateways for every protocol on both sides, and people with sessions."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from harness.gateway import Gateway
from harness.http2 import Http2
from harness.person import Person


@dataclass
class Deployment:
    """A gateway and a person with a full session."""

    gateway: Gateway
    person: Person

    @property
    def authority(self) -> str:
        return self.gateway.origin.partition("://")[2]

    @property
    def cookie(self) -> tuple[str, str]:
        """The header line of the full session."""
        return "cookie", "=".join(self.person.session_cookie)

    def http2(self) -> Http2:
        """An HTTP/2 connection, by ALPN or, without TLS, by prior knowledge."""
        authority = self.gateway.authority
        return Http2(self.gateway.port, self.authority, authority.trust("h2") if authority else None)

    def client(self, http2: bool = False, **options) -> httpx.Client:
        """An HTTP client with the session."""
        verify = self.gateway.authority.trust() if self.gateway.authority else True
        return httpx.Client(base_url=self.gateway.origin, http1=not http2, http2=http2, verify=verify, timeout=30,
                            headers=dict([self.cookie]), trust_env=False, **options)


@pytest.fixture
def deploy(gateways, people) -> Callable[..., Deployment]:
    """`deploy(upstream, …)` starts a gateway before an upstream, given by its URL or its `[[upstream]]`."""
    def start(upstream: str | dict, **options) -> Deployment:
        keys = upstream if isinstance(upstream, dict) else {"name": "app", "url": upstream}
        gateway = gateways.start(keys["url"], upstream=[keys], **options)
        person = people(gateway)
        person.sign_in()
        person.enrol()
        return Deployment(gateway, person)
    return start
