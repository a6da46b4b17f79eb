"""Codes by SMS: a real HTTP hook, two replicas, each code once; and the example receiver of the documents."""

import json
import os
import re
import subprocess
import sys

import pytest

from documents.blocks import held_by
from harness import ports
from harness.parallel import in_parallel
from harness.person import Form, Person
from harness.processes import Failed, Process, listens
from harness.sms_hook import TOKEN, SmsHook

from .test_codes import again
from .test_notices import address

PAGE = "/postern/verify?method=sms"
NUMBER = "+491512345612"


@pytest.fixture
def hook():
    part = SmsHook().start()
    yield part
    part.stop()


@pytest.fixture
def pair(gateways, recorder, hook):
    """Two gateways on one database, with a hook."""
    sms = {"url": hook.url, "token": TOKEN, "timeout": "2s"}
    first = gateways.start(recorder.url, sms=sms, second_factor={"policy": "per-user", "sms_codes": True})
    return first, gateways.replica(first)


def give(person: Person, number: str):
    """Gives a number, with a fresh code of the app; the answer leads to the page that takes the code."""
    form = Form.on(person.navigate("/postern/account/number").text, lambda form: "number" in form.fields)
    page = person.submit("/postern/account/number", {**form.fields, "number": number})
    form = Form.on(page.text, lambda form: "code" in form.fields)
    return person.submit("/postern/account/number", {**form.fields, "code": person.code()})


def code_of(message: dict, person: Person) -> str:
    code = re.fullmatch(r"@localhost #(\d{6})", message["text"].splitlines()[-1])[1]
    person.canary.saw("code by SMS", code)
    return code


def confirm(person: Person, code: str):
    form = Form.on(person.navigate("/postern/account/number/code").text, lambda form: "code" in form.fields)
    return person.submit("/postern/account/number/code", {**form.fields, "code": code})


def with_number(people, gateway, hook, number: str = NUMBER) -> Person:
    """Somebody with an app and a confirmed number."""
    person = people(gateway)
    person.sign_in()
    person.enrol()
    begun = give(person, number)
    assert begun.status == 303 and begun.location.endswith("/postern/account/number/code"), begun
    done = confirm(person, code_of(hook.wait(1, number)[-1], person))
    assert done.status == 303 and done.location.endswith("/postern/account?done=number"), done
    later(gateway)
    return person


def later(gateway) -> None:
    """Lets the pause between two codes pass."""
    gateway.database.sql("UPDATE postern.sent_codes SET sent_at = sent_at - interval '1 minute'")


def failures(gateway, person: Person) -> int:
    sql = "SELECT failed_attempts FROM user_2fa_settings s JOIN users u ON u.id = s.user_id WHERE u.email = %s"
    return gateway.database.sql(sql, address(person))[0][0]


def test_a_number_is_confirmed_and_its_codes_are_taken_by_the_other_replica_once(pair, people, hook):
    first, second = pair
    person = with_number(people, first, hook)
    message, headers = hook.messages()[0], hook.headers[0]
    assert set(message) == {"to", "text", "id"} and message["to"] == NUMBER, message
    assert headers["authorization"] == f"Bearer {TOKEN}" and headers["content-type"] == "application/json", headers

    other = again(people, first, person, first.port)
    assert other.fetch("GET", "/page").status == 401
    form = Form.on(other.navigate(PAGE).text, lambda form: form.action.endswith("/verify/send"))
    asked = other.submit("/postern/verify/send", form.fields)
    assert asked.status == 303 and asked.location.endswith(PAGE), asked
    code = code_of(hook.wait(2)[-1], person)
    assert other.fetch("GET", "/page").status == 401, "asking alone raises nothing"
    other.port = second.port
    form = Form.on(other.navigate(PAGE).text, lambda form: form.fields.get("method") == "sms" and "code" in form.fields)
    assert other.submit("/postern/verify", {**form.fields, "code": code}).status == 303
    assert other.fetch("GET", "/page").status == 200
    session = other.fetch("GET", "/postern/api/session").json()
    assert session.get("data", session)["second_factor"]["method"] == "sms"

    stranger = again(people, first, person, second.port)
    refused = stranger.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code})
    assert (refused.status, refused.code) == (400, "INVALID_CODE"), refused
    assert failures(first, person) == 0, "it could not be right"
    for gateway in pair:
        logged = gateway.logged()
        assert not re.search(rf"(?<!\d){code}(?!\d)", logged), "no code in a log"
        assert NUMBER[4:] not in logged and TOKEN not in logged
    events = str(first.database.sql("SELECT * FROM postern.audit_events"))
    assert NUMBER[4:] not in events and code not in events, events
    assert code not in str(first.database.sql("SELECT * FROM postern.sent_codes"))
    assert re.search(r'kind="sms-number-confirmed"} 1', first.metrics())
    assert first.command("users", "show", address(person)).stdout.count("ends in 12") == 1


