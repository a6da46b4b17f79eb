"""A shipped file starts without a warning: those who follow it have nothing to wonder about."""

import re

import pytest

from harness import ports
from harness.frontends import FRONTS, EnvoyGrpc

WARNING = re.compile(r"\[warn(ing)?\]|\bWRN\b|\"level\":\"warn\"|\blevel=warn|\[WARNING\]|\[ALERT\]|deprecat", re.I)
# Of plain HTTP on a port of its own, which is how the tests run it and nobody else.
OWN = ("automatic HTTPS", "HTTP/2 skipped", "HTTP/3 skipped", "admin endpoint disabled")


@pytest.mark.parametrize("kind", FRONTS)
def test_a_shipped_file_starts_without_a_warning(stage, kind):
    part = stage(kind, **({"grpc_port": ports.free()} if kind == EnvoyGrpc.name else {}))
    # There is no gateway for gRPC.
    assert part.ask().status == (503 if kind == EnvoyGrpc.name else 200)
    lines = part.front.log.read_text(errors="replace").splitlines()
    warned = [line for line in lines if WARNING.search(line) and not any(own in line for own in OWN)]
    assert not warned, warned
