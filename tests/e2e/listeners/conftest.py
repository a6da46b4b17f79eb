"""Load balancers that forward connections, with the files of `deploy/`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import ports
from harness.frontends import AS_ROOT, DEPLOY, program, replaced
from harness.processes import Process, listens


def haproxy(home: Path, port: int, gateway_port: int, send: str) -> Process:
    """HAProxy that sends this version of the header."""
    config = home / "tcp.cfg"
    config.write_text(replaced((DEPLOY / "haproxy" / "tcp.cfg").read_text(), {
        "bind :443": f"bind 127.0.0.1:{port}",
        "server postern 127.0.0.1:8443 send-proxy-v2": f"server postern 127.0.0.1:{gateway_port} {send}"}))
    return Process("haproxy", [program("haproxy"), "-db", "-f", config], home / "haproxy.log")


def nginx(home: Path, port: int, gateway_port: int) -> Process:
    stream = home / "stream.conf"
    stream.write_text(replaced((DEPLOY / "nginx" / "stream.conf").read_text(), {
        "listen 443": f"listen 127.0.0.1:{port}",
        "server 127.0.0.1:8443": f"server 127.0.0.1:{gateway_port}"}))
    log = home / "nginx.log"
    config = home / "nginx.conf"
    config.write_text(
        f"load_module /usr/lib/nginx/modules/ngx_stream_module.so;\ndaemon off;\n{AS_ROOT}worker_processes 1;\n"
        f"pid {home}/pid;\nerror_log {log};\nevents {{}}\ninclude {stream};\n")
    return Process("nginx", ["nginx", "-c", config, "-e", log], log)


BALANCERS: dict[str, Callable[[Path, int, int], Process]] = {
    "haproxy v1": lambda home, port, gateway: haproxy(home, port, gateway, "send-proxy"),
    "haproxy v2": lambda home, port, gateway: haproxy(home, port, gateway, "send-proxy-v2"),
    "nginx": nginx,
}


@pytest.fixture(params=BALANCERS)
def balanced(request, tmp_path, recorder, gateways) -> Iterator[Callable]:
    """`balanced(**sections)` is a gateway behind a load balancer that listens on its `public_port`."""
    started = []

    def start(**sections):
        port = ports.free()
        listen = {"proxy_protocol": ["127.0.0.1"], **sections.pop("listen", {})}
        gateway = gateways.start(recorder.url, sqlite=True, public_port=port, listen=listen, **sections)
        process = BALANCERS[request.param](tmp_path, port, gateway.port)
        started.append(process)
        process.wait_until(lambda: listens(port))
        return gateway

    yield start
    for process in started:
        process.stop()
