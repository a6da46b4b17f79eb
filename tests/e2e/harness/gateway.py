"""Runs the gateway under test."""

import base64
import copy
import os
import re
import secrets
import signal
import subprocess
from pathlib import Path

from . import ports, raw, toml
from .authority import Authority
from .canary import Canary
from .pod import Pod
from .postgres import Database
from .processes import Process, clean_environment
from .provider import Provider


def program() -> Path:
    """The gateway's binary: `POSTERN_BIN`."""
    path = Path(os.environ.get("POSTERN_BIN", ""))
    assert path.is_file(), "set POSTERN_BIN to the gateway's binary"
    return path


def master_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def settings(provider: Provider, upstream: str, /, **sections: dict | list | str) -> dict:
    """A configuration for tests: anyone may sign in, the NetPilot profile is on, rate limits are off. `sections` are merged
    over it, table by table."""
    base = {
        "google": {"issuer": provider.issuer, "client_id": provider.client_id,
                   "client_secret": provider.client_secret},
        "access": {"anyone": True},
        "keys": {"master": master_key()},
        "session": {"revocation_bound": "2s"},
        "second_factor": {"policy": "required", "issuer": "NetPilot"},
        "upstream": [{"name": "app", "url": upstream}],
        "route": [{"path": "/health_simple", "access": "public", "upstream": "app"}],
        "legacy": {"profile": "netpilot", "frontend_url": "http://localhost:5173", "second_factor": "dashboard",
                   "flask_session": False},
        "store": {"url": "sqlite"},
        "cors": {"origins": ["http://localhost:5173"]},
        "limits": {"requests_per_address": "off"},
        "log": {"level": "debug", "format": "json"},
    }
    config = merged(base, sections)
    if {"flask_secret_key", "flask_secret_key_file"} & config["legacy"].keys():
        config["legacy"]["flask_session"] = True
    if config["store"].keys() & {"url_file"}:
        config["store"].pop("url", None)
    return config


def merged(base: dict, over: dict) -> dict:
    result = copy.deepcopy(base)
    for key, value in over.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and isinstance(result.get(key), dict) \
            else copy.deepcopy(value)
    return result


class Gateway:
    """A running gateway. `public_port` differs from its own behind a proxy or another replica. With an
    `authority` it serves TLS with a certificate from it; with a `pod` it runs there. Its public address is `localhost`, unless
    `origin` names another."""

    def __init__(self, home: Path, config: dict, canary: Canary, *, database: Database | None = None,
                 public_port: int | None = None, env: dict[str, str] | None = None, name: str = "gateway",
                 ext_authz: bool = False, authority: Authority | None = None,
                 pod: Pod | None = None, origin: str | None = None):
        self.port, self.management = ports.free(), ports.free()
        self.ext_authz = ports.free() if ext_authz else None
        self.public_port = public_port or self.port
        self.authority, self.pod = authority, pod
        self.origin = origin or f"{'https' if authority else 'http'}://localhost:{self.public_port}"
        self.database, self.canary, self._home, self._env, self._name = database, canary, home, env, name
        self.state_dir = home / f"{name}-{self.port}"
        self.state_dir.mkdir(mode=0o700)
        # Requests from outside a pod come to its address, so loopback is not enough.
        host = "0.0.0.0" if pod else "127.0.0.1"
        own = {
            "public_url": self.origin,
            "state_dir": str(self.state_dir),
            "listen": {"address": f"{host}:{self.port}", "management": f"{host}:{self.management}",
                       "ext_authz": f"127.0.0.1:{self.ext_authz}" if ext_authz else None},
        }
        if authority:
            certificate, key = authority.issue("localhost")
            own["listen"]["tls"] = {"certificate": str(certificate), "key": str(key)}
        if database:
            own["store"] = {"url": database.url}
        self.config = merged(config, own)
        self.config_file = home / f"{name}-{self.port}.toml"
        self.config_file.write_text(toml.dumps(self.config))
        self.config_file.chmod(0o600)
        self.log = home / f"{name}-{self.port}.log"
        canary.saw("master key", self.config["keys"].get("master"))
        canary.saw("client secret", self.config["google"].get("client_secret"))
        canary.saw("Flask key", self.config.get("legacy", {}).get("flask_secret_key"))
        canary.saw("Fernet key", self.config.get("legacy", {}).get("totp_encryption_key"))

    def start(self, wait: bool = True, under: tuple[str, ...] = ()) -> "Gateway":
        """Starts it, with the command `under` before its own, and waits until it is ready."""
        prefix = self.pod.prefix if self.pod else []
        command = [*prefix, *under, program(), "serve", "--config", self.config_file]
        self.process = Process(self._name, command, self.log, env=self._env)
        if wait:
            self.process.wait_until(self.ready)
        return self

    def ready(self) -> bool:
        return self.manage("/readyz") == 200

    def manage(self, path: str) -> int | None:
        """The status of a management page; `None` if nothing listens."""
        try:
            return raw.request(self.management, "GET", path, [("Host", "localhost")], timeout=5).status
        except OSError:
            return None

    def metrics(self) -> str:
        return raw.request(self.management, "GET", "/metrics", [("Host", "localhost")]).text

    def reconfigure(self, text: str | None = None, **sections) -> None:
        """Replaces the configuration file by a rename, as editors and Kubernetes do: with `sections` merged over the initial
        one, or with `text`."""
        fresh = self.config_file.with_suffix(".new")
        fresh.write_text(toml.dumps(merged(self.config, sections)) if text is None else text)
        fresh.chmod(0o600)
        fresh.replace(self.config_file)

    def hang_up(self) -> None:
        """Sends SIGHUP."""
        os.kill(self.process.pid, signal.SIGHUP)

    def reloads(self, result: str = "applied") -> int:
        """The number of reloads with this result."""
        found = re.search(rf'postern_config_reloads_total{{result="{result}"}} (\d+)', self.metrics())
        return int(found[1]) if found else 0

    def replica(self) -> "Gateway":
        """Another process with the same public address, keys and database."""
        own = ("public_url", "state_dir", "listen", "store")
        config = {key: value for key, value in self.config.items() if key not in own}
        return Gateway(self._home, config, self.canary, database=self.database, public_port=self.public_port,
                       env=self._env, name=f"{self._name}-replica").start()

    def command(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        """Runs another subcommand with the same configuration."""
        return run(*arguments, "--config", str(self.config_file), env={**(self._env or {}), **(env or {})})

    def stop(self) -> int:
        return self.process.stop()

    def logged(self) -> str:
        return self.log.read_text(errors="replace")


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """Runs the gateway's program to its end."""
    return subprocess.run([program(), *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=clean_environment(env))
