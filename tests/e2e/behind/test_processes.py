"""What the proxies' own processes do with the shipped files: rights, and a new configuration without a restart."""

import os
import subprocess
from pathlib import Path

import pytest

from harness import ports, raw
from harness.frontends import DEPLOY, program, replaced
from harness.person import SCRIPT
from harness.processes import Process, listens


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give away")
def test_haproxy_gives_its_rights_away(stage):
    part = stage("haproxy")
    assert part.ask().status == 200
    status = Path(f"/proc/{part.front.process.pid}/status").read_text()
    children = Path(f"/proc/{part.front.process.pid}/task/{part.front.process.pid}/children").read_text().split()
    for text in [status, *(Path(f"/proc/{child}/status").read_text() for child in children)]:
        user = next(line for line in text.splitlines() if line.startswith("Uid:")).split()[1]
        assert user != "0", text
    assert os.readlink(f"/proc/{part.front.process.pid}/root") == "/var/lib/haproxy"


def test_caddy_takes_a_new_configuration_while_it_runs(tmp_path):
    """`systemctl reload caddy` asks its admin endpoint, which the shipped file leaves on."""
    port, admin = ports.free(), ports.free()
    shipped = replaced((DEPLOY / "caddy" / "Caddyfile").read_text(), {
        "\tpersist_config off\n": f"\tpersist_config off\n\tadmin 127.0.0.1:{admin}\n\tdefault_bind 127.0.0.1\n",
        "\nnetpilot.example.com {": f"\nhttp://localhost:{port} {{", "\nhttp:// {": f"\nhttp://:{port} {{"})
    assert "admin off" not in (DEPLOY / "caddy" / "Caddyfile").read_text()
    file = tmp_path / "Caddyfile"
    file.write_text(shipped)
    env = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    process = Process("caddy", [program("caddy"), "run", "--adapter", "caddyfile", "--config", file], tmp_path / "log", env=env)
    try:
        process.wait_until(lambda: listens(port))
        host = [("Host", f"localhost:{port}"), *SCRIPT]
        assert raw.request(port, "GET", "/postern/auth/x", host).status == 404
        file.write_text(shipped.replace("respond @check 404", "respond @check 410"))
        done = subprocess.run([program("caddy"), "reload", "--adapter", "caddyfile", "--config", file, "--address", f"127.0.0.1:{admin}"],
                              capture_output=True, text=True, env={**os.environ, **env})
        assert done.returncode == 0, done.stderr
        process.wait_until(lambda: raw.request(port, "GET", "/postern/auth/x", host).status == 410, timeout=10)
    finally:
        process.stop()
