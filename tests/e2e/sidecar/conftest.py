"""A pod with a backend and the gateway beside it."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import tomllib
import yaml

from harness.frontends import DEPLOY
from harness.gateway import Gateway
from harness.peer import Peer
from harness.person import Person
from harness.pod import NotPermitted, Pod
from harness.postgres import Database

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def manifests() -> list[dict]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))


@pytest.fixture(scope="session")
def shipped(manifests) -> dict:
    """The configuration that the manifests mount."""
    return tomllib.loads(manifests[0]["data"]["postern.toml"])


@pytest.fixture
def pod() -> Iterator[Pod]:
    try:
        made = Pod(next(_numbers))
    except NotPermitted as why:
        pytest.skip(f"networks cannot be made here: {why}")
    yield made
    made.close()


@dataclass
class Sidecar:
    """A pod with its two containers, and a person with a full session who connects through a service."""

    pod: Pod
    gateway: Gateway
    backend: Peer
    person: Person
    logs: Path


@pytest.fixture
def sidecar(pod, home, postgres, provider, gateways, people, shipped) -> Iterator[Callable[..., Sidecar]]:
    """`sidecar()` starts the pod: listeners and upstream are those of the shipped configuration, but for the ports."""
    backends = []

    def start(database: Database | None = None, **sections) -> Sidecar:
        backend = Peer(home, pod=pod)
        backends.append(backend)
        assert urlsplit(shipped["upstream"][0]["url"]).hostname == urlsplit(backend.url).hostname == "127.0.0.1"
        database = database or postgres.database()
        gateway = gateways.prepare(backend.url, database=database, pod=pod, **sections)
        assert {shipped["listen"][name].rpartition(":")[0] for name in ("address", "management")} == {"0.0.0.0"}
        for port in (provider.port, database.server.port):
            pod.lends(port)
        for port in (gateway.port, gateway.management):
            pod.publishes(port)
        gateway.start()
        person = people(gateway)
        person.sign_in()
        person.enrol()
        return Sidecar(pod, gateway, backend, person, home)

    yield start
    for backend in backends:
        backend.stop()
