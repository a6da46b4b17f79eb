"""Every chain, with a part of the application that demands a fresh second factor."""

from collections.abc import Iterator

import pytest

from harness.chain import KINDS, Chain, build


@pytest.fixture(scope="module", params=KINDS)
def chain(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    """The shared chain, with `/vault/*` for a fresh second factor."""
    part = build(request.param, home, shared_recorder, module_gateways, people,
                 route=[{"path": "/health_simple", "access": "public"}, {"path": "/vault/*", "access": "fresh(5m)"}])
    shared_recorder.clear()
    yield part
    part.stop()
