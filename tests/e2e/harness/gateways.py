"""Gateways of a test, searched for secrets at the end."""

from pathlib import Path

from .authority import Authority
from .canary import Canary
from .gateway import Gateway, settings
from .pod import Pod
from .postgres import Database, Postgres
from .provider import Provider


class Gateways:
    """Starts gateways; at the end searches their logs and databases for secrets."""

    def __init__(self, home: Path, provider: Provider, postgres: Postgres, canary: Canary):
        self._home, self._provider, self._postgres, self._canary = home, provider, postgres, canary
        self._started: list[Gateway] = []

    def prepare(self, upstream: str, /, *, database: Database | None = None, sqlite: bool = False,
                public_port: int | None = None, env: dict[str, str] | None = None,
                provider: Provider | None = None, ext_authz: bool = False, authority: Authority | None = None,
                pod: Pod | None = None, origin: str | None = None, **sections) -> Gateway:
        """A configured gateway, not started. On a new PostgreSQL database by default."""
        if not sqlite and database is None:
            database = self._postgres.database()
        gateway = Gateway(self._home, settings(provider or self._provider, upstream, **sections), self._canary,
                          database=database, public_port=public_port, env=env, ext_authz=ext_authz,
                          authority=authority, pod=pod, origin=origin)
        self._started.append(gateway)
        return gateway

    def start(self, upstream: str, /, **options) -> Gateway:
        """A running gateway that is ready."""
        return self.prepare(upstream, **options).start()

    def replica(self, of: Gateway) -> Gateway:
        gateway = of.replica()
        self._started.append(gateway)
        return gateway

    def finish(self) -> None:
        """Stops them all; fails if one logged a secret, panicked, or left a secret readable in its database."""
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
