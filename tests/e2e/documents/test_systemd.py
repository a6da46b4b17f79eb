"""deploy/systemd/README.md: the commands in a root of their own, and the units and drop-ins as systemd reads them."""

import secrets
import shutil
import subprocess

import pytest

from documents.blocks import held_by
from harness.frontends import replaced
from harness.gateway import program

INSTALL, SOCKET = (block.text for block in held_by(__file__, "sh"))
UNIX, CERTIFICATE = (block.text for block in held_by(__file__, "ini"))
# Nothing is booted in the root, so that systemd's own lines are read and their effects are looked at instead.
ENABLE = "systemctl daemon-reload && systemctl enable --now postern\n"
ENABLE_SOCKET = "systemctl daemon-reload && systemctl enable --now postern.socket\n"
VERIFY = "systemd-analyze verify --recursive-errors=no /etc/systemd/system/postern."

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


@pytest.fixture
def machine(root):
    """A root after the first block."""
    made = root()
    made.run("mkdir -p target/release && cp " + str(program()) + " target/release/postern")
    made.run(replaced(INSTALL, {"cargo build --locked --release -p postern\n": "", ENABLE: "systemctl enable postern\n"}),
             given=secrets.token_urlsafe(24) + "\n")
    return made


def verified(machine, unit: str) -> None:
    """systemd reads the unit with its drop-ins and finds nothing to say about it."""
    said = machine.run(f"{VERIFY}{unit} 2>&1", folder="/")
    assert "postern" not in said, said


def test_the_service_is_installed_as_written(machine):
    assert machine.run("stat -c '%a %n' /etc/postern/* /usr/bin/postern", folder="/").splitlines() == [
        "600 /etc/postern/google-client-secret", "600 /etc/postern/master-key", "644 /etc/postern/postern.toml", "755 /usr/bin/postern"]
    verified(machine, "service")
    enabled = "/etc/systemd/system/multi-user.target.wants/postern.service"
    assert machine.run(f"readlink {enabled}", folder="/").strip() == "/etc/systemd/system/postern.service"


def test_the_command_of_the_unit_starts_with_the_credentials_that_it_names(machine):
    """systemd's part: each LoadCredential is copied to a folder that %d stands for."""
    unit = machine.run("cat /etc/systemd/system/postern.service", folder="/")
    said = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith(("#", "Load", "Env")))
    loaded = [line.partition("=")[2].split(":") for line in unit.splitlines() if line.startswith("LoadCredential=")]
    machine.run("mkdir /run/credentials-of-postern; " + " ".join(
        f"cp {source} /run/credentials-of-postern/{name};" for name, source in loaded), folder="/")
    env = dict(line.removeprefix("Environment=").replace("%d", "/run/credentials-of-postern").split("=", 1)
               for line in unit.splitlines() if line.startswith("Environment="))
    checked = said["ExecStart"].replace(" serve ", " check --offline ")
    assert "netpilot.example.com" in machine.run(checked, folder="/", **env)


def test_the_socket_is_installed_as_written(machine):
    machine.run(replaced(SOCKET, {ENABLE_SOCKET: "systemctl enable postern.socket\n"}))
    verified(machine, "socket")
    # What its comment says about postern.toml, with a socket that systemd's own tool passes.
    machine.run("sed -i 's/^#address = .*/address = \"systemd:postern\"/' /etc/postern/postern.toml", folder="/")
    assert "systemd:postern" in machine.run("grep systemd:postern /etc/postern/postern.toml", folder="/")
    named = machine.run("grep FileDescriptorName= /etc/systemd/system/postern.socket", folder="/")
    assert named.strip() == "FileDescriptorName=postern"


@pytest.mark.parametrize(("block", "unit"), [(UNIX, "socket"), (CERTIFICATE, "service")], ids=["socket", "service"])
def test_a_drop_in_is_read(machine, block, unit):
    machine.run(replaced(SOCKET, {ENABLE_SOCKET: ""}))
    machine.write(f"/etc/systemd/system/postern.{unit}.d/override.conf", block)
    verified(machine, unit)
    machine.write(f"/etc/systemd/system/postern.{unit}.d/override.conf", block.replace("=", "Misspelt=", 1))
    said = machine.run(f"{VERIFY}{unit} 2>&1 || true", folder="/")
    assert "postern" in said, "the control: a misspelt key is told of"


def test_the_modes_of_the_unix_socket_are_what_a_proxy_needs():
    """The block replaces the address; what is left of the shipped one stays."""
    keys = dict(line.split("=") for line in UNIX.splitlines() if "=" in line)
    assert keys["ListenStream"] == "/run/postern.sock" and keys["SocketMode"] == "0660"
    done = subprocess.run(["getent", "group", keys["SocketGroup"]], capture_output=True)
    assert done.returncode == 0, "a group that Debian has"
