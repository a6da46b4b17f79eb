"""Fewer file descriptors than the configuration needs: management answers, and nothing fails for want of one."""

import json
import socket
import subprocess

from harness import raw
from harness.gateway import program

LIMIT = ("prlimit", "--nofile=256:256")
CLIENTS = 400


def test_management_and_other_clients_are_served_when_descriptors_run_short(shared_recorder, gateways):
    route = [{"path": "/public/*", "access": "public"}]
    gateway = gateways.prepare(shared_recorder.url, sqlite=True, route=route, limits={"connections_per_address": "off"})
    gateway.start(under=LIMIT)
    silent = []
    for _ in range(CLIENTS):
        client = socket.socket()
        # Those that are not accepted wait in the system's queue, or for a place in it.
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", gateway.port))
        silent.append(client)
    assert gateway.manage("/healthz") == 200
    assert gateway.manage("/readyz") == 200
    assert "postern_connections" in gateway.metrics()
    for client in silent:
        client.close()
    host = gateway.origin.removeprefix("http://")
    assert raw.request(gateway.port, "GET", "/public/x", [("Host", host)]).status == 200
    log = gateway.logged()
    assert "accept failed" not in log
    assert "file descriptors: listen.max_connections" in log


def test_check_says_whether_descriptors_are_enough(shared_recorder, gateways):
    for connections, enough in [(1000, False), (50, True)]:
        upstream = [{"name": "app", "url": shared_recorder.url, "max_connections": connections}]
        gateway = gateways.prepare(shared_recorder.url, sqlite=True, upstream=upstream,
                                   listen={"max_connections": connections})
        command = [*LIMIT, program(), "check", "--json", "--config", gateway.config_file]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        finding, = (finding for finding in told["reachability"] if finding["what"] == "file descriptors")
        assert finding["ok"] is enough, finding
        assert ("LimitNOFILE" in finding["detail"]) is not enough, finding
