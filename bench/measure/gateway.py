"""The gateway under measurement, with sessions in its store."""

import base64
import contextlib
import hashlib
import http.client
import json
import secrets
import sqlite3
import subprocess
import time
from pathlib import Path

from .processes import SERVER_CORE, Failed, Program, free_port

COOKIE = "postern"


class Gateway:
    """A Postern with its own state. Call `sessions` before `start`."""

    def __init__(self, bins: Path, home: Path, upstream: int = 1, extra: str = "", top: str = "",
                 listen: str = "", scheme: str = "http"):
        home.mkdir(exist_ok=True)
        self.bins, self.home, self.port, self.management = bins, home, free_port(), free_port()
        self.cookie = f"__Host-{COOKIE}" if scheme == "https" else COOKIE
        self.config = home / "postern.toml"
        self.config.write_text(CONFIG.format(
            scheme=scheme, port=self.port, management=self.management, folder=home, upstream=upstream, extra=extra, top=top, listen=listen,
            secret=secrets.token_hex(24), master=base64.b64encode(secrets.token_bytes(32)).decode()))
        self.database, self.tokens, self.program = home / "postern.sqlite3", home / "tokens", None

    def sessions(self, count: int) -> list[str]:
        """Writes `count` users with a verified second factor and a session each, as the gateway would; returns the tokens."""
        subprocess.run([self.bins / "postern", "migrate", "--config", self.config], check=True, capture_output=True)
        tokens = write_sessions(self.database, count)
        self.tokens.write_text("\n".join(tokens) + "\n")
        return tokens

    def start(self, cores: str = SERVER_CORE, workers: int = 1, wait: bool = True) -> "Gateway":
        self.program = Program([self.bins / "postern", "serve", "--config", self.config], self.home / "log", cores,
                               {"TOKIO_WORKER_THREADS": str(workers)})
        if wait:
            self.program.answers(self.management, "/readyz", (200,))
        return self

    def stop(self) -> None:
        if self.program:
            self.program.stop()

    def check_headers(self, token: str | None) -> dict:
        """The headers of a check by Traefik."""
        cookie = {"Cookie": f"theme=dark; {self.cookie}={token}"} if token else {}
        return cookie | {
            "X-Forwarded-Method": "GET",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": f"localhost:{self.port}",
            "X-Forwarded-Uri": "/api/devices?page=2",
            "X-Forwarded-For": "192.0.2.7",
        }

    def browser_headers(self, token: str | None) -> dict:
        """The headers of a script of the application."""
        cookie = {"Cookie": f"theme=dark; {self.cookie}={token}"} if token else {}
        return cookie | {
            "Host": f"localhost:{self.port}",
            "Accept": "application/json",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        }

    def identity(self, token: str, file: Path) -> Path:
        """Captures the identity headers of a check, for the bare servers. Fails unless the session passes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", CHECK, headers=self.check_headers(token))
        answer = connection.getresponse()
        if answer.status != 200 or not answer.getheader("X-Auth-Assertion"):
            raise Failed(f"the check answered {answer.status}: {answer.read()[:300]!r}")
        own = ("date", "content-length", "connection")
        file.write_text(json.dumps([pair for pair in answer.getheaders() if pair[0].lower() not in own]))
        return file

    def counter(self, name: str) -> float:
        """A counter of /metrics."""
        connection = http.client.HTTPConnection("127.0.0.1", self.management, timeout=5)
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))


CHECK = "/postern/auth/traefik"


def write_sessions(database: Path, count: int) -> list[str]:
    """Writes the rows in one transaction, with ascending ids: random ones would be scattered over the index."""
    now = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime())
    uuid = lambda kind, number: f"{kind:08x}-0000-4000-8000-{number:012x}"
    tokens = [secrets.token_bytes(32) for _ in range(count)]
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as db, db:
        db.execute("PRAGMA synchronous = off")
        db.executemany(
            "INSERT INTO users (id, google_id, email, full_name, is_active) VALUES (?, ?, ?, 'Ada Lovelace', 1)",
            ((uuid(1, n), str(n), f"ada{n}@example.com") for n in range(count)))
        db.executemany(
            "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, backup_codes) VALUES (?, ?, 1, 'pst.unused', '[]')",
            ((uuid(2, n), uuid(1, n)) for n in range(count)))
        db.executemany(
            "INSERT INTO postern_sessions (id, user_id, token, version, first_factor_at, second_factor, second_factor_at,"
            " second_factor_id, last_seen_at)"
            f" VALUES (?, ?, ?, 1, '{now}', 'totp', '{now}', ?, '{now}')",
            ((uuid(3, n), uuid(1, n), hashlib.sha256(token).digest(), uuid(2, n)) for n, token in enumerate(tokens)))
    return [base64.urlsafe_b64encode(token).rstrip(b"=").decode() for token in tokens]


CONFIG = """
public_url = "{scheme}://localhost:{port}"
state_dir = "{folder}"
trusted_proxies = ["127.0.0.1/32"]
{top}
[listen]
address = "127.0.0.1:{port}"
management = "127.0.0.1:{management}"
{listen}
[google]
issuer = "http://localhost:1"
client_id = "bench"
client_secret = "{secret}"
[access]
anyone = true
[keys]
master = "{master}"
[[upstream]]
name = "bench"
url = "http://127.0.0.1:{upstream}"
[log]
level = "warn"
{extra}
"""
