"""People are told by mail what happened to their account: by a real SMTP server, from two replicas, each thing once."""

import json
import re
from urllib.parse import quote

import pytest

from harness.mailbox import PASSWORD, USER, Mailbox, html, text
from harness.person import SCRIPT, Form, Person

STRANGER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0 <b>call us</b>"


def mail(box: Mailbox, scheme: str = "smtp+plaintext", **more) -> dict:
    user = f"{quote(USER, safe='')}@" if "password" in more else ""
    return {"url": f"{scheme}://{user}localhost:{box.port}", "from": "Pöstern <postern@example.com>", "retry_after": "1s", **more}


@pytest.fixture
def box():
    part = Mailbox().start()
    yield part
    part.stop()


@pytest.fixture
def secured(authority):
    part = Mailbox(authority.issue("localhost"), starttls=True, login=True).start()
    yield part
    part.stop()


def address(person: Person) -> str:
    return f"{person.subject[:12]}@example.com"


def events(box: Mailbox, person: Person, count: int) -> list[str]:
    """The kinds of the mails that arrived, from their Message-IDs."""
    arrived = box.wait(count, address(person))
    return sorted(re.fullmatch(r"<[0-9a-f-]{36}\.([a-z-]+)@example\.com>", message["Message-ID"])[1] for message in arrived)


def counted(gateway, result: str) -> int:
    return int(re.search(rf'postern_mails_total{{result="{result}"}} (\d+)', gateway.metrics())[1])


def test_everything_that_happens_to_an_account_is_told_once_by_two_replicas(gateways, people, recorder, secured, authority):
    server = mail(secured, "smtp", password=PASSWORD, root_certificates=str(authority.ca))
    first = gateways.start(recorder.url, mail=server, second_factor={"policy": "per-user"})
    second = gateways.replica(first)
    first.canary.saw("mail password", PASSWORD)
    person = people(first)
    person.sign_in()
    person.enrol()
    told = ["factor-added"]
    assert events(secured, person, 1) == told

    # Another browser, at the other replica, with a backup code.
    other = people(first, subject=person.subject, port=second.port)
    other.sign_in()
    headers = [*(line for line in SCRIPT if line[0] != "User-Agent"), ("User-Agent", STRANGER), ("Sec-Fetch-Site", "same-origin"),
               ("Origin", other.origin), ("Content-Type", "application/json")]
    code = json.dumps({"code": person.codes[0], "method": "backup"})
    answer = other.request("POST", "/api/2fa/verify", headers, code.encode())
    assert answer.status == 200, answer
    told += ["backup-code-used", "new-device"]
    assert events(secured, person, 3) == sorted(told)

    made = person.fetch("POST", "/api/2fa/generate-backup-codes", {"code": person.code()})
    assert made.status == 200, made
    person.keep_codes(made.json()["data"]["backup_codes"])
    told += ["backup-codes-replaced"]
    assert events(secured, person, 4) == sorted(told)
    for code in person.codes[:-2]:
        assert person.verify(code, "backup").status == 200
        told += ["backup-code-used"]
    told[-1] = "few-backup-codes"
    assert events(secured, person, len(told)) == sorted(told)

    for _ in range(3):
        other.verify(person.wrong_code())
    told += ["locked"]
    assert events(secured, person, len(told)) == sorted(told)
    assert second.command("users", "unlock", address(person)).returncode == 0
    off = person.fetch("POST", "/api/2fa/disable", {"code": person.code()})
    assert off.status == 200, off
    told += ["factor-removed"]
    assert events(secured, person, len(told)) == sorted(told)
    person.enrol()
    assert second.command("users", "reset", address(person), "--yes").returncode == 0
    told += ["factor-added", "factors-reset"]
    assert events(secured, person, len(told)) == sorted(told)

    # A second copy would come from a row that is left.
    first.process.wait_until(lambda: first.database.sql("SELECT count(*) FROM postern.mail_queue") == [(0,)])
    first.process.wait_until(lambda: counted(first, "sent") + counted(second, "sent") >= len(told))
    assert counted(first, "sent") + counted(second, "sent") == len(told) == len(secured.messages())
    ids = [message["Message-ID"] for message in secured.messages()]
    assert len(ids) == len(set(ids)) == len(told), "nothing came twice"
    assert set(secured.logins) == {USER}
    for message in secured.messages():
        assert message["Auto-Submitted"] == "auto-generated" and message["From"] == "Pöstern <postern@example.com>"
        assert message["X-Envelope-To"] == address(person) == message["To"]
        for part in (text(message), html(message)):
            assert address(person) in part and f"{first.origin}/postern/not-me" in part
            assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", part)
            assert not first.canary.leaks(part), "no code, no secret"
            assert "call us" not in part, "nothing of the client's words"
    new = next(message for message in secured.messages() if ".new-device@" in message["Message-ID"])
    assert "Firefox on Windows, 127.0.0.1" in text(new) and "Firefox on Windows, 127.0.0.1" in html(new)
    for gateway in (first, second):
        assert address(person) not in re.sub(r'"path":"[^"]*"', "", "\n".join(
            line for line in gateway.logged().splitlines() if "mail" in line)), "no address in a line about mail"
    assert counted(first, "failed") + counted(second, "failed") == 0


