"""Every chain once for the whole folder: most tests here send many small requests."""

from collections.abc import Iterator

import pytest

from harness.chain import KINDS, Chain, build
from harness.gateways import Gateways
from harness.recorder import Recorder

ROUTES = [
    {"path": "/health_simple", "access": "public"},
    {"path": "/public/*", "access": "public"},
    {"path": "/denied/*", "access": "deny"},
]


@pytest.fixture(scope="package", params=KINDS)
def chain(request, home, provider, postgres, canary, people) -> Iterator[Chain]:
    """The shared chain, with a public prefix to escape from and a denied one."""
    recorder, gateways = Recorder(), Gateways(home, provider, postgres, canary)
    part = build(request.param, home, recorder, gateways, people, route=ROUTES)
    yield part
    part.stop()
    recorder.close()
    gateways.finish()


@pytest.fixture(scope="module")
def ann(chain):
    """A person with both factors."""
    return chain.verified()
