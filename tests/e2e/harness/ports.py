"""Free ports below the range of outgoing connections, so that none is taken meanwhile."""

import os
import random
import socket

#: Processes of one run (`run -n 2`) have ranges of their own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 3
_next = 20_000 + 4_000 * _worker + random.randrange(1_000)


def free() -> int:
    """A free port of 127.0.0.1 that this process has not returned before."""
    global _next
    while True:
        _next += 1
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", _next))
            except OSError:
                continue
        return _next