def test_mail_waits_for_a_server_that_is_away_and_holds_up_nobody(gateways, people, recorder, box):
    box.stop()
    gateway = gateways.start(recorder.url, mail=mail(box))
    person = people(gateway)
    person.sign_in()
    person.enrol()
    gateway.process.wait_until(lambda: "mail not sent; it is tried again" in gateway.logged())
    again = Mailbox(port=box.port).start()
    try:
        assert events(again, person, 1) == ["factor-added"]
        gateway.process.wait_until(lambda: "mail is sent again" in gateway.logged())
    finally:
        again.stop()
    assert counted(gateway, "given_up") == 0


def test_mail_that_waits_when_a_gateway_stops_is_sent_by_the_next(gateways, people, recorder, box):
    box.stop()
    gateway = gateways.start(recorder.url, mail=mail(box))
    person = people(gateway)
    person.sign_in()
    person.enrol()
    assert gateway.stop() == 0
    again = Mailbox(port=box.port).start()
    try:
        gateway.start()
        assert events(again, person, 1) == ["factor-added"]
    finally:
        again.stop()


def test_a_gateway_that_stops_waits_for_the_answer_to_a_mail(gateways, people, recorder, box):
    gateway = gateways.start(recorder.url, mail=mail(box), listen={"shutdown_delay": "0s"})
    box.slow = 3.0
    person = people(gateway)
    person.sign_in()
    person.enrol()
    gateway.process.wait_until(lambda: box.waiting == 1)
    assert gateway.stop() == 0
    assert len(box.messages(address(person))) == 1
    assert gateway.database.sql("SELECT count(*) FROM postern.mail_queue") == [(0,)], "it is not sent again"


def test_a_recipient_who_is_refused_for_good_keeps_nobody_else_from_theirs(gateways, people, recorder, box):
    gateway = gateways.start(recorder.url, mail=mail(box))
    gone, busy = people(gateway), people(gateway)
    box.refused = {address(gone): "550 5.1.1 no such user", address(busy): "450 4.2.1 try again later"}
    for person in (gone, busy):
        person.sign_in()
        person.enrol()
    gateway.process.wait_until(lambda: "mail given up: the user was not told" in gateway.logged())
    assert "no such user" in gateway.logged()
    box.refused = {}
    assert events(box, busy, 1) == ["factor-added"]
    assert box.messages(address(gone)) == []
    assert counted(gateway, "given_up") == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_nothing_is_sent_where_the_server_cannot_be_trusted(gateways, people, recorder, authority, scheme):
    # The public authorities do not vouch for it.
    box = Mailbox(authority.issue("localhost"), starttls=scheme == "smtp").start()
    try:
        gateway = gateways.start(recorder.url, mail=mail(box, scheme))
        tried = gateway.command("mail", "test", "ada@example.com")
        assert tried.returncode == 1 and "UnknownIssuer" in tried.stderr, tried
        with_it = gateways.start(recorder.url, mail=mail(box, scheme, root_certificates=str(authority.ca)))
        tried = with_it.command("mail", "test", "ada@example.com")
        assert tried.returncode == 0, tried
        assert [message["X-Envelope-To"] for message in box.messages()] == ["ada@example.com"]
        assert "Test mail" in text(box.messages()[0])
    finally:
        box.stop()


def test_nothing_is_sent_in_the_clear_to_a_server_without_starttls(gateways, recorder, box):
    gateway = gateways.start(recorder.url, mail=mail(box, "smtp"))
    tried = gateway.command("mail", "test", "ada@example.com")
    assert tried.returncode == 1 and "STARTTLS" in tried.stderr, tried
    assert box.messages() == []


def test_the_link_asks_for_a_fresh_factor_and_then_ends_everything_else(gateways, people, recorder, box):
    gateway = gateways.start(recorder.url, mail=mail(box), second_factor={"trusted_devices": "30d"})
    person, intruder = people(gateway), None
    person.sign_in()
    person.enrol()
    link = re.search(rf"{gateway.origin}(/postern/not-me)\s", text(box.wait(1, address(person))[0]))[1]
    intruder = people(gateway, subject=person.subject)
    intruder.sign_in()
    assert intruder.verify(person.code()).status == 200
    gateway.database.sql("UPDATE postern.sessions SET second_factor_at = second_factor_at - interval '6 minutes'")

    # The link alone shows nothing to strangers, and nothing to a session that did not confirm lately.
    stranger = people(gateway)
    assert "/postern/sign-in" in stranger.navigate(link).location
    asked = person.navigate(link)
    assert asked.status == 303 and "/postern/verify?rd=" in asked.location, asked
    form = Form.on(person.navigate(asked.location.removeprefix(gateway.origin)).text, lambda form: "code" in form.fields)
    back = person.submit("/postern/verify", {**form.fields, "code": person.code()})
    assert back.status == 303 and back.location.endswith(link), back
    page = person.navigate(link)
    assert page.status == 200 and "Was that somebody else?" in page.text
    assert intruder.fetch("GET", "/api/2fa/status").status == 200, "reading the page ends nothing"
    form = Form.on(page.text, lambda form: form.action.endswith(link))
    assert person.submit(link, {}).status == 403
    done = person.submit(link, form.fields)
    assert done.location.endswith("/postern/account?done=not-me"), done
    assert "You are signed out everywhere else" in person.navigate("/postern/account?done=not-me").text
    assert intruder.fetch("GET", "/api/2fa/status").status == 401
