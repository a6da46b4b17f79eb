"""Chains with two hosts, and a browser that tells them apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import pytest

from harness import raw
from harness.chain import KINDS, Chain, build
from harness.person import NAVIGATION, Person

OTHER = "b.localhost"


@dataclass
class Browser:
    """Opens pages of several hosts behind one port. The jar of `localhost` is a person's."""

    chain: Chain
    jars: dict[str, dict[str, str]] = field(default_factory=dict)
    blocks: bool = False

    @property
    def other(self) -> str:
        """The origin of the other host."""
        return f"http://{OTHER}:{self.chain.gateway.public_port}"

    def open(self, url: str, method: str = "GET", headers=(), body: bytes | None = None) -> raw.Answer:
        parts = urlsplit(url)
        jar = self.jars.setdefault(parts.hostname, {})
        lines = [("Host", parts.netloc), *NAVIGATION, *headers]
        if jar:
            lines.append(("Cookie", "; ".join(f"{name}={value}" for name, value in jar.items())))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        answer = raw.request(self.chain.port, method, target, lines, body)
        for line in answer.all("set-cookie"):
            pair, *attributes = line.split(";")
            name, _, value = pair.partition("=")
            if "max-age=0" in "".join(attributes).replace(" ", "").lower():
                jar.pop(name, None)
            elif not self.blocks or parts.hostname != OTHER:
                jar[name] = value
                self.chain.gateway.canary.saw(f"cookie {name}", value)
        return answer

    def follow(self, url: str) -> tuple[str, raw.Answer]:
        """Follows redirects to the first page that is none."""
        for _ in range(12):
            answer = self.open(url)
            if answer.status not in (301, 302, 303, 307, 308):
                return url, answer
            url = urljoin(url, answer.location)
        raise AssertionError(f"redirects without end: {url}")

    def code(self) -> str:
        """Goes as far as the URL with a code."""
        begun = self.open(f"{self.other}/postern/hand-over?rd=/page")
        url = self.open(begun.location).location
        assert url.startswith(f"{self.other}/postern/hand-over?code="), url
        return url


@pytest.fixture(scope="module", params=KINDS)
def two_hosts(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    """Every chain with a second host, whose route comes by a reload, since its port is known then."""
    part = build(request.param, home, shared_recorder, module_gateways, people, hosts=(OTHER,))
    gateway = part.gateway
    host = f"{OTHER}:{gateway.public_port}"
    gateway.reconfigure(route=[*gateway.config["route"], {"host": host, "path": "/*", "access": "full"}])
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > 0)
    shared_recorder.clear()
    yield part
    part.stop()


@pytest.fixture
def browser(two_hosts) -> Browser:
    """A browser that nobody is signed in with."""
    return Browser(two_hosts)


@pytest.fixture
def ann(two_hosts, browser) -> Person:
    """A person with both factors, whose browser it is."""
    person = two_hosts.verified()
    browser.jars["localhost"] = person.cookies
    return person
