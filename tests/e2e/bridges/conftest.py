"""Applications, and applications behind a gateway."""

import pytest

from bridges.applications import Application
from bridges.bridged import KINDS, Bridged, secret


@pytest.fixture(scope="module", params=KINDS)
def bridged(request, tmp_path_factory, module_gateways, people):
    key = secret()
    application = Application(request.param, tmp_path_factory.mktemp("bridge") / "app", key)
    yield Bridged(application, key, module_gateways, people)
    application.stop()


@pytest.fixture
def application(tmp_path):
    """Starts applications for one test."""
    started = []

    def start(kind: str, *keys: str, **environment: str) -> Application:
        started.append(Application(kind, tmp_path / f"app-{len(started)}", *keys, **environment))
        return started[-1]

    yield start
    for one in started:
        one.stop()
