"""A PostgreSQL server with a gateway's sessions in it, and its counters."""

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from .gateway import Gateway
from .processes import LOAD_CORE, Failed, Program, free_port

#: Seconds after which an idle server process has added its counters to the statistics, with room to spare.
COUNTED_AFTER = 3


def binary(name: str) -> Path:
    """A program of the newest installed PostgreSQL, which Debian keeps out of the search path."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = installed[-1] if installed else shutil.which(name)
    if not found:
        raise Failed(f"{name} is missing: install the package postgresql")
    return Path(found)


class Postgres:
    """A server with one database, at the server's default settings."""

    def __init__(self, home: Path):
        self.port, data = free_port(), home / "data"
        # The server refuses to run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.user:
            home.parent.chmod(0o755)
            shutil.chown(home, "postgres", "postgres")
        subprocess.run([*self.user, binary("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"], check=True,
                       capture_output=True, cwd=home)
        command = [*self.user, binary("postgres"), "-D", data, "-p", self.port, "-k", home, "-c", "listen_addresses=127.0.0.1"]
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.program = Program(command, home.parent / "postgres.log", LOAD_CORE)
        self.stop = self.program.stop
        self._wait()

    def sql(self, text: str) -> str:
        """Runs statements; returns the rows, with | between columns."""
        done = subprocess.run([binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", self.url], input=text, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"psql: {done.stderr}")
        return done.stdout.strip()

    def counters(self) -> dict[str, int]:
        """Updated rows of sessions, and transactions, since the server started. Takes one transaction itself."""
        time.sleep(COUNTED_AFTER)
        row = self.sql("SELECT n_tup_upd, (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) "
                       "FROM pg_stat_user_tables WHERE schemaname = 'postern' AND relname = 'sessions'")
        updates, commits = map(int, row.split("|"))
        return {"updates": updates, "commits": commits}

    def _wait(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self.sql("SELECT 1")
                return
            except Failed:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


def write_sessions(gateway: Gateway, postgres: Postgres, count: int) -> list[str]:
    """Writes as many users with a verified second factor and a session each; returns the tokens."""
    subprocess.run([gateway.bins / "postern", "migrate", "--config", gateway.config], check=True, capture_output=True)
    uuid = lambda kind, number: f"{kind:08x}-0000-4000-8000-{number:012x}"
    tokens = [secrets.token_bytes(32) for _ in range(count)]
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    rows = {
        "users (id, google_id, email, full_name, is_active)":
            [(uuid(1, n), n, f"ada{n}@example.com", "Ada Lovelace", "t") for n in range(count)],
        "user_2fa_settings (id, user_id, is_enabled, totp_secret, backup_codes)":
            [(uuid(2, n), uuid(1, n), "t", "pst.unused", "{}") for n in range(count)],
        "postern.sessions (id, user_id, token, version, first_factor_at, second_factor, second_factor_at, second_factor_id, last_seen_at)":
            [(uuid(3, n), uuid(1, n), f"\\\\x{hashlib.sha256(token).hexdigest()}", 1, now, "totp", now, uuid(2, n), now)
             for n, token in enumerate(tokens)],
    }
    for table, lines in rows.items():
        postgres.sql(f"COPY {table} FROM STDIN;\n" + "".join("\t".join(map(str, line)) + "\n" for line in lines) + "\\.\n")
    written = [base64.urlsafe_b64encode(token).rstrip(b"=").decode() for token in tokens]
    gateway.tokens.write_text("\n".join(written) + "\n")
    return written
