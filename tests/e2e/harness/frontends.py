"""Proxies with the files of `deploy/`, exactly as shipped but for the values an operator changes."""

import os
import re
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


NGINX_TLS = """    listen 443 ssl http2;
    listen [::]:443 ssl http2;
    ssl_certificate     /etc/letsencrypt/live/netpilot.example.com/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/netpilot.example.com/privkey.pem;
"""


class Nginx:
    """nginx in front of a gateway and an upstream. `tls` is a certificate and its key; without, it speaks HTTP, as behind a
    load balancer that terminates TLS. `changes` are further marked values."""

    name = "nginx"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, tls: tuple[Path, Path] | None = None, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port, self.plain_port = port or ports.free(), ports.free()
        self.origin = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._home, self._hosts = home / f"nginx-{self.port}", hosts
        self._home.mkdir()
        shipped = DEPLOY / "nginx"
        shutil.copytree(shipped / "snippets", self._home / "snippets")
        changes = dict(changes or {})
        for snippet in (self._home / "snippets").iterdir():
            text = snippet.read_text()
            own = {old: changes.pop(old) for old in list(changes) if old in text}
            snippet.write_text(replaced(text, own))
        common = {old: new for old, new in changes.items() if old in (shipped / "postern.conf").read_text()}
        (self._home / "postern.conf").write_text(replaced((shipped / "postern.conf").read_text(), {
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}", **common}))
        (self._home / "site.conf").write_text(self._site((shipped / "site.conf").read_text(), upstream_port, tls, {
            **({"# include snippets/postern-netpilot.conf": "include snippets/postern-netpilot.conf"} if netpilot else {}),
            **{old: new for old, new in changes.items() if old not in common}}))
        temporary = "".join(f"{kind}_temp_path {self._home}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.log, self.access_log = self._home / "error.log", self._home / "access.log"
        (self._home / "nginx.conf").write_text(
            f"daemon off;\n{AS_ROOT}worker_processes 1;\npid {self._home}/pid;\nevents {{}}\nhttp {{\n{temporary}"
            f"access_log off;\ninclude {self._home}/postern.conf;\ninclude {self._home}/site.conf;\n}}\n")
        command = ["nginx", "-c", self._home / "nginx.conf", "-e", self.log]
        self.process = Process("nginx", command, self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()

    def _site(self, text: str, upstream_port: int, tls: tuple[Path, Path] | None, changes: dict[str, str]) -> str:
        """The shipped site with the values of this test; its addresses are those of loopback."""
        text = replaced(text, {"127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
                               "/var/log/nginx/netpilot.access.log": f"{self._home}/access.log", **changes})
        if tls:
            text = replaced(text, {
                "/etc/letsencrypt/live/netpilot.example.com/fullchain.pem": str(tls[0]),
                "/etc/letsencrypt/live/netpilot.example.com/privkey.pem": str(tls[1]),
                "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;"})
        else:
            before, redirect, after = text.partition("# Browsers that come by http are sent to https.\n")
            assert redirect
            after = after[after.index("server {", after.index("server {") + 1):]
            text = replaced(before + after, {NGINX_TLS: f"    listen 127.0.0.1:{self.port};\n",
                                             "listen 443 ssl http2;\n": "\n", "listen 80;": f"listen 127.0.0.1:{self.port};"})
        lines = [line for line in text.splitlines() if not line.strip().startswith("listen [::]:")]
        return replaced("\n".join(lines) + "\n", {"server_name netpilot.example.com": " ".join(["server_name localhost", *self._hosts])})


def traefik_hosts(*hosts: str) -> str:
    """A rule for any of these hosts."""
    rule = " || ".join(f"Host(`{host}`)" for host in hosts)
    return rule if len(hosts) == 1 else f"({rule})"


class Traefik:
    """Traefik in front of a gateway and an upstream."""

    name = "traefik"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"traefik-{self.port}"
        self._home.mkdir()
        shipped, changes, check = (DEPLOY / "traefik" / "dynamic.yml").read_text(), changes or {}, ports.free()
        own = {old: new for old, new in changes.items() if old in shipped}
        if netpilot:
            start = shipped.index("    # netpilot:\n")
            end = shipped.index("\n\n", start)
            shipped = shipped[:start] + shipped[start:end].replace("    # ", "    ") + shipped[end:]
        dynamic = self._home / "dynamic.yml"
        dynamic.write_text(replaced(shipped, {
            **own, "127.0.0.1:8080": f"127.0.0.1:{gateway_port}", "127.0.0.1:8079": f"127.0.0.1:{check}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "Host(`netpilot.example.com`)": traefik_hosts("localhost", *hosts)}))
        static = self._home / "traefik.yml"
        static.write_text(replaced((DEPLOY / "traefik" / "traefik.yml").read_text(), {
            **{old: new for old, new in changes.items() if old not in own},
            '":80"': f'"127.0.0.1:{self.port}"', "127.0.0.1:8079": f"127.0.0.1:{check}",
            "/etc/traefik/dynamic.yml": str(dynamic)}))
        self.log = self.access_log = self._home / "traefik.log"
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

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"caddy-{self.port}"
        self._home.mkdir()
        config = self._home / "Caddyfile"
        profile = {"# @netpilot ": "@netpilot ", "# import postern-pages @netpilot": "import postern-pages @netpilot"}
        config.write_text(replaced((DEPLOY / "caddy" / "Caddyfile").read_text(), {
            **(profile if netpilot else {}), **(changes or {}),
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "\nnetpilot.example.com {": "\n" + ", ".join([self.origin, *(f"http://{host}:{self.port}" for host in hosts)]) + " {",
            "\nhttp:// {": f"\nhttp://:{self.port} {{",
            # Several run at once here, and all listen on loopback alone.
            "\tpersist_config off\n": "\tpersist_config off\n\tadmin off\n\tdefault_bind 127.0.0.1\n"}))
        self.log = self.access_log = self._home / "caddy.log"
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

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"envoy-{self.port}"
        self._home.mkdir()
        shipped = (DEPLOY / "envoy" / self.file).read_text()
        if netpilot:
            shipped = re.sub(r"^( +)# (- match: { safe_regex: { regex: \"/login|  route: \*gateway|  typed_per_filter_config: \*)",
                             r"\1\2", shipped, flags=re.M)
        config = self._home / "envoy.yaml"
        config.write_text(replaced(shipped, {
            **(changes or {}),
            "address: 127.0.0.1, port_value: 8080": f"address: 127.0.0.1, port_value: {gateway_port}",
            "address: 127.0.0.1, port_value: 5000": f"address: 127.0.0.1, port_value: {upstream_port}",
            "address: 0.0.0.0, port_value: 80 }": f"address: 127.0.0.1, port_value: {self.port} }}",
            '"netpilot.example.com"': ", ".join(f'"{host}:{self.port}"' for host in ("localhost", *hosts))}))
        self.log = self.access_log = self._home / "envoy.log"
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

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *, grpc_port: int,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        super().__init__(home, gateway_port, upstream_port, port, netpilot=netpilot, hosts=hosts, changes={
            **(changes or {}), "address: 127.0.0.1, port_value: 9191": f"address: 127.0.0.1, port_value: {grpc_port}"})


class HaProxy:
    """HAProxy in front of a gateway and an upstream, over HTTP as behind a load balancer that terminates TLS."""

    name = "haproxy"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"haproxy-{self.port}"
        self._home.mkdir()
        lua, changes = (DEPLOY / "haproxy" / "postern.lua").read_text(), dict(changes or {})
        (self._home / "postern.lua").write_text(replaced(lua, {old: changes.pop(old) for old in list(changes) if old in lua}))
        config = self._home / "haproxy.cfg"
        rights = {} if os.geteuid() == 0 else {
            "    user haproxy\n": "", "    group haproxy\n": "", "    chroot /var/lib/haproxy\n": ""}
        config.write_text(replaced((DEPLOY / "haproxy" / "haproxy.cfg").read_text(), {
            **rights, **({"# acl postern": "acl postern"} if netpilot else {}), **(changes or {}),
            "127.0.0.1:8080": f"127.0.0.1:{gateway_port}",
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
            "/etc/haproxy/postern.lua": str(self._home / "postern.lua"),
            "    bind :443 ssl crt /etc/haproxy/netpilot.example.com.pem alpn h2,http/1.1\n": "",
            "    http-request redirect scheme https code 308 unless { var(txn.scheme) -m str https }\n": "",
            "bind :80": f"bind 127.0.0.1:{self.port}",
            "-i netpilot.example.com": " ".join(["-i", *(f"{host}:{self.port}" for host in ("localhost", *hosts))])}))
        self.log = self.access_log = self._home / "haproxy.log"
        self.process = Process("haproxy", [program("haproxy"), "-db", "-f", config], self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()


APACHE_MODULES = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "remoteip")


class Apache:
    """Apache in front of a gateway in proxy mode; the gateway forwards to the upstream."""

    name = "apache"

    def __init__(self, home: Path, gateway_port: int, upstream_port: int, port: int | None = None, *,
                 netpilot: bool = True, changes: dict[str, str] | None = None, hosts: tuple[str, ...] = ()):
        self.port = port or ports.free()
        self.origin = f"http://localhost:{self.port}"
        self._home = home / f"apache-{self.port}"
        self._home.mkdir()
        site = self._home / "postern.conf"
        site.write_text(replaced((DEPLOY / "apache" / "postern.conf").read_text(), {
            **(changes or {}), "${APACHE_LOG_DIR}/netpilot.access.log": f"{self._home}/access.log",
            "http://127.0.0.1:8080/": f"http://127.0.0.1:{gateway_port}/",
            "<VirtualHost *:80>": f"<VirtualHost 127.0.0.1:{self.port}>",
            **({"# ServerAlias other.example.com": " ".join(["ServerAlias", *hosts])} if hosts else {}),
            "ServerName netpilot.example.com": "ServerName localhost"}))
        self.log, self.access_log = self._home / "error.log", self._home / "access.log"
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
