"""The parts that scenarios share. Each is started once for the run; databases and gateways are cheap, one each."""

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
from harness.gateway import Gateway, settings
from harness.person import Person
from harness.pod import Pod
from harness.postgres import Database, Postgres
from harness.provider import Provider
from harness.recorder import Recorder

FRONTEND = "http://localhost:5173"
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
CHROMIUM = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """Where this run keeps configurations and logs. `E2E_KEEP=1` leaves it there."""
    path = Path(tempfile.mkdtemp(prefix="postern-e2e-"))
    yield path
    if os.environ.get("E2E_KEEP"):
        print(f"kept: {path}")
    else:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(home: Path) -> Authority:
    """A certificate authority that nobody else knows."""
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


class Gateways:
    """Starts gateways, and when they are done with, looks for secrets in their logs and databases."""

    def __init__(self, home: Path, provider: Provider, postgres: Postgres, canary: Canary):
        self._home, self._provider, self._postgres, self._canary = home, provider, postgres, canary
        self._started: list[Gateway] = []

    def prepare(self, upstream: str, /, *, database: Database | None = None, sqlite: bool = False,
                public_port: int | None = None, env: dict[str, str] | None = None,
                provider: Provider | None = None, ext_authz: bool = False, authority: Authority | None = None,
                pod: Pod | None = None, **sections) -> Gateway:
        """A gateway that is configured and not started. On a fresh PostgreSQL database unless told otherwise."""
        if not sqlite and database is None:
            database = self._postgres.database()
        gateway = Gateway(self._home, settings(provider or self._provider, upstream, **sections), self._canary,
                          database=database, public_port=public_port, env=env, ext_authz=ext_authz,
                          authority=authority, pod=pod)
        self._started.append(gateway)
        return gateway

    def start(self, upstream: str, /, **options) -> Gateway:
        """A gateway that runs and is ready."""
        return self.prepare(upstream, **options).start()

    def replica(self, of: Gateway) -> Gateway:
        gateway = of.replica()
        self._started.append(gateway)
        return gateway

    def finish(self) -> None:
        """Stops them all; fails when one wrote down a secret, panicked, or left one readable in its database."""
        findings = []
        for gateway in self._started:
            if hasattr(gateway, "process"):
                gateway.stop()
                log = gateway.logged()
                findings += [f"log of {gateway.log.name}: {leak}" for leak in self._canary.leaks(log)]
                findings += [f"log of {gateway.log.name}: panic" for _ in [0] if "panicked at" in log]
        for database in {id(g.database): g.database for g in self._started if g.database}.values():
            findings += [f"database {database.name}: {leak}" for leak in self._canary.leaks(database.dump())]
            database.drop()
        self._started.clear()
        assert not findings, "\n".join(findings)


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
    """Makes people: `people(gateway)` is somebody new who has an account at the provider and was never here."""
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
