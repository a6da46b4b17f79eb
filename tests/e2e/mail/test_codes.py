"""Codes by mail: a real SMTP server, two replicas, each code once."""

import re

import pytest

from harness.frontends import REPOSITORY
from harness.mailbox import PASSWORD, Mailbox, html, text
from harness.parallel import in_parallel
from harness.person import Form, Person
from harness.processes import Failed

from .test_notices import address, mail

PAGE = "/postern/verify?method=email"


@pytest.fixture
def box(authority):
    part = Mailbox(authority.issue("localhost"), starttls=True, login=True).start()
    yield part
    part.stop()


@pytest.fixture
def pair(gateways, recorder, box, authority):
    """Two gateways on one database, which tell nothing by mail but codes."""
    server = mail(box, "smtp", password=PASSWORD, root_certificates=str(authority.ca), notices=["factors-reset"])
    first = gateways.start(recorder.url, mail=server, second_factor={"policy": "per-user", "email_codes": True})
    return first, gateways.replica(first)


def switched_on(people, gateway) -> Person:
    """Somebody with an app who switches codes by mail on."""
    person = people(gateway)
    person.sign_in()
    person.enrol()
    form = Form.on(person.navigate("/postern/account/email-codes").text, lambda form: "code" in form.fields)
    done = person.submit("/postern/account/email-codes", {**form.fields, "code": person.code()})
    assert done.status == 303 and done.location.endswith("/postern/account?done=mailed-on"), done
    return person


def again(people, gateway, person: Person, port: int) -> Person:
    """The same person in another browser, with the first factor only."""
    other = people(gateway, subject=person.subject, port=port)
    other.secret, other.codes = person.secret, person.codes
    other.sign_in()
    return other


def send(person: Person) -> None:
    form = Form.on(person.navigate(PAGE).text, lambda form: form.action.endswith("/verify/send"))
    asked = person.submit("/postern/verify/send", form.fields)
    assert asked.status == 303 and asked.location.endswith(PAGE), asked


def newest(box: Mailbox, person: Person, count: int) -> str:
    message = box.wait(count, address(person))[-1]
    code = re.fullmatch(r"@localhost #(\d{6})", text(message).strip().splitlines()[-1])[1]
    person.canary.saw("code by mail", code)
    assert code in html(message) and code not in message["Subject"]
    return code


def enter(person: Person, code: str):
    form = Form.on(person.navigate(PAGE).text, lambda form: form.fields.get("method") == "email" and "code" in form.fields)
    return person.submit("/postern/verify", {**form.fields, "code": code})


def failures(gateway, person: Person) -> int:
    sql = "SELECT failed_attempts FROM user_2fa_settings s JOIN users u ON u.id = s.user_id WHERE u.email = %s"
    return gateway.database.sql(sql, address(person))[0][0]


def test_a_code_is_asked_for_at_one_replica_and_taken_by_the_other_once(pair, people, box):
    first, second = pair
    person = switched_on(people, first)
    other = again(people, first, person, first.port)
    assert other.fetch("GET", "/page").status == 401
    send(other)
    code = newest(box, person, 1)
    assert other.fetch("GET", "/page").status == 401, "asking alone raises nothing"
    other.port = second.port
    assert enter(other, code).status == 303
    assert other.fetch("GET", "/page").status == 200
    session = other.fetch("GET", "/postern/api/session").json()
    assert session.get("data", session)["second_factor"]["method"] == "email"
    stranger = again(people, first, person, second.port)
    refused = stranger.fetch("POST", "/api/2fa/verify", {"method": "email", "code": code})
    assert (refused.status, refused.code) == (400, "INVALID_CODE"), refused
    assert failures(first, person) == 0, "it could not be right"
    assert "sent code refused, and not counted" in second.logged()
    for gateway in pair:
        assert not re.search(rf"(?<!\d){code}(?!\d)", gateway.logged()), "no code in a log"
    stored = str(first.database.sql("SELECT * FROM postern.sent_codes"))
    assert code not in stored, stored
    events = first.database.sql("SELECT kind FROM postern.audit_events WHERE detail = 'email' ORDER BY at")
    assert events == [("code-sent",), ("second-factor-verified",)], events
    assert re.search(r'kind="code-sent"} 1', first.metrics())


