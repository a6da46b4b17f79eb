"""A PostgreSQL server for the test run, with a database for each test."""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg

from . import ports
from .processes import Process, clean_environment


def binary(name: str) -> Path:
    """The program of the newest installed PostgreSQL; Debian keeps the server's out of the search path."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = installed[-1] if installed else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name}: install the package postgresql")
    return Path(found)


def memory() -> str | None:
    """A folder in memory, if there are 4 GiB to spare: every test makes a database of 300 files."""
    shared = Path("/dev/shm")
    return str(shared) if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= 4 * 2**30 else None


class Database:
    """One database: its URL, and SQL as an administrator would type it."""

    def __init__(self, server: "Postgres", name: str):
        self.server, self.name = server, name
        self.url = f"postgres://postgres@127.0.0.1:{server.port}/{name}"

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Runs one statement in its own transaction; returns its rows."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def script(self, text: str) -> None:
        """Runs several statements."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(text)

    def drop(self) -> None:
        """Removes it, also while clients are connected."""
        Database(self.server, "postgres").sql(f"DROP DATABASE {self.name} WITH (FORCE)")

    def dump(self) -> str:
        """Everything in it, as `pg_dump` writes it."""
        done = subprocess.run([binary("pg_dump"), "--inserts", self.url], capture_output=True, check=True,
                              env=clean_environment())
        return done.stdout.decode()


class Postgres:
    """The server."""

    def __init__(self, logs: Path):
        self.port = ports.free()
        self._log = logs / "postgres.log"
        self._home = Path(tempfile.mkdtemp(prefix="postern-e2e-pg-", dir=memory()))
        data = self._home / "data"
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres", "postgres")
        else:
            as_postgres = []
        subprocess.run([*as_postgres, binary("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync",
                        "--encoding=UTF8", "--locale=C.UTF-8"], check=True, capture_output=True, cwd=self._home,
                       env=clean_environment())
        self._command = [binary("postgres"), "-D", data, "-p", str(self.port), "-k", self._home,
                         "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "synchronous_commit=off",
                         "-c", "full_page_writes=off", "-c", "max_wal_size=256MB", "-c", "max_connections=200"]
        self.start()

    def start(self) -> None:
        """Starts it, at first or again after `stop`."""
        self._process = Process("postgres", self._command, self._log, user="postgres", cwd=self._home,
                                stop_signal=signal.SIGINT)
        self._process.wait_until(self._answers)

    def stop(self) -> None:
        """Stops it as a failing database machine would, data kept."""
        self._process.stop()

    def close(self) -> None:
        """Ends it without writing its data."""
        self._process.stop(signal.SIGQUIT)
        shutil.rmtree(self._home, ignore_errors=True)

    def database(self, script: str = "") -> Database:
        """A fresh database in which `script` has run."""
        name = f"e2e_{uuid.uuid4().hex[:12]}"
        Database(self, "postgres").sql(f"CREATE DATABASE {name}")
        database = Database(self, name)
        if script:
            database.script(script)
        return database

    def _answers(self) -> bool:
        try:
            Database(self, "postgres").sql("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True
