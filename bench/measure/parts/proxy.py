"""A 1 KiB response through the full check, against the best bare proxy and proxies without or with a check."""

from ..bench import Bench
from ..load import Load
from ..peers import AUTH_REQUEST, PROXY_PASS, haproxy, nginx
from ..rounds import Setup, paired
from ..section import REQUEST_COLUMNS, Goal, Section, request_rows

TEXT = """
A 1 KiB response of an upstream, through the gateway as a reverse proxy with the full check, by a full session. The bare hyper proxy finds the session
in a map, adds the same identity headers, and has an upstream connection for every client connection. CPU time is that of the proxy and of the service
that it asks.
"""


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("proxy", upstream=upstream)
    gateway.start()
    headers = gateway.identity(token, gateway.home / "headers.json")
    load = Load("/api/devices?page=2", gateway.browser_headers(token))
    bare_program, bare_port = bench.bare("proxy", gateway, headers, upstream)
    check_program, check_port = bench.bare("check", gateway, headers)

    def through_nginx(server: str, **upstreams: int):
        program, port = nginx(bench.home, server, upstreams)
        return bench.keep(program).answers(port, load.path, (200,), load.headers), port

    plain, plain_port = through_nginx(PROXY_PASS, app=upstream)
    asking, asking_port = through_nginx(AUTH_REQUEST, app=upstream, auth=gateway.port)
    bare_asking, bare_asking_port = through_nginx(AUTH_REQUEST, app=upstream, auth=check_port)
    other, other_port = haproxy(bench.home, upstream)
    bench.keep(other).answers(other_port, load.path, (200,), load.headers)

    bare = Setup("bare hyper proxy", bare_port, [bare_program], load)
    postern = Setup("Postern, full check", gateway.port, [gateway.program], load)
    nginx_plain = Setup("nginx `proxy_pass`, no check", plain_port, [plain], load)
    nginx_asking = Setup("nginx `auth_request` → Postern", asking_port, [asking, gateway.program], load)
    nginx_bare = Setup("nginx `auth_request` → bare check", bare_asking_port, [bare_asking, check_program], load)
    setups = [bare, postern, nginx_plain, Setup("HAProxy, no check", other_port, [other], load), nginx_bare, nginx_asking]
    bench.interleave(setups)
    return Section("A proxied request", TEXT, REQUEST_COLUMNS, request_rows(setups), [
        Goal.at_most("CPU of a proxied request, to the best bare proxy's", paired(postern, bare, "us"), 1.15),
        Goal.at_most("the same, to nginx without a check", paired(postern, nginx_plain, "us"), 1.1),
        Goal.at_most("the same, to nginx with `auth_request` to a bare check", paired(postern, nginx_bare, "us"), 0.5),
    ])
