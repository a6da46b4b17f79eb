"""Fixtures that tests share. Components are started once for the run; databases and gateways are cheap, one for each test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.authority import Authority
from harness.backend import Backend
from harness.canary import Canary
from harness.chain import KINDS, Chain, build
from harness.gateway import Gateway
from harness.gateways import Gateways
from harness.person import Person
from harness.postgres import Postgres
from harness.provider import Provider
from harness.recorder import Recorder

FRONTEND = "http://localhost:5173"
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
CHROMIUM = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keeps the names of failed tests in the file that `E2E_FAILED` names, for `side-by-side`."""
    kept = os.environ.get("E2E_FAILED")
    if kept and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        with open(kept, "a") as file:
            file.write(f"{report.nodeid}\n")


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The folder of configurations and logs of this run. `E2E_KEEP=1` keeps it."""
    path = Path(tempfile.mkdtemp(prefix="postern-e2e-"))
    yield path
    if os.environ.get("E2E_KEEP"):
        print(f"kept: {path}")
    else:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(home: Path) -> Authority:
    """A private certificate authority."""
    return Authority(home / "authority")


@pytest.fixture(scope="session")
def canary() -> Canary:
    """Every secret seen in this run."""
    return Canary()


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[Postgres]:
    server = Postgres(home)
    yield server
    server.close()


@pytest.fixture(scope="session")
def provider(home: Path, canary: Canary) -> Iterator[Provider]:
    part = Provider(home)
    canary.saw("client secret", part.client_secret)
    yield part
    part.stop()


@pytest.fixture(scope="session")
def backend(home: Path) -> Iterator[Backend]:
    part = Backend(home, FRONTEND)
    yield part
    part.stop()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    part = Recorder()
    yield part
    part.close()


@pytest.fixture(scope="module")
def shared_recorder() -> Iterator[Recorder]:
    """A recorder for a whole file; `clear` it first."""
    part = Recorder()
    yield part
    part.close()


@pytest.fixture
def gateways(home, provider, postgres, canary) -> Iterator[Gateways]:
    """Starts gateways for one test."""
    starter = Gateways(home, provider, postgres, canary)
    yield starter
    starter.finish()


@pytest.fixture(scope="module")
def module_gateways(home, provider, postgres, canary) -> Iterator[Gateways]:
    """Starts gateways for a whole file."""
    starter = Gateways(home, provider, postgres, canary)
    yield starter
    starter.finish()


@pytest.fixture(scope="session")
def people(provider: Provider, canary: Canary) -> Callable[..., Person]:
    """`people(gateway)` is a new person with an account at the provider."""
    def person(gateway: Gateway, *, subject: str | None = None, email: str | None = None, port: int | None = None,
               **claims) -> Person:
        subject = subject or uuid.uuid4().hex
        provider.account(subject, email or f"{subject[:12]}@example.com", **claims)
        tls = gateway.authority.trust() if gateway.authority else None
        return Person(gateway.origin, subject, canary, port=port or gateway.public_port, tls=tls)
    return person


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=KINDS)
def chain(request, home, shared_recorder, module_gateways, people) -> Iterator[Chain]:
    """The gateway as reverse proxy, and with each proxy of `deploy/`: scenarios run in all of them."""
    part = build(request.param, home, shared_recorder, module_gateways, people)
    shared_recorder.clear()
    yield part
    part.stop()


@pytest.fixture(scope="module")
def proxy(home, shared_recorder, module_gateways, people) -> Chain:
    """The gateway as reverse proxy."""
    shared_recorder.clear()
    return build("proxy", home, shared_recorder, module_gateways, people)
