"""The ways to stand in front of a backend, with the same face to the scenarios: the gateway as reverse proxy, and the
gateway as the check of each of the proxies that `deploy/` has files for."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import ports, raw
from .frontends import FRONTS, EnvoyGrpc, Front
from .gateway import Gateway
from .person import SCRIPT, Person
from .recorder import Recorder

KINDS = ("proxy", *FRONTS)
# These run everything; the others a part of what is the same for all (the matrix of methods).
THOROUGH = ("proxy", "nginx", "traefik")

# Every name of every dialect of identity headers (design, contract 5.3).
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
        """Where browsers connect."""
        return self.front.port

    def person(self, **options) -> Person:
        """Somebody new, not signed in."""
        return self.newcomer(self.gateway, port=self.port, **options)

    def signed_in(self, **options) -> Person:
        """Somebody with the first factor only."""
        person = self.person(**options)
        person.sign_in()
        return person

    def verified(self, **options) -> Person:
        """Somebody with both factors."""
        person = self.signed_in(**options)
        person.enrol()
        return person

    def ask(self, method: str, target: str, headers=(), body: bytes | None = None) -> raw.Answer:
        """A stranger's request, as a script would make it."""
        return raw.request(self.port, method, target, [("Host", self.host), *SCRIPT, *headers], body)

    def stop(self) -> None:
        if self.front is not self.gateway:
            self.front.stop()


def build(kind: str, home, recorder: Recorder, gateways, newcomer: Callable[..., Person], **sections) -> Chain:
    """Starts a chain of this kind. The gateway stops with `gateways`."""
    if kind == "proxy":
        gateway = gateways.start(recorder.url, **sections)
        return Chain(kind, gateway, recorder, gateway, newcomer)
    port = ports.free()
    gateway = gateways.start(recorder.url, public_port=port, trusted_proxies=["127.0.0.1/32"],
                             ext_authz=kind == EnvoyGrpc.name, **sections)
    options = {"grpc_port": gateway.ext_authz} if kind == EnvoyGrpc.name else {}
    front = FRONTS[kind](home, gateway.port, recorder.port, port, **options)
    return Chain(kind, gateway, recorder, front, newcomer)
