"""The deployments in front of a backend, with one interface: the gateway as reverse proxy, and as the check of each proxy
in `deploy/`."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import ports, raw
from .frontends import FRONTS, EnvoyGrpc, Front
from .gateway import Gateway
from .person import SCRIPT, Person
from .recorder import Recorder

KINDS = ("proxy", *FRONTS)
# These run the whole method matrix; the others a part.
THOROUGH = ("proxy", "nginx", "traefik")

# Every name of every dialect of identity headers.
IDENTITY = ("X-Auth-User", "X-Auth-Email", "X-Auth-Name", "X-Auth-Groups", "X-Auth-Methods", "X-Auth-Time",
            "X-Auth-Assertion", "Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "X-Forwarded-User",
            "X-Forwarded-Email", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups",
            "X-Auth-Request-Preferred-Username")


@dataclass
class Chain:
    """A front, the gateway, and the recorder as upstream."""

    kind: str
    gateway: Gateway
    recorder: Recorder
    front: Gateway | Front
    newcomer: Callable[..., Person]

    @property
    def origin(self) -> str:
        return self.gateway.origin

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def port(self) -> int:
        """The port that browsers connect to."""
        return self.front.port

    def person(self, **options) -> Person:
        """A new person, not signed in."""
        return self.newcomer(self.gateway, port=self.port, **options)

    def signed_in(self, **options) -> Person:
        """A person with the first factor only."""
        person = self.person(**options)
        person.sign_in()
        return person

    def verified(self, **options) -> Person:
        """A person with both factors."""
        person = self.signed_in(**options)
        person.enrol()
        return person

    def ask(self, method: str, target: str, headers=(), body: bytes | None = None) -> raw.Answer:
        """A script's request without a session."""
        return raw.request(self.port, method, target, [("Host", self.host), *SCRIPT, *headers], body)

    def stop(self) -> None:
        if self.front is not self.gateway:
            self.front.stop()


def build(kind: str, home, recorder: Recorder, gateways, newcomer: Callable[..., Person], *,
          hosts: tuple[str, ...] = (), changes: dict[str, str] | None = None, port: int | None = None, **sections) -> Chain:
    """Starts a chain of this kind. `gateways` stops its gateway. A front serves the names `hosts` as well, and has these
    `changes`."""
    if kind == "proxy":
        gateway = gateways.start(recorder.url, **sections)
        return Chain(kind, gateway, recorder, gateway, newcomer)
    port = port or ports.free()
    gateway = gateways.start(recorder.url, public_port=port, trusted_proxies=["127.0.0.1/32"],
                             ext_authz=kind == EnvoyGrpc.name, **sections)
    options = {"grpc_port": gateway.ext_authz} if kind == EnvoyGrpc.name else {}
    options |= {"hosts": hosts} if hosts else {}
    options |= {"changes": changes} if changes else {}
    front = FRONTS[kind](home, gateway.port, recorder.port, port, **options)
    return Chain(kind, gateway, recorder, front, newcomer)