def test_replicas_that_are_asked_at_once_send_one_message_and_take_the_code_once(pair, people, hook):
    first, second = pair
    person = with_number(people, first, hook)
    owner = again(people, first, person, first.port)
    jar = dict(owner.cookies)
    asked = in_parallel([lambda port=port: owner.fetch("POST", "/api/2fa/send-code", {"method": "sms"}, cookies=dict(jar), port=port)
                         for port in (first.port, second.port) * 5])
    assert {answer.status for answer in asked} == {200}, asked
    assert asked[0].json()["data"]["sent_to"] == "•••• 12", asked[0]
    code = code_of(hook.wait(2)[-1], person)
    taken = in_parallel([lambda port=port: owner.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code},
                                                       cookies=dict(jar), port=port)
                         for _ in range(4) for port in (first.port, second.port)])
    tokens = {answer.one("set-cookie").partition(";")[0] for answer in taken if answer.status == 200}
    assert len(tokens) == 1, taken
    assert len(hook.messages()) == 2
    rows = first.database.sql("SELECT count(*) FROM user_2fa_attempts WHERE attempt_type = 'sms' AND success")
    assert rows == [(2,)], "the one that confirmed the number, and this one"


def test_a_hook_that_refuses_hangs_or_is_away_is_told_and_counts_nothing(pair, people, hook):
    first, _ = pair
    person = with_number(people, first, hook)
    other = again(people, first, person, first.port)

    def ask():
        form = Form.on(other.navigate(PAGE).text, lambda form: form.action.endswith("/verify/send"))
        return other.submit("/postern/verify/send", form.fields)

    for status, hangs in ((500, False), (302, False), (204, True)):
        hook.status = status
        if hangs:
            hook.answers.clear()
        count = len(hook.messages())
        asked = ask()
        assert asked.status == 303 and "told=unsent" in asked.location, (status, hangs, asked)
        page = other.navigate(asked.location.removeprefix(first.origin))
        assert page.status == 200 and "The code couldn’t be sent" in page.text, page
        code = code_of(hook.wait(count + 1)[-1], person)
        refused = other.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code})
        assert (refused.status, refused.code) == (400, "INVALID_CODE"), "void"
        later(first)
    hook.stop()
    assert "told=unsent" in ask().location
    assert failures(first, person) == 0
    for needed in ("code not sent", "the SMS hook answered 500", "the SMS hook answered 302", "no complete answer within 2 s"):
        first.process.wait_until(lambda needed=needed: needed in first.logged(), timeout=10)
    assert NUMBER[4:] not in first.logged(), "what the hook says is not logged"
    assert re.search(r'kind="code-not-sent"} 4', first.metrics())


def test_a_number_that_an_administrator_wrote_counts_for_nothing_until_its_owner_confirms_it(pair, people, hook):
    first, second = pair
    person = people(first)
    person.sign_in()
    person.enrol()
    set_to = "UPDATE user_2fa_settings SET sms_phone = {} WHERE user_id = (SELECT id FROM users WHERE email = %s)"
    first.database.sql(set_to.format(f"'{NUMBER}'"), address(person))
    assert "sms" not in person.fetch("GET", "/api/2fa/status").json()["data"]["methods_available"]
    refused = person.fetch("POST", "/api/2fa/send-code", {"method": "sms"})
    assert (refused.status, refused.code) == (400, "METHOD_NOT_AVAILABLE") and hook.messages() == [], refused
    assert "A number was entered for you" in person.navigate("/postern/account").text
    assert give(person, "+49 151 2345612").status == 303
    assert confirm(person, code_of(hook.wait(1)[-1], person)).location.endswith("done=number")
    later(first)

    other = again(people, first, person, second.port)
    assert other.fetch("POST", "/api/2fa/send-code", {"method": "sms"}).status == 200
    code = code_of(hook.wait(2)[-1], person)
    assert other.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code}).status == 200
    assert other.fetch("GET", "/page").status == 200
    first.database.sql(set_to.format("'+491512345666'"), address(person))
    second.process.wait_until(lambda: other.fetch("GET", "/page").status == 401)
    assert person.fetch("GET", "/page").status == 200, "what was verified with the app stays"


