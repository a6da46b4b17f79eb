"""Large bodies, both ways: throughput against the bare proxy, and memory meanwhile."""

import http.client
from dataclasses import replace

from ..bench import Bench
from ..load import HERE, Load
from ..peers import PROXY_PASS, nginx
from ..processes import forget_peak, memory_mib
from ..rounds import Setup, paired
from ..section import Goal, Section

TEXT = """
Bodies of 1 MiB and 100 MiB from the upstream and to it, over 4 connections. The load generator and the upstream copy every byte too, on one
core together, so the CPU time per MiB tells more than the throughput. Peak RSS is the highest of all rounds; growth is from before the first byte.
"""
COLUMNS = ["bodies", "set-up", "MiB/s (median)", "spread", "throughput ratio", "µs/MiB", "CPU ratio", "peak RSS MiB", "growth MiB"]
MIB = 2**20
#: Four bodies of 400 MiB in all are under way: a proxy below this bound buffers none of them.
FLAT_MIB = 10
STREAMING = PROXY_PASS.replace("{ ", """{ proxy_buffering off; proxy_request_buffering off;
    proxy_buffer_size 256k; proxy_buffers 4 256k; proxy_busy_buffers_size 512k; client_body_buffer_size 256k; """, 1)


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("bodies", upstream=upstream)
    gateway.start()
    headers = gateway.identity(token, gateway.home / "headers.json")
    bare_program, bare_port = bench.bare("proxy", gateway, headers, upstream)
    nginx_program, nginx_port = nginx(bench.home, STREAMING, {"app": upstream})
    bench.keep(nginx_program).answers(nginx_port)
    servers = [("bare hyper proxy", bare_program, bare_port), ("Postern, full check", gateway.program, gateway.port),
               ("nginx, unbuffered, no check", nginx_program, nginx_port)]

    base = Load("/", gateway.browser_headers(token))
    section = Section("Large bodies", TEXT, COLUMNS)
    peaks = {}
    for size, connections in ((1, 4), (100, 4)):
        down = replace(base, path=f"/bytes/{size * MIB}", connections=connections)
        up = replace(base, path="/upload", connections=connections, script=HERE / "upload.lua", arguments=(size * MIB,))
        for direction, load in (("down", down), ("up", up)):
            count = (lambda: received(upstream)) if load is up else None
            setups = [Setup(name, port, [program], load, bytes=count) for name, program, port in servers]
            for setup in setups:
                forget_peak(setup.programs)
            before = [memory_mib(setup.programs) for setup in setups]
            bench.interleave(setups, max(3, bench.seconds), min(bench.rounds, 3))
            grown = [memory_mib(setup.programs, "VmHWM") - memory for setup, memory in zip(setups, before)]
            peaks[size] = max(peaks.get(size, 0.0), memory_mib([gateway.program], "VmHWM"))
            section.rows += [row(f"{size} MiB {direction}", setup, setups[0], more) for setup, more in zip(setups, grown)]
            section.goals.append(Goal.at_least(f"throughput of {size} MiB bodies {direction}, to the bare proxy's",
                                               paired(setups[1], setups[0], "mib"), 0.95))
    section.goals.append(Goal.at_most("more memory with 100 MiB bodies than with 1 MiB", max(0.0, peaks[100] - peaks[1]), FLAT_MIB, "MiB"))
    return section


def row(bodies: str, setup: Setup, base: Setup, grown: float) -> list[str]:
    return [bodies, setup.name, f"{setup.median('mib'):.0f}", "{:.0f}–{:.0f}".format(*setup.spread("mib")),
            f"{paired(setup, base, 'mib'):.2f}", f"{setup.median('us_per_mib'):.0f}", f"{paired(setup, base, 'us_per_mib'):.2f}",
            f"{memory_mib(setup.programs, 'VmHWM'):.1f}", f"{grown:.1f}"]


def received(upstream: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=10)
    connection.request("GET", "/received")
    return int(connection.getresponse().read())
