"""Allocations of a request."""

import json
import subprocess

from ..bench import Bench
from ..gateway import CHECK
from ..load import raw_request
from ..processes import SERVER_CORE, Failed, free_port
from ..section import Goal, Section

TEXT = """
`postern-bench-allocations` runs the gateway inside itself under a counting allocator, and sends the same request 20 000 times over one connection, from
a client that allocates nothing. Everything from socket to socket is counted: runtime, HTTP, gateway. The bare servers show
the share of the runtime and hyper.
"""
COLUMNS = ["request", "allocations", "reallocations", "bytes"]


def run(bench: Bench) -> Section:
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("alloc", upstream=upstream)
    headers = gateway.start().identity(token, gateway.home / "headers.json")
    gateway.stop()
    bare = lambda kind, *more: ["--bare", kind, "--headers", headers, "--tokens", gateway.tokens, *more]
    asked, proxied = (CHECK, gateway.check_headers(token)), ("/api/devices?page=2", gateway.browser_headers(token))
    posterns = ["--", "serve", "--config", gateway.config]
    found = {
        "bare hyper check": count(bench, free_port(), asked, bare("check")),
        "Postern check": count(bench, gateway.port, asked, posterns),
        "bare hyper proxy, 1 KiB": count(bench, free_port(), proxied, bare("proxy", "--upstream", upstream)),
        "Postern, full check, 1 KiB": count(bench, gateway.port, proxied, posterns),
    }
    rows = [[name, f"{each['allocations']:.2f}", f"{each['reallocations']:.2f}", f"{each['bytes']:.0f}"] for name, each in found.items()]
    per_check = found["Postern check"]["allocations"] + found["Postern check"]["reallocations"]
    return Section("Allocations", TEXT, COLUMNS, rows, [Goal("allocations of a check", "< 10", f"{per_check:.2f}", per_check < 10)])


def count(bench: Bench, port: int, question: tuple[str, dict], arguments: list) -> dict:
    path, headers = question
    request = bench.home / "request"
    request.write_bytes(raw_request(path, {"Host": f"127.0.0.1:{port}"} | headers))
    command = ["taskset", "-c", SERVER_CORE, bench.bins / "postern-bench-allocations", "--port", port, "--request", request]
    ended = subprocess.run(list(map(str, [*command, *arguments])), capture_output=True, text=True, timeout=120)
    if ended.returncode:
        raise Failed(f"postern-bench-allocations: {ended.stderr}")
    return json.loads(ended.stdout.splitlines()[-1])
