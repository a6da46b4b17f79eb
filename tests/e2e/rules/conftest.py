"""Chains with routes for certain clients and people."""

import time
from collections.abc import Iterator

import pytest

from harness.chain import KINDS, Chain, build

INSIDE, OUTSIDE = "127.0.0.2", "127.0.0.3"

ROUTES = [
    {"path": "/metrics", "networks": [INSIDE], "access": "public"},
    {"path": "/closed/*", "networks": [OUTSIDE], "access": "deny"},
    {"path": "/kept/*", "methods": ["DELETE"], "access": "deny"},
    {"path": "/ops/{id}/log", "access": "first-factor", "groups": ["ops"]},
    {"path": "/ops/*", "access": "full", "groups": ["ops"]},
    {"path": "/boss", "access": "full", "emails": ["Boss@Example.com"]},
    {"path": "/corp", "access": "full", "domains": ["corp.example"]},
    {"path": "/{tenant}/assets/*", "access": "public", "methods": ["GET", "HEAD"]},
]


@pytest.fixture(scope="module", params=KINDS)
def ruled(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    """Every chain, with these routes."""
    part = build(request.param, home, shared_recorder, module_gateways, people, route=ROUTES)
    shared_recorder.clear()
    yield part
    part.stop()


def eventually(check, seconds=5.0):
    """Waits until a condition holds; fails some time after the revocation bound (2 s)."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def join(chain: Chain, person, group: str) -> None:
    """Adds a person to a group, as an administrator does."""
    chain.gateway.database.sql("INSERT INTO postern.user_groups (user_id, name) VALUES (%s, %s)",
                               person.me()["id"], group)


def leave(chain: Chain, person, group: str) -> None:
    chain.gateway.database.sql("DELETE FROM postern.user_groups WHERE user_id = %s AND name = %s",
                               person.me()["id"], group)
