"""Other proxies: without a check, with a check by the gateway, or with one of their own."""

from dataclasses import replace
from functools import partial

from ..apache import apache
from ..bench import Bench
from ..gateway import Gateway
from ..load import Load
from ..processes import NotInstalled
from ..rounds import Setup
from ..section import REQUEST_COLUMNS, Section, request_rows
from ..wheels import caddy, envoy, traefik

TEXT = """
The same 1 KiB answer through other proxies: without a check, and with a check of every request by the gateway (Apache checks by itself, with
mod_auth_openidc and sessions in shared memory). Each has one core. Ratios are to Postern as the proxy, in the same rounds.
"""


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("peers", upstream=upstream)
    gateway.start()
    load = Load("/api/devices?page=2", gateway.browser_headers(token))
    setups = [Setup("Postern, full check", gateway.port, [gateway.program], load)]

    missing = []
    for add in (apaches, *(partial(asking, *peer) for peer in ASKING)):
        try:
            setups += add(bench, gateway, upstream, load)
        except NotInstalled as problem:
            missing.append(str(problem))
            bench.say(str(problem))
    bench.interleave(setups, rounds=min(bench.rounds, 3))
    text = TEXT + "".join(f"\nLeft out: {what}." for what in missing)
    return Section("Other proxies", text, REQUEST_COLUMNS, request_rows(setups))


def apaches(bench: Bench, gateway: Gateway, upstream: int, load: Load) -> list[Setup]:
    program, port, cookie = apache(bench.home, upstream, load.path)
    bench.keep(program)
    its_own = replace(load, headers=load.headers | {"Cookie": f"theme=dark; {cookie}"})
    program.answers(port, load.path, (200,), its_own.headers)
    return [Setup("Apache, mod_auth_openidc", port, [program], its_own)]


#: Name, how to start it, and its name for a check.
ASKING = (("Envoy", envoy, "`ext_authz`"), ("Caddy", caddy, "`forward_auth`"), ("Traefik", traefik, "`forwardAuth`"))


def asking(name: str, start, asks: str, bench: Bench, gateway: Gateway, upstream: int, load: Load) -> list[Setup]:
    setups = []
    for auth in (None, gateway.port):
        program, port = start(bench.home, upstream, auth)
        bench.keep(program).answers(port, load.path, (200,), load.headers)
        counted = [program, gateway.program] if auth else [program]
        setups.append(Setup(f"{name} {asks} → Postern" if auth else f"{name}, no check", port, counted, load))
    return setups
