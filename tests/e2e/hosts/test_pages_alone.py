"""The gateway's pages on an origin of their own, as docs/hosts.md describes it: nothing of the application is there."""

from urllib.parse import urlencode

import pytest

from harness.chain import build
from harness.person import Form
from hosts.conftest import OTHER, Browser


@pytest.fixture(scope="module")
def alone(home, shared_recorder, module_gateways, people):
    part = build("proxy", home, shared_recorder, module_gateways, people, hosts=(OTHER,))
    gateway = part.gateway
    port = gateway.public_port
    gateway.reconfigure(route=[{"host": f"localhost:{port}", "path": "/*", "access": "deny"},
                               {"host": f"{OTHER}:{port}", "path": "/*", "access": "full"}])
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > 0)
    yield part
    part.stop()


def test_the_application_is_at_its_own_host_only(alone, shared_recorder):
    browser = Browser(alone)
    person = alone.verified()
    browser.jars["localhost"] = person.cookies
    shared_recorder.clear()
    landed, answer = browser.follow(f"{browser.other}/page")
    assert (landed, answer.status, shared_recorder.count) == (f"{browser.other}/page", 200, 1), answer
    assert browser.open(f"{alone.origin}/page").status == 403
    assert browser.open(f"{alone.origin}/postern/account").status == 200
    assert shared_recorder.count == 1


def test_a_form_of_the_gateway_takes_nothing_from_the_application_s_origin(alone):
    browser = Browser(alone)
    person = alone.verified()
    browser.jars["localhost"] = person.cookies
    page = browser.open(f"{alone.origin}/postern/sign-out")
    form = Form.on(page.text, lambda form: "csrf" in form.fields)
    body = urlencode(form.fields).encode()
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    refused = browser.open(f"{alone.origin}/postern/sign-out", "POST", [("Origin", browser.other), kind], body)
    assert refused.status == 403, refused
    assert browser.open(f"{alone.origin}/postern/account").status == 200, "still signed in"
