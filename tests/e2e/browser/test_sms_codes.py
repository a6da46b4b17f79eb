"""Codes by SMS in a real browser: a number added, a code asked for and entered, on a phone too, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from harness.sms_hook import TOKEN, SmsHook
from pages import DESKTOP, PHONE


@pytest.fixture(scope="module")
def hook():
    part = SmsHook().start()
    yield part
    part.stop()


@pytest.fixture(scope="module")
def gateway(backend, module_gateways, hook):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key},
                                 sms={"url": hook.url, "token": TOKEN}, second_factor={"sms_codes": True})


def newest(hook, number: str, count: int) -> str:
    return re.search(r"#(\d{6})$", hook.wait(count, number)[-1]["text"])[1]


@pytest.mark.parametrize("viewport, scripts, number", [(DESKTOP, True, "+491512345612"), (PHONE, True, "+491512345613"),
                                                       (DESKTOP, False, "+491512345614")])
def test_a_code_by_sms_stands_in_for_the_app(gateway, hook, people, window, tmp_path, viewport, scripts, number):
    email = f"ada{viewport['width']}{scripts}@example.com".lower()
    person = people(gateway, email=email, name="Ada Lovelace", given_name="Ada")
    visit = window(person, f"sms-codes-{viewport['width']}-{scripts}", viewport=viewport)
    visit.set_up(tmp_path)
    visit.open("/postern/account")
    visit.page.get_by_role("link", name="Add number").click()
    visit.sees("weaker than your other factors")
    visit.looked_at("number")
    visit.page.get_by_label("Mobile number").fill("0151 2345612")
    visit.page.get_by_role("button", name="Continue").click()
    visit.sees("isn’t a phone number with a country code")
    visit.looked_at("number-refused")
    visit.page.get_by_label("Mobile number").fill(number)
    visit.page.get_by_role("button", name="Continue").click()
    visit.sees("Confirm first that it’s you")
    visit.looked_at("confirm")
    visit.page.locator("#code").focus()
    visit.enter(person.code())
    visit.sees(f"•••• {number[-2:]}")
    visit.looked_at("number-code")
    visit.page.locator("#code").fill(newest(hook, number, 1))
    visit.page.get_by_role("button", name="Confirm the number").click()
    visit.sees("Your number is confirmed")
    visit.looked_at("account")
    gateway.database.sql("UPDATE postern.sent_codes SET sent_at = sent_at - interval '1 minute'")

    if not scripts:
        again = window(person, "sms-codes-plain", viewport=viewport, java_script_enabled=False)
    else:
        again = window(person, f"sms-codes-again-{viewport['width']}", viewport=viewport)
    again.open("/")
    again.sign_in()
    again.sees("Enter your code")
    again.page.get_by_role("link", name="Code by SMS").click()
    again.looked_at("ask", scripts)
    again.page.get_by_role("button", name=f"Send a code by SMS to •••• {number[-2:]}").click()
    again.sees("We sent a code to")
    again.looked_at("sent", scripts)
    field = again.page.locator("#code")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill(newest(hook, number, 2))
    again.page.get_by_role("button", name="Verify").click()
    again.page.wait_for_url(f"{person.origin}/")
