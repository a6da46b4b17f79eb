"""Every chain once for the whole folder: most of what is asked here are many small questions."""

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
    """As the shared one, with a public prefix to escape from and one that is closed to everybody."""
    recorder, gateways = Recorder(), Gateways(home, provider, postgres, canary)
    part = build(request.param, home, recorder, gateways, people, route=ROUTES)
    yield part
    part.stop()
    recorder.close()
    gateways.finish()


@pytest.fixture(scope="module")
def ann(chain):
    """Somebody with both factors."""
    return chain.verified()
