"""Codes by mail in a real browser: switched on, asked for and entered, on a phone too, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from harness.mailbox import Mailbox, text
from pages import DESKTOP, PHONE


@pytest.fixture(scope="module")
def box():
    part = Mailbox().start()
    yield part
    part.stop()


@pytest.fixture(scope="module")
def gateway(backend, module_gateways, box):
    server = {"url": f"smtp+plaintext://localhost:{box.port}", "from": "postern@example.com", "notices": ["factors-reset"]}
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key}, mail=server,
                                 second_factor={"email_codes": True})


@pytest.mark.parametrize("viewport, scripts", [(DESKTOP, True), (PHONE, True), (DESKTOP, False)])
def test_a_code_by_mail_stands_in_for_the_app(gateway, box, people, window, tmp_path, viewport, scripts):
    email = f"ada{viewport['width']}{scripts}@example.com".lower()
    person = people(gateway, email=email, name="Ada Lovelace", given_name="Ada")
    visit = window(person, f"email-codes-{viewport['width']}-{scripts}", viewport=viewport)
    visit.set_up(tmp_path)
    visit.open("/postern/account")
    visit.page.get_by_role("link", name="Switch on codes by mail").click()
    visit.sees("weaker than your other factors")
    visit.looked_at("switch-on")
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees("Codes by mail are on")
    visit.looked_at("account")

    if not scripts:
        again = window(person, "email-codes-plain", viewport=viewport, java_script_enabled=False)
    else:
        again = window(person, f"email-codes-again-{viewport['width']}", viewport=viewport)
    again.open("/")
    again.sign_in()
    again.sees("Enter your code")
    again.page.get_by_role("link", name="Code by mail").click()
    again.looked_at("ask", scripts)
    again.page.get_by_role("button", name=re.compile("Send a code to a…@example.com")).click()
    again.sees("We sent a code to")
    again.looked_at("sent", scripts)
    code = re.search(r"#(\d{6})\s*$", text(box.wait(1, email)[-1]))[1]
    field = again.page.locator("#code")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill(code)
    again.page.get_by_role("button", name="Verify").click()
    again.page.wait_for_url(f"{person.origin}/")
