"""The demonstration does what its printed text says, listens on loopback only, and cleans up."""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import ports, raw
from harness.gateway import program
from harness.processes import Process, listens
from pages import DESKTOP, Visit


@pytest.fixture
def demo(home):
    """A running demonstration on ports of its own."""
    binary = Path(os.environ.get("POSTERN_DEMO_BIN", ""))
    if not binary.is_file():
        pytest.skip("POSTERN_DEMO_BIN names no program")
    chosen = {name: ports.free() for name in ("port", "provider-port", "backend-port", "management-port")}
    options = [text for name, port in chosen.items() for text in (f"--{name}", str(port))]
    process = Process("demo", [binary, *options, "--postern", program()], home / f"demo-{chosen['port']}.log",
                      stop_signal=signal.SIGINT)
    process.ports = chosen
    process.wait_until(lambda: "Postern is running" in process.log.read_text())
    yield process
    process.stop()


def listening() -> set[tuple[str, int]]:
    """Every listening TCP socket of this machine: address and port, as the kernel prints them."""
    found = set()
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(file).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                address, port = local.split(":")
                found.add((address, int(port, 16)))
    return found


def test_the_demonstration(demo, chromium):
    origin = f"http://localhost:{demo.ports['port']}"
    told = demo.log.read_text()
    assert f"{origin}/" in told
    assert "authenticator" in told
    ours = {address for address, port in listening() if port in demo.ports.values()}
    assert ours == {"0100007F"}, "127.0.0.1, and nothing else"

    command = re.search(r"\n +(/.+) code <KEY>\n", told).group(1)
    shown = subprocess.run([*shlex.split(command), "code", "JBSWY3DPEHPK3PXP"], capture_output=True, text=True, cwd="/", check=True)
    assert re.search(r"\d{3} ?\d{3}", shown.stdout), "the printed command works from any folder"

    context = chromium.new_context(viewport=DESKTOP)
    page = context.new_page()
    person = type("Person", (), {"origin": origin})()
    visit = Visit(context, person, "demo")
    page.close()
    visit.open("/routers?x=1")
    visit.click("Continue with")
    visit.click("Ada Lovelace")
    visit.begin_enrolment()
    key = visit.typed_key()
    visit.scanned()
    app = context.new_page()
    app.goto(f"http://localhost:{demo.ports['provider-port']}/authenticator")
    app.locator("input[name=key]").fill(key)
    app.get_by_role("button", name="Show the code").click()
    code = re.sub(r"\D", "", app.locator(".digits").inner_text())
    app.close()
    visit.enter(code)
    visit.saved()
    visit.sees("Hello, Ada")
    visit.sees("Signature verified")
    visit.sees("/routers?x=1".replace("?", r"\?"))
    expect(visit.page.locator("body")).to_contain_text("ada@example.com")
    visit.shot("verified")
    visit.sign_out()

    visit.open("/")
    visit.click("Continue with")
    visit.click("Mallory")
    visit.sees("not verified")
    assert not visit.complaints, visit.complaints
    assert not visit.outside, visit.outside
    context.close()

    direct = raw.request(demo.ports["backend-port"], "GET", "/", [("Host", "localhost"), ("X-Auth-User", "root")])
    assert "Nobody is known here" in direct.text

    assert demo.stop() == 0
    assert not any(listens(port) for port in demo.ports.values()), "everything stopped with it"
    assert "temporary state is gone" in demo.log.read_text()
    assert key.replace(" ", "") not in demo.log.read_text()


def test_a_port_in_use_is_said_before_anything_starts(demo, home):
    taken = demo.ports["port"]
    others = [text for name in ("provider-port", "backend-port", "management-port")
              for text in (f"--{name}", str(ports.free()))]
    second = Process("demo", [os.environ["POSTERN_DEMO_BIN"], "--port", str(taken), *others, "--postern", program()],
                     home / f"demo-second-{taken}.log")
    assert second._child.wait(20) != 0
    assert str(taken) in second.log.read_text()
    assert "--port" in second.log.read_text()
