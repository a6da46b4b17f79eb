"""README.md, from the first line to the last, on a machine where nothing of ours is."""

import os
import secrets
import shutil
import signal
import subprocess

import pytest

from documents.blocks import blocks, held_by
from documents.root import Root
from harness.frontends import REPOSITORY, replaced
from harness.gateway import program

DEMO, INSTALL, SECRETS, START, NETPILOT = (block.text for block in held_by(__file__, "sh"))
CONFIGURATION, = (block.text for block in blocks("README.md") if block.language == "toml")
# Lines that cost minutes or a network. They run as they stand with E2E_IMAGE=1 (the second) and E2E_BARE (both).
COMPILER = "apt-get update && apt-get install --yes build-essential"
BUILD = "cargo build --locked --release -p postern\n"


BUILDS = bool(Root.bare or os.environ.get("E2E_IMAGE"))


def installed(machine, home) -> None:
    """Runs the block that installs the program. It is built once for the machines of a run."""
    built = home / "built" if BUILDS else program()
    lines = INSTALL if Root.bare else replaced(INSTALL, {COMPILER: "cc --version"})
    if built.is_file():
        machine.put(built, f"{machine.checkout}/target/release/postern")
        lines = replaced(lines, {BUILD: ""})
    said = machine.run(lines)
    assert "\npostern " in said, said
    if not built.is_file():
        machine.take(f"{machine.checkout}/target/release/postern", built)


@pytest.mark.timeout(5400 if BUILDS else 120)
def test_it_is_installed_configured_checked_and_serves(root, home):
    machine = root()
    installed(machine, home)
    machine.run(SECRETS, folder="/", given=secrets.token_urlsafe(24) + "\n")
    assert machine.run("stat -c %a /etc/postern /etc/postern/*", folder="/").split() == ["700", "600", "600"]
    machine.write("/etc/postern/postern.toml", CONFIGURATION)
    check, serve = START.strip().splitlines()
    said = machine.run(check, folder="/")
    for told in ("https://app.example.com", "http://127.0.0.1:5000", "example.com"):
        assert told in said, said
    process = machine.start(serve, home / "readme.log", folder="/")
    try:
        process.wait_until(machine.ready, timeout=30)
        status, page = machine.get("http://127.0.0.1:8080/postern/sign-in", "Host: app.example.com", "Accept: text/html")
        assert (status, "Continue with" in page) == (200, True), page
    finally:
        process.stop()


@pytest.mark.timeout(5400 if BUILDS else 120)
def test_in_front_of_netpilot(root, home, postgres):
    database = postgres.database()
    machine = root()
    installed(machine, home)
    machine.run(SECRETS.splitlines()[0], folder="/")
    machine.write("/srv/netpilot/backend/.env", f"""GOOGLE_CLIENT_ID=1234567890-netpilot.apps.googleusercontent.com
GOOGLE_CLIENT_SECRET={secrets.token_urlsafe(24)}
SECRET_KEY={secrets.token_urlsafe(32)}
FRONTEND_URL=https://dash.example.com
DB_HOST=127.0.0.1
DB_PORT={postgres.port}
DB_USERNAME=postgres
DB_NAME={database.name}
""")
    check, serve = NETPILOT.strip().splitlines()
    said = machine.run(check)
    assert "https://dash.example.com" in said, said
    process = machine.start(serve, home / "readme-netpilot.log")
    try:
        process.wait_until(machine.ready, timeout=30)
        assert machine.get("http://127.0.0.1:5000/me", "Host: netpilot.example.com")[0] == 401
    finally:
        process.stop()
    database.drop()


def test_every_other_way_is_a_folder_with_instructions():
    text = (REPOSITORY / "README.md").read_text()
    for way in ("systemd", "docker", "compose", "kubernetes"):
        assert f"(deploy/{way})" in text and (REPOSITORY / "deploy" / way / "README.md").is_file()


@pytest.mark.skipif(bool(Root.bare) or not os.environ.get("E2E_IMAGE"), reason="builds the workspace anew; `make e2e-builds` does")
@pytest.mark.timeout(5400)
def test_the_demonstration_is_cloned_built_and_run(root, home):
    """github.com is this repository."""
    machine = root()
    log = home / "readme-demo.log"
    elsewhere = {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": f"url.{machine.checkout}.insteadOf",
                 "GIT_CONFIG_VALUE_0": "https://github.com/postern-auth/postern", "GIT_CONFIG_KEY_1": "safe.directory",
                 "GIT_CONFIG_VALUE_1": "*"}
    clone, make = DEMO.strip().splitlines()
    machine.run("mkdir /srv/demo", folder="/")
    machine.run(clone, folder="/srv/demo", **elsewhere)
    process = machine.start(make, log, folder="/srv/demo/postern")
    try:
        process.wait_until(lambda: "Postern is running" in log.read_text(), timeout=5000)
        assert machine.get("http://localhost:8080/", "Accept: text/html")[0] in (302, 303)
    finally:
        process.stop(signal.SIGINT)


def test_completions_are_printed():
    shell = shutil.which("bash")
    done = subprocess.run([program(), "completions", "bash"], capture_output=True, text=True, check=True)
    assert subprocess.run([shell, "-n"], input=done.stdout, text=True).returncode == 0
