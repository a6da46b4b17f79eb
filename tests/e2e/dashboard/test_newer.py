"""The dashboard of the branch with its own second factor, through a user's life: sign-in, set-up, wrong codes, a lock, a
backup code, two tabs, reloads, sign-out. It shows nothing of a refusal but its status, and never shows backup codes: the
account page makes them."""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import ports
from harness.backend import Backend
from pages import choose_account

HERE = Path(__file__).parent


class Quiet(SimpleHTTPRequestHandler):
    def do_GET(self):
        if not self.path.startswith("/favicon"):
            self.path = "/dashboard_newer.html"
        super().do_GET()

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def frontend():
    port = ports.free()
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=HERE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{port}"
    server.shutdown()


@pytest.fixture(scope="module")
def legacy(home, frontend):
    part = Backend(home, frontend, second_factor=False)
    yield part
    part.stop()


@pytest.fixture(scope="module")
def gateway(legacy, frontend, module_gateways):
    return module_gateways.start(
        legacy.url, legacy={"second_factor": "dashboard", "flask_secret_key": legacy.secret_key, "frontend_url": frontend},
        cors={"origins": [frontend]})


@pytest.fixture
def context(chromium):
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    yield context
    context.close()


def log_in(page, gateway, frontend, person) -> None:
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.get_by_text("please sign in").wait_for()
    page.locator("#login").click()
    page.wait_for_url(re.compile(r"/choose/|login=success|localhost:\d+/$"))
    choose_account(page, person.subject)
    page.wait_for_url(re.compile(re.escape(frontend)))


def verify(page, code: str, method: str = "totp") -> None:
    page.locator("#method").select_option(method)
    page.locator("#verify-code").fill(code)
    page.get_by_role("button", name="Verify", exact=True).click()


def refused(page, status: int) -> None:
    expect(page.locator("#error")).to_have_text(f"HTTP error! status: {status}")


def signed_in_and_working(page) -> None:
    expect(page.locator("#state")).to_have_text(re.compile("^router "))


def test_a_life(context, gateway, frontend, people):
    person = people(gateway, email="newer@example.com")
    page = context.new_page()
    log_in(page, gateway, frontend, person)

    # The set-up, begun again, with a wrong code before the right one.
    expect(page.locator("#setup")).to_be_visible()
    assert "please enter a router id" in page.evaluate("log"), "it asks while the second factor is missing"
    first = page.locator("#secret").inner_text()
    page.get_by_role("button", name="Start Over with New QR Code").click()
    expect(page.locator("#secret")).not_to_have_text(first)
    person.learn(page.locator("#secret").inner_text())
    page.locator("#setup-code").fill(person.wrong_code())
    page.get_by_role("button", name="Verify and enable").click()
    refused(page, 400)
    page.locator("#setup-code").fill(person.code())
    page.get_by_role("button", name="Verify and enable").click()
    signed_in_and_working(page)
    expect(page.locator("#setup")).to_be_hidden()

    # Its backup codes were never seen: the account page makes new ones.
    account = context.new_page()
    account.goto(f"{gateway.origin}/postern/account/backup-codes")
    account.locator("#code").fill(person.code())
    account.get_by_role("button", name="Make new codes").click()
    account.locator("#codes li").first.wait_for()
    codes = account.locator("#codes li").all_inner_texts()
    person.keep_codes(codes)
    assert len(codes) == 8
    account.get_by_role("button", name="I have saved them").click()
    account.close()

    # The first tab goes on: the token was rotated in the other one, and the cookie with it.
    page.reload()
    signed_in_and_working(page)
    expect(page.locator("#verify")).to_be_hidden()

    # Sign-out ends both tabs.
    second = context.new_page()
    second.goto(f"{frontend}/#api={gateway.origin}")
    signed_in_and_working(second)
    page.locator("#logout").click()
    page.get_by_text("please sign in").wait_for()
    second.reload()
    second.get_by_text("please sign in").wait_for()
    second.close()

    # The next sign-in asks for a code, survives a reload, locks after three wrong codes, and takes a backup code.
    log_in(page, gateway, frontend, person)
    expect(page.locator("#verify")).to_be_visible()
    page.reload()
    expect(page.locator("#verify")).to_be_visible()
    for status in (400, 400, 400, 403):
        page.locator("#error").evaluate("element => element.textContent = ''")
        verify(page, person.wrong_code())
        refused(page, status)
    verify(page, person.code())
    refused(page, 403)
    verify(page, codes[0].lower(), "backup")
    signed_in_and_working(page)
    page.locator("#logout").click()
    page.get_by_text("please sign in").wait_for()
    log_in(page, gateway, frontend, person)
    verify(page, codes[0], "backup")
    refused(page, 400)
    verify(page, codes[1], "backup")
    signed_in_and_working(page)


def test_two_tabs_verify_one_after_the_other(context, gateway, frontend, people):
    person = people(gateway, email="tabs@example.com")
    person.sign_in()
    person.enrol()
    first, second = context.new_page(), context.new_page()
    log_in(first, gateway, frontend, person)
    second.goto(f"{frontend}/#api={gateway.origin}")
    expect(second.locator("#verify")).to_be_visible()
    verify(first, person.code())
    signed_in_and_working(first)
    verify(second, person.code())
    signed_in_and_working(second)
    first.reload()
    signed_in_and_working(first)


def test_the_gateway_s_own_pages_may_ask_instead(context, legacy, frontend, module_gateways, people):
    gateway = module_gateways.start(
        legacy.url, legacy={"second_factor": "pages", "flask_secret_key": legacy.secret_key, "frontend_url": frontend},
        cors={"origins": [frontend]})
    person = people(gateway, email="newer.pages@example.com")
    person.sign_in()
    person.enrol()
    page = context.new_page()
    page.goto(f"{frontend}/#api={gateway.origin}")
    page.locator("#login").click()
    page.wait_for_url(re.compile(r"/choose/|/postern/verify"))
    choose_account(page, person.subject)
    page.wait_for_url(re.compile("/postern/verify"))
    page.locator("#code").fill(person.code())
    page.get_by_role("button", name="Verify").click()
    signed_in_and_working(page)
    assert not page.locator("#verify").is_visible() and not page.locator("#setup").is_visible()
    assert "please enter a router id" not in page.evaluate("log")