def test_a_changed_number_ends_what_rested_on_the_former_at_every_replica(pair, people, hook):
    first, second = pair
    person = with_number(people, first, hook)
    other = again(people, first, person, second.port)
    assert other.fetch("POST", "/api/2fa/send-code", {"method": "sms"}).status == 200
    code = code_of(hook.wait(2)[-1], person)
    assert other.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code}).status == 200
    assert other.fetch("GET", "/page").status == 200
    later(first)
    assert give(person, "+1 555 0123456").status == 303
    assert confirm(person, code_of(hook.wait(1, "+15550123456")[-1], person)).location.endswith("done=number")
    second.process.wait_until(lambda: other.fetch("GET", "/page").status == 401)
    assert person.fetch("GET", "/page").status == 200


def test_a_reload_changes_the_hook_and_switches_codes_off(pair, people, hook):
    first, _ = pair
    person = with_number(people, first, hook)
    other = again(people, first, person, first.port)
    another = SmsHook().start()

    def reconfigured(**sections) -> None:
        before = first.reloads()
        first.reconfigure(**sections)
        first.hang_up()
        first.process.wait_until(lambda: first.reloads() > before)

    try:
        reconfigured(sms={"url": another.url, "token": "another"})
        assert other.fetch("POST", "/api/2fa/send-code", {"method": "sms"}).status == 200
        code = code_of(another.wait(1)[0], person)
        assert another.headers[0]["authorization"] == "Bearer another" and len(hook.messages()) == 1
    finally:
        another.stop()
    reconfigured(second_factor={"sms_codes": False})
    refused = other.fetch("POST", "/api/2fa/verify", {"method": "sms", "code": code})
    assert (refused.status, refused.code) == (400, "METHOD_NOT_AVAILABLE"), refused
    # What was stored can still be removed.
    account = person.navigate("/postern/account").text
    assert "account/number?id=none" in account and 'account/number"' not in account, account


def test_codes_by_sms_need_a_hook(gateways, recorder):
    with pytest.raises(Failed, match="sms_codes"):
        gateways.start(recorder.url, second_factor={"sms_codes": True})
    with pytest.raises(Failed, match="readable for everybody"):
        gateways.start(recorder.url, sms={"url": "http://sms.example.com/"}, second_factor={"sms_codes": True})


def test_the_receiver_of_the_documents_takes_messages_once_and_from_the_gateway_only(gateways, recorder, people, tmp_path):
    (example,), (request,) = held_by(__file__, "python"), held_by(__file__, "http")
    (tmp_path / "hook.py").write_text(example.text)
    (tmp_path / "token").write_text(TOKEN + "\n")
    sent = tmp_path / "sent"
    modem = tmp_path / "gammu-smsd-inject"
    modem.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]), file=open({str(sent)!r}, 'a'))\n")
    modem.chmod(0o755)
    port = ports.free()
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PORT": str(port), "SMS_TOKEN_FILE": str(tmp_path / "token")}
    receiver = Process("receiver", [sys.executable, "hook.py"], tmp_path / "receiver.log", env=environment, cwd=tmp_path)
    try:
        receiver.wait_until(lambda: listens(port))
        sms = {"url": f"http://127.0.0.1:{port}/send", "token_file": str(tmp_path / "token")}
        gateway = gateways.start(recorder.url, sms=sms, second_factor={"policy": "per-user", "sms_codes": True})
        person = people(gateway)
        person.sign_in()
        person.enrol()
        assert give(person, NUMBER).location.endswith("/account/number/code")
        kind, to, *options = json.loads(sent.read_text())
        assert (kind, to, options[:3]) == ("TEXT", NUMBER, ["-autolen", "1000", "-textutf8"]), options
        assert confirm(person, code_of({"text": options[3]}, person)).location.endswith("done=number")

        # The request as the page shows it: with the token, without it, and twice.
        head, body = request.text.split("\n\n", 1)
        names = [line.partition(":")[0] for line in head.splitlines()[1:]]
        assert names == ["Host", "Content-Type", "Authorization"], names
        for token, status, count in (("wrong", "401", 1), (TOKEN, "204", 2), (TOKEN, "204", 2)):
            answered = subprocess.run(
                ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {token}",
                 "--data-binary", body, f"http://127.0.0.1:{port}/send"], capture_output=True, text=True, check=True)
            assert answered.stdout == status, answered
            assert len(sent.read_text().splitlines()) == count
    finally:
        receiver.stop()
