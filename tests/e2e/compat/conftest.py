"""Proxies with the documented snippets of other gateways, in front of Postern."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness import ports, raw
from harness.frontends import AS_ROOT, program
from harness.person import NAVIGATION, SCRIPT, Person
from harness.processes import Process, listens
from harness.recorder import Recorder
from harness.raw import Answer

SNIPPETS = Path(__file__).parent / "snippets"
OAUTH2 = {"user": "x-auth-request-user", "email": "x-auth-request-email"}
AUTHELIA = {"user": "remote-user", "email": "remote-email"}


@dataclass(frozen=True)
class Snippet:
    """A documented snippet: its file, the headers that it copies, the endpoint, and the gateway's configuration."""

    proxy: str
    file: str
    names: dict[str, str]
    endpoint: str = ""
    target: str | None = None
    # Scripts get 401 here; elsewhere the snippet redirects them.
    scripts: str | None = "/page"
    # Routes may demand more than `full`.
    public: bool = True
    forwards: bool = True


SNIPPETS_BY_NAME = {
    "oauth2-nginx": Snippet("nginx", "oauth2-nginx.conf", {"user": "x-user", "email": "x-email"}, target="strict",
                            scripts="/api/page", public=False),
    "oauth2-traefik-errors": Snippet("traefik", "oauth2-traefik-errors.yml", OAUTH2, target="forwarded", scripts=None),
    "oauth2-traefik-static": Snippet("traefik", "oauth2-traefik-static.yml", OAUTH2, target="forwarded",
                                     forwards=False),
    "oauth2-traefik-strict": Snippet("traefik", "oauth2-traefik-static.yml", OAUTH2, target="strict", public=False,
                                     forwards=False),
    "authelia-nginx": Snippet("nginx", "authelia-nginx.conf", AUTHELIA, "/api/authz/auth-request", scripts=None),
    "authelia-nginx-legacy": Snippet("nginx", "authelia-nginx.conf", AUTHELIA, "/api/verify", scripts=None),
    "authelia-traefik": Snippet("traefik", "authelia-traefik.yml", AUTHELIA, "/api/authz/forward-auth"),
    "authelia-traefik-legacy": Snippet("traefik", "authelia-traefik.yml", AUTHELIA,
                                       "/api/verify?rd=https%3A%2F%2Fauth.example.com%2F"),
    "authelia-caddy": Snippet("caddy", "authelia.Caddyfile", AUTHELIA, "/api/authz/forward-auth"),
    "authelia-envoy": Snippet("envoy", "authelia-envoy.yaml", AUTHELIA),
}

# Snippets that cannot work, and of which docs/moving.md says so: `address` names a host that Traefik itself serves.
REFUSED = {f"oauth2-traefik-address-{target}": Snippet("traefik", "oauth2-traefik-address.yml", OAUTH2, target=target)
           for target in ("strict", "forwarded")}


class Moved:
    """A proxy with such a snippet, the gateway, and the recorder as upstream."""

    def __init__(self, name: str, home: Path, recorder: Recorder, gateways, people, *, strict_names: bool = False, **sections):
        # Whether Traefik has the setting that docs/moving.md names.
        self._strict_names = strict_names
        self.name, self.snippet, self.recorder, self._people = name, {**SNIPPETS_BY_NAME, **REFUSED}[name], recorder, people
        self.port = ports.free()
        compat = {"oauth2_proxy": True, "oauth2_proxy_target": self.snippet.target, "authelia": True} \
            if self.snippet.target else {"authelia": True}
        options = {"public_port": self.port, "trusted_proxies": ["127.0.0.1/32"], "compat": compat,
                   "route": [{"path": "/health_simple", "access": "public"}]}
        if not self.snippet.forwards:
            options["upstream"] = []
        self.gateway = gateways.start(recorder.url, **{**options, **sections})
        self._home = home / f"{name}-{self.port}"
        self._home.mkdir()
        self._start()

    @property
    def origin(self) -> str:
        return self.gateway.origin

    def person(self, **options) -> Person:
        return self._people(self.gateway, port=self.port, **options)

    def signed_in(self) -> Person:
        person = self.person()
        person.sign_in()
        return person

    def verified(self, **options) -> Person:
        person = self.person(**options)
        person.sign_in()
        person.enrol()
        return person

    def open(self, person: Person, target: str) -> Answer:
        """Opens a page and follows redirects within the proxy's addresses."""
        answer = person.navigate(target)
        for _ in range(4):
            path = urlsplit(answer.location).path if answer.status in (302, 303) else ""
            if not path.startswith("/oauth2/"):
                break
            answer = person.navigate(answer.location.removeprefix(self.origin))
        return answer

    def ask(self, target: str, headers=(), style=SCRIPT) -> Answer:
        host = urlsplit(self.origin).netloc
        return raw.request(self.port, "GET", target, [("Host", host), *style, *headers])

    def stop(self) -> None:
        self._process.stop()

    def _start(self) -> None:
        text = (SNIPPETS / self.snippet.file).read_text()
        for mark, value in [("@PORT@", self.port), ("@GATEWAY@", self.gateway.port),
                            ("@UPSTREAM@", self.recorder.port), ("@ENDPOINT@", self.snippet.endpoint)]:
            text = text.replace(mark, str(value))
        site = self._home / self.snippet.file
        log = self._home / "log"
        env = None
        if self.snippet.proxy == "nginx":
            folders = "".join(f"{kind}_temp_path {self._home}/{kind};\n"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            site.write_text(f"daemon off;\n{AS_ROOT}worker_processes 1;\npid {self._home}/pid;\nevents {{}}\n"
                            f"http {{\n{folders}access_log off;\n{text}}}\n")
            command = ["nginx", "-c", site, "-e", log]
        elif self.snippet.proxy == "traefik":
            site.write_text(text)
            static = self._home / "traefik.yml"
            names = "    http:\n      aliasHeadersStrategy: delete\n" if self._strict_names else ""
            static.write_text(f'entryPoints:\n  web:\n    address: "127.0.0.1:{self.port}"\n{names}'
                              f"providers:\n  file:\n    filename: {site}\n"
                              "global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n")
            command = [program("traefik"), f"--configFile={static}"]
        elif self.snippet.proxy == "caddy":
            site.write_text(text)
            command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", site]
            env = {"XDG_DATA_HOME": str(self._home), "XDG_CONFIG_HOME": str(self._home)}
        else:
            site.write_text(text)
            command = [program("envoy"), "--config-path", site, "--disable-hot-restart", "--concurrency", "1",
                       "--log-level", "warning"]
        self._process = Process(self.name, command, log, env=env)
        self._process.wait_until(self._serves)

    def _serves(self) -> bool:
        """Traefik listens before it has read its routes."""
        return listens(self.port) and self.ask("/postern/assets/", style=NAVIGATION).body != b"404 page not found\n"


@pytest.fixture(scope="module", params=SNIPPETS_BY_NAME)
def moved(request, home, shared_recorder, module_gateways, people) -> Iterator[Moved]:
    part = Moved(request.param, home, shared_recorder, module_gateways, people)
    shared_recorder.clear()
    yield part
    part.stop()


@pytest.fixture
def move(home, recorder, gateways, people) -> Iterator:
    """Creates one with other settings."""
    parts: list[Moved] = []

    def make(name: str, **sections) -> Moved:
        parts.append(Moved(name, home, recorder, gateways, people, **sections))
        return parts[-1]

    yield make
    for part in parts:
        part.stop()
