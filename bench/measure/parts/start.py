"""The time from start to ready."""

import contextlib
import http.client
import statistics
import time

from ..bench import Bench
from ..gateway import Gateway
from ..processes import Failed
from ..section import Goal, Section

TEXT = """
From starting the process to the first 200 of `/readyz`, on one core, with the embedded store: a new one (schema and keys are created), and the one of the
previous start.
"""
TIMES = 7


def run(bench: Bench) -> Section:
    gateway = Gateway(bench.bins, bench.folder("start"))
    new, again = [], []
    for _ in range(TIMES):
        for state in gateway.home.glob("postern.sqlite3*"):
            state.unlink()
        new.append(start(gateway))
        again.append(start(gateway))
    row = lambda name, times: [name, f"{statistics.median(times):.0f}", f"{min(times):.0f}–{max(times):.0f}"]
    return Section("Start", TEXT, ["store", "ms to ready (median)", "spread"], [row("new", new), row("found", again)], [
        Goal.at_most("start to ready, new store", statistics.median(new), 100, "ms"),
        Goal.at_most("start to ready, store found", statistics.median(again), 100, "ms"),
    ])


def start(gateway: Gateway) -> float:
    begun = time.monotonic()
    gateway.start(wait=False)
    try:
        while time.monotonic() < begun + 10:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", gateway.management, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return (time.monotonic() - begun) * 1000
            time.sleep(0.001)
        raise Failed(f"the gateway does not get ready: {gateway.program.tail()}")
    finally:
        gateway.stop()
