"""A forward-auth check of a cached session, against a bare server with the same response."""

from ..bench import Bench
from ..peers import RETURN_204, nginx
from ..rounds import paired
from ..section import REQUEST_COLUMNS, Goal, Section, request_rows

TEXT = """
A forward-auth check (`/postern/auth/traefik`) of a session that is in the cache: identity headers and a signed assertion. Divided by
a bare hyper server that parses the cookie, hashes the token, looks it up in a map and sends the same status and headers.
"""


def run(bench: Bench) -> Section:
    gateway, (token,) = bench.gateway("check")
    gateway.start()
    headers = gateway.identity(token, gateway.home / "headers.json")
    bare_program, bare_port = bench.bare("check", gateway, headers)
    nginx_program, nginx_port = nginx(bench.home, RETURN_204, {})
    bench.keep(nginx_program).answers(nginx_port)
    bare = bench.check_setup("bare hyper check", gateway, token, bare_port, bare_program)
    postern = bench.check_setup("Postern check", gateway, token)
    plain = bench.check_setup("nginx `return 204`", gateway, token, nginx_port, nginx_program)
    setups = [bare, postern, plain]
    bench.interleave(setups)
    return Section("A check", TEXT, REQUEST_COLUMNS, request_rows(setups), [
        Goal.at_most("CPU of a check, to a bare server's", paired(postern, bare, "us"), 1.1),
        Goal.at_most("p99 of a check, to a bare server's", paired(postern, bare, "p99"), 1.3),
    ])
