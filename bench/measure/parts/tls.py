"""A proxied request over TLS, by HTTP/1.1, by HTTP/2 and with a handshake for each, against nginx without a check."""

from ..bench import Bench
from ..certificate import Certificate
from ..peers import PROXY_PASS, nginx
from ..rounds import Setup, paired
from ..section import Goal, Section
from ..tls_load import Handshakes, KeptConnections

TEXT = """
The proxied request of the part above (1 KiB, full check) over TLS, beside nginx `proxy_pass` without a check; the same ECDSA P-256 certificate, TLS 1.3, no
session resumption. *HTTP/1.1*: 32 kept connections. *HTTP/2*: 16 kept connections with 8 streams each. *Handshakes*: a connection, a full handshake and one
HTTP/1.1 request each. Kept connections are loaded by h2load, handshakes by `postern-bench handshakes`. CPU ratios are to nginx in the same rows.
"""
COLUMNS = ["load", "set-up", "µs/req (median)", "spread", "CPU ratio", "req/s", "RSS MiB"]
BOUND = 0.9
PATH = "/api/devices?page=2"


def run(bench: Bench) -> Section:
    upstream, certificate = bench.upstream(), Certificate.make(bench.home)
    gateway, (token,) = bench.gateway("tls", upstream=upstream, listen=certificate.listen(), scheme="https")
    gateway.start()
    program, port = nginx(bench.home, PROXY_PASS, {"app": upstream}, certificate)
    bench.keep(program).answers(port)
    headers = gateway.browser_headers(token)
    section = Section("TLS and HTTP/2", TEXT, COLUMNS)
    for name, load in (
        ("HTTP/1.1", KeptConnections(PATH, headers, connections=32)),
        ("HTTP/2", KeptConnections(PATH, headers, connections=16, streams=8, http2=True)),
        ("handshakes", Handshakes(PATH, headers, certificate, bench.bins, bench.home)),
    ):
        plain = Setup("nginx `proxy_pass`, no check", port, [program], load)
        postern = Setup("Postern, full check", gateway.port, [gateway.program], load)
        bench.interleave([plain, postern])
        section.rows += [row(name, setup, plain) for setup in (plain, postern)]
        section.goals.append(Goal.at_most(f"CPU over TLS, {name}, to nginx without a check", paired(postern, plain, "us"), BOUND))
    return section


def row(load: str, setup: Setup, base: Setup) -> list[str]:
    return [load, setup.name, f"{setup.median('us'):.2f}", "{:.2f}–{:.2f}".format(*setup.spread("us")), f"{paired(setup, base, 'us'):.2f}",
            f"{setup.median('rate'):,.0f}".replace(",", " "), f"{setup.memory_mib:.1f}"]
