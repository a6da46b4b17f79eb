"""Commands of an administrator take effect in the running gateway."""

import json

import pytest

from harness.person import Form


@pytest.fixture(params=["postgres", "sqlite"])
def gateway(request, recorder, gateways):
    return gateways.start(recorder.url, sqlite=request.param == "sqlite", second_factor={"policy": "per-user"})


@pytest.fixture
def ann(gateway, people):
    person = people(gateway, email="ann@example.com", name="Ann Example")
    person.sign_in()
    person.enrol()
    return person


def done(gateway, *arguments: str) -> dict | list:
    """Runs a command that must succeed; returns its JSON."""
    finished = gateway.command(*arguments, "--json")
    assert finished.returncode == 0, finished
    assert gateway.canary.leaks(finished.stdout + finished.stderr) == []
    table = gateway.command(*arguments[:2], *arguments[2:]) if arguments[1] in ("list", "show") else finished
    assert table.returncode == 0, table
    return json.loads(finished.stdout)


def refused(gateway, person, **options) -> bool:
    gateway.process.wait_until(lambda: person.fetch("GET", "/page").status == 401, timeout=5)
    return True


def test_listing_and_showing(gateway, ann):
    assert "ann@example.com" in json.dumps(done(gateway, "users", "list"))
    shown = json.dumps(done(gateway, "users", "show", "ANN@example.com"))
    assert ann.me()["id"] in shown
    assert "ann@example.com" in json.dumps(done(gateway, "users", "show", ann.me()["id"]))
    assert "127.0.0.1" in json.dumps(done(gateway, "sessions", "list", "ann@example.com"))


def test_revoking_sessions(gateway, ann):
    assert ann.fetch("GET", "/page").status == 200
    done(gateway, "sessions", "revoke", "ann@example.com")
    assert refused(gateway, ann)
    assert ann.fetch("GET", "/me").status == 401


def test_disabling_and_enabling(gateway, ann, people):
    done(gateway, "users", "disable", "ann@example.com")
    assert refused(gateway, ann)
    again = people(gateway, subject=ann.subject, email="ann@example.com")
    assert again.sign_in().status == 403
    done(gateway, "users", "enable", "ann@example.com")
    assert again.sign_in().status in (302, 303)


def test_resetting_a_second_factor(gateway, ann, people):
    done(gateway, "users", "reset", "ann@example.com", "--yes")
    assert refused(gateway, ann)
    again = people(gateway, subject=ann.subject, email="ann@example.com")
    again.sign_in()
    assert again.me()["has_2fa_enabled"] is False
    assert again.enrol().status == 200


def test_a_reset_with_a_ticket_enrols_only_whoever_has_it(gateway, ann, people):
    ticket = done(gateway, "users", "reset", "ann@example.com", "--ticket", "--yes")["ticket"]
    gateway.canary.saw("enrolment ticket", ticket)
    thief = people(gateway, subject=ann.subject, email="ann@example.com")
    thief.sign_in()
    assert thief.fetch("POST", "/api/2fa/setup/start").code == "ENROLMENT_TICKET_REQUIRED"
    guess = ticket[:-1] + ("A" if ticket[-1] != "A" else "B")
    assert thief.fetch("POST", "/api/2fa/setup/start", {"ticket": guess}).code == "INVALID_TICKET"

    owner = people(gateway, subject=ann.subject, email="ann@example.com")
    owner.sign_in()
    form = Form.on(owner.navigate("/postern/enrol").text, lambda form: "ticket" in form.fields)
    wrong = owner.submit(form.action, form.fields | {"ticket": guess})
    assert (wrong.status, "That ticket isn’t valid" in wrong.text) == (400, True)
    right = owner.submit(form.action, form.fields | {"ticket": ticket.lower().replace("-", " ")})
    assert (right.status, "/postern/enrol?step=scan" in right.location) == (303, True)
    assert owner.enrol().status == 200, "the session that presented it may begin again"

    assert thief.fetch("POST", "/api/2fa/setup/start", {"ticket": ticket}).status == 403
    events = [event["event"] for event in done(gateway, "users", "show", "ann@example.com")["activity"]]
    assert "enrolment-ticket-accepted" in events and events.count("enrolment-ticket-refused") >= 2


def test_unlocking(gateway, ann, people):
    again = people(gateway, subject=ann.subject, email="ann@example.com")
    again.secret, again._last_step = ann.secret, ann._last_step
    again.sign_in()
    for _ in range(3):
        again.verify(again.wrong_code())
    assert again.verify().code == "ACCOUNT_LOCKED"
    done(gateway, "users", "unlock", "ann@example.com")
    assert again.verify().status == 200


def test_requiring(gateway, people):
    ben = people(gateway, email="ben@example.com")
    ben.sign_in()
    assert ben.fetch("GET", "/page").status == 200
    done(gateway, "users", "require", "ben@example.com")
    assert refused(gateway, ben)
    ben.enrol()
    assert ben.fetch("POST", "/api/2fa/disable", {"code": ben.code()}).status == 403
    done(gateway, "users", "require", "ben@example.com", "--off")
    assert ben.fetch("POST", "/api/2fa/disable", {"code": ben.code()}).status == 200


def test_keys_status_tells_no_key(gateway):
    status = gateway.command("keys", "status")
    assert status.returncode == 0, status
    assert gateway.config["keys"]["master"] not in status.stdout + status.stderr


@pytest.mark.parametrize("arguments", [
    ("users", "show", "nobody@example.com"), ("users", "reset", "nobody@example.com"),
    ("users", "disable", "00000000-0000-4000-8000-000000000000"), ("sessions", "revoke", "nobody@example.com"),
])
def test_somebody_who_is_not_there_is_said(gateway, arguments):
    finished = gateway.command(*arguments)
    assert finished.returncode == 1, finished
    assert arguments[-1] in finished.stdout + finished.stderr
