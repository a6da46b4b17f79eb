"""Fixtures of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verifying.applications import Application, Builder
from verifying.signing import Signing


@pytest.fixture(scope="module", params=["ed25519", "hmac-sha256"])
def signing(request, module_gateways, shared_recorder, people, home) -> Signing:
    """A gateway that signs requests with a key pair or a shared secret."""
    shared_recorder.clear()
    return Signing(request.param, module_gateways, shared_recorder, people, home)


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> Iterator[Callable[..., Application]]:
    """Starts the pages' programs: `programs(framework, what, key, VARIABLE=…)`; `key` for signed requests."""
    builder, started = Builder(Path(tmp_path_factory.mktemp("programs"))), []

    def start(framework: str, what: str, key: str = "", **environment: str) -> Application:
        started.append(Application(builder.build(framework, what, key), **environment))
        return started[-1]

    yield start
    for program in started:
        program.stop()
