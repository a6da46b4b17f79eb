"""A route that allows encoded slashes, behind every proxy whose file was changed as its comment says."""

from collections.abc import Iterator

import pytest

from harness.chain import KINDS, Chain, build
from harness.person import SCRIPT

ROUTES = [
    {"path": "/npm/internal/*", "access": "deny"},
    {"path": "/npm/*", "access": "full", "encoded": ["%2F"]},
    {"path": "/files/*", "access": "full", "encoded": ["%23", "%3F", "%3B"]},
]
# The expression of paths that the shipped files refuse. Apache is a reverse proxy in front of the gateway and passes them.
CHANGES = {"%2f|%5c|%00": "%5c|%00"}
# Envoy refuses them before it matches routes, too.
ENVOY = {"escaped_slashes_action: REJECT_REQUEST": "escaped_slashes_action: KEEP_UNCHANGED"}


@pytest.fixture(scope="module", params=KINDS)
def allowing(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    changes = None if request.param in ("proxy", "apache", "traefik") else CHANGES
    if request.param.startswith("envoy"):
        changes = CHANGES | ENVOY
    part = build(request.param, home, shared_recorder, module_gateways, people, route=ROUTES, changes=changes)
    yield part
    part.stop()


@pytest.fixture(scope="module")
def ann(allowing):
    return allowing.verified()


@pytest.mark.parametrize("target", ["/npm/@scope%2Fname", "/files/c%23/why%3F", "/files/a%3Bb"])
def test_what_its_route_allows_arrives_byte_for_byte(allowing, ann, target):
    allowing.recorder.clear()
    answer = ann.request("GET", target, SCRIPT)
    if allowing.kind == "traefik" and answer.status == 400:
        pytest.skip("Traefik itself refuses encoded characters unless its entry point allows them")
    assert answer.status == 200, answer
    assert allowing.recorder.last.target == target
    allowing.recorder.clear()
    assert allowing.ask("GET", target).status == 401
    assert allowing.recorder.count == 0


@pytest.mark.parametrize("target", [
    "/npm/internal%2Fx", "/npm/a%2F..%2Finternal%2Fx", "/npm/..%2Felse", "/npm/a%23b", "/else/a%2Fb", "/npm%2Fx",
    "/files/a%2Fb", "/files/..%3B/x", "/files/%2e%2e%3B/x",
])
def test_what_another_route_or_none_allows_does_not(allowing, ann, target):
    allowing.recorder.clear()
    answer = ann.request("GET", target, SCRIPT)
    assert answer.status in (400, 403, 404), answer
    assert allowing.recorder.count == 0
