"""docs/kept-forms.md: a form that meets a missing step is offered to be sent after it, and arrives as it was typed."""

import re

import pytest
from documents.blocks import held_by
from pages import DESKTOP

PAGE = """<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><main><h1>The application</h1>%s</main>"""
FORM, = (block.text for block in held_by(__file__, "html"))
DASHBOARD = "http://localhost:5173"
ROUTE = {"path": "/devices/*", "access": "fresh(5m)", "keep_posts": True}
NOTES = "first line\nsecond & last <line> – \"ü\" 漢"


def served(text: str) -> bytes:
    body = text.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def start(recorder, gateways, people, window):
    """Opens the application's page in the window of a person with a full session."""
    recorder.answers["/"] = served(PAGE % FORM)
    recorder.answers["/devices/7/name"] = served(PAGE % "<p>Saved</p>")
    gateway = gateways.start(recorder.url, route=[ROUTE], session={"revocation_bound": "1s"})

    def begin(name: str, **options):
        person = people(gateway)
        person.sign_in()
        person.enrol()
        visit = window(person, name, viewport=DESKTOP, **options)
        visit.open("/")
        visit.sign_in()
        visit.enter(person.code())
        visit.page.wait_for_url(f"{gateway.origin}/")
        return visit, gateway, person

    return begin


def age(gateway, person, column: str, by: str) -> None:
    """Makes a time of the person's sessions older, and waits until the gateway knows."""
    user = person.me()["id"]
    gateway.database.sql(f"UPDATE postern.sessions SET {column} = {column} - interval '{by}' WHERE user_id = %s", user)
    gateway.process.wait_until(lambda: person.fetch("GET", "/devices/7/name").status == 401, timeout=5)


def fill(visit) -> None:
    visit.page.get_by_label("Name").fill("router-7 é")
    visit.page.get_by_label("Notes").fill(NOTES)
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Save").click()


def sent(recorder) -> list:
    return [request for request in recorder.requests if request.method == "POST"]


EXPECTED = (b"postern-keep=1&name=router-7+%C3%A9&notes=first+line%0D%0Asecond+%26+last+%3Cline%3E+%E2%80%93+%22%C3%BC%22+"
            b"%E6%BC%A2")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_form_that_needs_a_fresh_code_is_sent_after_it_as_it_was(start, recorder, script):
    visit, gateway, person = start(f"kept-{script}", java_script_enabled=script)
    age(gateway, person, "second_factor_at", "10 minutes")
    recorder.clear()
    fill(visit)
    visit.page.wait_for_url(re.compile("/postern/verify"))
    visit.page.locator("#code").fill(person.code())
    visit.page.get_by_role("button", name="Verify").click()
    visit.page.wait_for_url(re.compile("/postern/kept"))
    visit.sees("Send your form now")
    visit.sees(re.escape(f"{gateway.origin.split('//')[1]}/devices/7/name"))
    if script:
        visit.accessible()
        visit.shot("kept")
    assert sent(recorder) == [], "nothing is sent without a click"
    kept = visit.page.url
    visit.click("Send it now")
    visit.page.wait_for_url(f"{gateway.origin}/devices/7/name")
    visit.sees("Saved")
    arrived, = sent(recorder)
    assert (arrived.target, arrived.body) == ("/devices/7/name", EXPECTED), arrived
    lines = {name.lower(): value for name, value in arrived.headers}
    assert lines["origin"] == gateway.origin and lines["content-type"] == "application/x-www-form-urlencoded", lines
    assert lines["sec-fetch-site"] == "same-origin", lines
    visit.page.goto(kept)
    visit.sees("There is no form to send")
    assert len(sent(recorder)) == 1
    log = gateway.logged()
    assert "router-7" not in log and "form kept until a step is done" in log


def test_a_form_of_a_session_that_went_idle_is_sent_after_the_sign_in(start, recorder):
    visit, gateway, person = start("kept-idle")
    age(gateway, person, "last_seen_at", "2 hours")
    recorder.clear()
    fill(visit)
    visit.page.wait_for_url(re.compile("/postern/sign-in"))
    visit.sign_in()
    visit.enter(person.code())
    visit.page.wait_for_url(re.compile("/postern/kept"))
    visit.click("Send it now")
    visit.sees("Saved")
    arrived, = sent(recorder)
    assert arrived.body == EXPECTED


def test_a_form_that_is_given_up_is_not_sent(start, recorder):
    visit, gateway, person = start("kept-given-up")
    age(gateway, person, "second_factor_at", "10 minutes")
    recorder.clear()
    fill(visit)
    visit.enter(person.code())
    visit.page.wait_for_url(re.compile("/postern/kept"))
    kept = visit.page.url
    # It leads to the dashboard of the profile, which does not run here: without an answer, Chromium would open its page of errors at
    # some later moment, and interrupt what the test opens next.
    visit.page.route(f"{DASHBOARD}/**", lambda route: route.fulfill(content_type="text/html", body=PAGE % "<p>Dashboard</p>"))
    visit.click("Don.t send it")
    visit.page.wait_for_url(f"{DASHBOARD}/**")
    assert gateway.database.sql("SELECT count(*) FROM postern.kept_posts") == [(0,)]
    visit.page.goto(kept)
    visit.sees("There is no form to send")
    assert sent(recorder) == []
