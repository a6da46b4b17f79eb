"""Proxies with the files of `deploy/`, exactly as shipped but for the values an operator changes."""

import os
import shutil
import sys
from pathlib import Path
from typing import Protocol

from . import ports, raw
from .processes import Process, listens

REPOSITORY = Path(__file__).resolve().parents[3]
DEPLOY = REPOSITORY / "deploy"
# nginx that root starts gives its rights away, to somebody who may not write where the tests keep things.
AS_ROOT = "user root;\n" if os.geteuid() == 0 else ""


def replaced(text: str, changes: dict[str, str]) -> str:
    """Makes the changes; each must have something to change, so that a test never runs on a stale file."""
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in the shipped file any more"
        text = text.replace(old, new)
    return text


def program(name: str) -> str | Path:
    """Where a program is: installed, or one of the pinned Python packages."""
    return shutil.which(name) or Path(sys.executable).parent / name


class Front(Protocol):
    """A proxy that runs."""

    name: str
    port: int
    origin: str

    def stop(self) -> None: ...


class Nginx:
    """nginx in front of a gateway and an upstream."""

    name = "nginx"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"nginx-{self.port}"
        self._home.mkdir()
        shutil.copytree(DEPLOY / "nginx" / "snippets", self._home / "snippets")
        shipped = DEPLOY / "nginx"
        (self._home / "postern.conf").write_text(replaced((shipped / "postern.conf").read_text(), {
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}"}))
        (self._home / "site.conf").write_text(replaced((shipped / "site.conf").read_text(), {
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "listen 80": f"listen 127.0.0.1:{self.port}",
            "https://netpilot.example.com": self.origin,
            "server_name netpilot.example.com": "server_name localhost",
            "# include snippets/postern-netpilot.conf": "include snippets/postern-netpilot.conf"}))
        temporary = "".join(f"{kind}_temp_path {self._home}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.log = self._home / "error.log"
        (self._home / "nginx.conf").write_text(
            f"daemon off;\n{AS_ROOT}worker_processes 1;\npid {self._home}/pid;\nevents {{}}\nhttp {{\n{temporary}"
            f"access_log off;\ninclude {self._home}/postern.conf;\ninclude {self._home}/site.conf;\n}}\n")
        command = ["nginx", "-c", self._home / "nginx.conf", "-e", self.log]
        self.process = Process("nginx", command, self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


class Traefik:
    """Traefik in front of a gateway and an upstream."""

    name = "traefik"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"traefik-{self.port}"
        self._home.mkdir()
        dynamic = self._home / "dynamic.yml"
        dynamic.write_text(replaced((DEPLOY / "traefik" / "dynamic.yml").read_text(), {
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "netpilot.example.com": "localhost"}))
        static = self._home / "traefik.yml"
        static.write_text(replaced((DEPLOY / "traefik" / "traefik.yml").read_text(), {
            '":80"': f'"127.0.0.1:{self.port}"',
            "/etc/traefik/dynamic.yml": str(dynamic)}))
        self.log = self._home / "traefik.log"
        self.process = Process("traefik", [program("traefik"), f"--configFile={static}"], self.log)
        self.process.wait_until(self._routes)

    def stop(self) -> None:
        self.process.stop()

    def _routes(self) -> bool:
        """It listens before it has read its routes, and answers 404 to everything until then."""
        if not listens(self.port):
            return False
        host = [("Host", f"localhost:{self.port}")]
        return raw.request(self.port, "GET", "/postern/assets/", host).body != b"404 page not found\n"


class Caddy:
    """Caddy in front of a gateway and an upstream."""

    name = "caddy"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"caddy-{self.port}"
        self._home.mkdir()
        config = self._home / "Caddyfile"
        config.write_text(replaced((DEPLOY / "caddy" / "Caddyfile").read_text(), {
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "\nnetpilot.example.com {": f"\n{self.origin} {{",
            "\nhttp:// {": f"\nhttp://:{self.port} {{",
            "\tadmin off\n": "\tadmin off\n\tdefault_bind 127.0.0.1\n"}))
        self.log = self._home / "caddy.log"
        command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", config]
        folders = {"XDG_DATA_HOME": str(self._home), "XDG_CONFIG_HOME": str(self._home)}
        self.process = Process("caddy", command, self.log, env=folders)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


class Envoy:
    """Envoy in front of a gateway and an upstream."""

    name = "envoy"
    file = "envoy.yaml"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None,
                 changes: dict[str, str] | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"envoy-{self.port}"
        self._home.mkdir()
        config = self._home / "envoy.yaml"
        config.write_text(replaced((DEPLOY / "envoy" / self.file).read_text(), {
            **(changes or {}),
            "address: 127.0.0.1, port_value: 8080": f"address: 127.0.0.1, port_value: {gateway_port}",
            "address: 127.0.0.1, port_value: 5000": f"address: 127.0.0.1, port_value: {upstream_port}",
            "address: 0.0.0.0, port_value: 80 }": f"address: 127.0.0.1, port_value: {self.port} }}",
            '"netpilot.example.com"': f'"localhost:{self.port}"'}))
        self.log = self._home / "envoy.log"
        command = [program("envoy"), "--config-path", config, "--disable-hot-restart", "--concurrency", "1",
                   "--log-level", "warning"]
        self.process = Process("envoy", command, self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


class EnvoyGrpc(Envoy):
    """Envoy that asks over gRPC. The gateway listens for that at `grpc_port`."""

    name = "envoy-grpc"
    file = "envoy-grpc.yaml"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *, grpc_port: int):
        super().__init__(home, gateway_port, upstream_port, port, {
            "address: 127.0.0.1, port_value: 9191": f"address: 127.0.0.1, port_value: {grpc_port}"})


class HaProxy:
    """HAProxy in front of a gateway and an upstream."""

    name = "haproxy"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"haproxy-{self.port}"
        self._home.mkdir()
        shutil.copy(DEPLOY / "haproxy" / "postern.lua", self._home)
        config = self._home / "haproxy.cfg"
        config.write_text(replaced((DEPLOY / "haproxy" / "haproxy.cfg").read_text(), {
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "/etc/haproxy/postern.lua": str(self._home / "postern.lua"),
            "bind :80": f"bind 127.0.0.1:{self.port}",
            "-i netpilot.example.com": f"-i localhost:{self.port}"}))
        self.log = self._home / "haproxy.log"
        self.process = Process("haproxy", [program("haproxy"), "-db", "-f", config], self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


APACHE_MODULES = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http")


class Apache:
    """Apache in front of a gateway in proxy mode; the gateway forwards to the upstream."""

    name = "apache"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"apache-{self.port}"
        self._home.mkdir()
        site = self._home / "postern.conf"
        site.write_text(replaced((DEPLOY / "apache" / "postern.conf").read_text(), {
            "http://127.0.0.1:8080/": f"http://127.0.0.1:{gateway_port}/",
            "<VirtualHost *:80>": f"<VirtualHost 127.0.0.1:{self.port}>",
            "ServerName netpilot.example.com": "ServerName localhost"}))
        self.log = self._home / "error.log"
        modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                          for name in APACHE_MODULES)
        owner = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        main = self._home / "apache2.conf"
        main.write_text(f"{modules}{owner}ServerRoot {self._home}\nDefaultRuntimeDir {self._home}\n"
                        f"PidFile {self._home}/pid\nErrorLog {self.log}\nListen 127.0.0.1:{self.port}\n"
                        f"ServerName localhost\nStartServers 1\nInclude {site}\n")
        command = [program("apache2"), "-f", main, "-DFOREGROUND"]
        self.process = Process("apache", command, self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


# Those that ask the gateway over HTTP and forward by themselves, and those in front of a gateway that forwards.
ASKING = {front.name: front for front in (Nginx, Traefik, Caddy, Envoy, HaProxy)}
FRONTS = {**ASKING, EnvoyGrpc.name: EnvoyGrpc, Apache.name: Apache}
