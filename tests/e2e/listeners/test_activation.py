"""Sockets from systemd, passed by its own tool."""

import shutil
from pathlib import Path

import pytest

from harness import raw, toml
from harness.frontends import DEPLOY
from harness.gateway import program
from harness.processes import Process, listens

SHIPPED = (DEPLOY / "systemd" / "postern.socket").read_text()


def activated(gateway, tmp_path: Path, name: str) -> Process:
    """Passes the gateway's address under this name; the program starts at the first connection."""
    gateway.config["listen"]["address"] = "systemd:postern"
    gateway.config_file.write_text(toml.dumps(gateway.config))
    command = ["systemd-socket-activate", f"--listen=127.0.0.1:{gateway.port}", f"--fdname={name}",
               program(), "serve", "--config", gateway.config_file]
    return Process("systemd-socket-activate", command, tmp_path / "activated.log")


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd is not installed")
class TestActivation:
    def test_the_first_connection_starts_it_and_is_served(self, recorder, gateways, tmp_path):
        gateway = gateways.prepare(recorder.url, sqlite=True)
        name = next(line.partition("=")[2] for line in SHIPPED.splitlines() if line.startswith("FileDescriptorName="))
        process = activated(gateway, tmp_path, name)
        try:
            process.wait_until(lambda: "Listening on" in process.log_tail())
            host = [("Host", f"localhost:{gateway.port}")]
            assert raw.request(gateway.port, "GET", "/postern/jwks.json", host, timeout=60).status == 200
            assert gateway.ready()
        finally:
            assert process.stop() == 0

    def test_a_socket_of_another_name_is_told_of(self, recorder, gateways, tmp_path):
        gateway = gateways.prepare(recorder.url, sqlite=True)
        process = activated(gateway, tmp_path, "other")
        try:
            process.wait_until(lambda: "Listening on" in process.log_tail())
            assert listens(gateway.port)
            process.wait_until(lambda: not process.running())
        finally:
            assert process.stop() == 6
        assert "named other" in process.log_tail() and "FileDescriptorName=postern" in process.log_tail()