def test_replicas_that_are_asked_at_once_send_one_mail_and_take_the_code_once(pair, people, box):
    first, second = pair
    person = switched_on(people, first)
    several = [again(people, first, person, port) for port in (first.port, second.port)]
    owner = several[0]

    jar = dict(owner.cookies)
    asked = in_parallel([lambda port=port: owner.fetch("POST", "/api/2fa/send-code", {"method": "email"}, cookies=dict(jar), port=port)
                         for port in (first.port, second.port) * 5])
    assert {answer.status for answer in asked} == {200}, asked
    code = newest(box, person, 1)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    taken = in_parallel([lambda port=port, given=given: owner.fetch("POST", "/api/2fa/verify", {"method": "email", "code": given},
                                                                    cookies=dict(jar), port=port)
                         for given in (code, code, code, code, wrong) for port in (first.port, second.port)])
    tokens = {answer.one("set-cookie").partition(";")[0] for answer in taken if answer.status == 200}
    assert len(tokens) == 1, taken
    assert {answer.status for answer in taken} <= {200, 400, 401, 403}, taken
    assert len(box.messages(address(person))) == 1
    rows = first.database.sql("SELECT count(*) FROM user_2fa_attempts WHERE attempt_type = 'email' AND success")
    assert rows == [(1,)], rows


def test_few_are_sent_and_a_server_that_refuses_is_told_and_holds_up_nobody(pair, people, box):
    first, _ = pair
    person = switched_on(people, first)
    other = again(people, first, person, first.port)
    box.refused = {address(person): "450 4.2.1 try again later"}
    form = Form.on(other.navigate(PAGE).text, lambda form: form.action.endswith("/verify/send"))
    asked = other.submit("/postern/verify/send", form.fields)
    assert asked.status == 303 and "told=unsent" in asked.location, asked
    page = other.navigate(asked.location.removeprefix(first.origin))
    assert page.status == 200 and "The code couldn’t be sent" in page.text and "You can ask for another code" in page.text
    first.process.wait_until(lambda: "code not sent" in first.logged())
    assert re.search(r'kind="code-not-sent"} 1', first.metrics())
    box.refused = {}
    first.database.sql("UPDATE postern.sent_codes SET sent_at = sent_at - interval '1 minute'")
    send(other)
    code = newest(box, person, 1)
    for _ in range(2):
        assert other.fetch("POST", "/api/2fa/send-code").status == 200, "the same once more"
    assert len(box.messages(address(person))) == 1
    for _ in range(3):
        first.database.sql("UPDATE postern.sent_codes SET sent_at = sent_at - interval '1 minute'")
        assert other.fetch("POST", "/api/2fa/send-code").status == 200
    first.database.sql("UPDATE postern.sent_codes SET sent_at = sent_at - interval '1 minute'")
    full = other.fetch("POST", "/api/2fa/send-code")
    assert (full.status, full.code) == (429, "TOO_MANY_CODES") and int(full.one("retry-after")) > 3000, full
    assert other.verify(code, "email").status == 400, "a newer one took its place"
    assert enter(other, newest(box, person, 4)).status == 303


def test_an_administrator_switches_them_on_and_off_with_sql(pair, people, box):
    first, second = pair
    person = people(first)
    person.sign_in()
    person.enrol()
    set_to = "UPDATE user_2fa_settings SET email_2fa_enabled = {} WHERE user_id = (SELECT id FROM users WHERE email = %s)"
    first.database.sql(set_to.format("true"), address(person))
    other = again(people, first, person, second.port)
    assert other.fetch("GET", "/api/2fa/status").json()["data"]["methods_available"] == ["totp", "backup", "email"]
    send(other)
    assert enter(other, newest(box, person, 1)).status == 303
    assert other.fetch("GET", "/page").status == 200
    first.database.sql(set_to.format("false"), address(person))
    second.process.wait_until(lambda: other.fetch("GET", "/page").status == 401)
    assert person.fetch("GET", "/page").status == 200, "what was verified with the app stays"
    first.database.sql(set_to.format("true"), address(person))
    second.process.wait_until(lambda: other.fetch("GET", "/page").status == 200)
    first.database.sql(set_to.format("false"), address(person))
    page = (REPOSITORY / "docs" / "email-codes.md").read_text()
    for_good = re.findall(r"^ +(UPDATE postern\.[^;]+);", page, re.MULTILINE)
    assert len(for_good) == 2
    for statement in for_good:
        first.database.sql(statement.replace("ada@example.com", address(person)))
    first.database.sql(set_to.format("true"), address(person))
    second.process.wait_until(lambda: other.fetch("GET", "/page").status == 401)
    rows = first.database.sql("SELECT count(*) FROM postern.sent_codes WHERE digest IS NOT NULL")
    assert rows == [(0,)]


def test_codes_by_mail_need_a_mail_server(gateways, recorder):
    refused = gateways.start(recorder.url).command("check")
    assert refused.returncode == 0, refused
    with pytest.raises(Failed, match="email_codes"):
        gateways.start(recorder.url, second_factor={"email_codes": True})
