"""The second factor over the JSON API of the guide (envelope, paths, codes), without the guide's flaws."""

import base64
import json
import re
import socket
import struct
import subprocess
import time
from datetime import datetime

import pytest

from harness.person import PERIOD

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture(scope="module")
def ann(proxy):
    return proxy.verified()


def status(person) -> dict:
    return person.fetch("GET", "/api/2fa/status").json()["data"]


def locked(proxy, person) -> tuple:
    row, = proxy.gateway.database.sql(
        "SELECT failed_attempts, locked_until, backup_failed_attempts, backup_locked_until, "
        "now() AT TIME ZONE 'UTC' FROM user_2fa_settings WHERE user_id = %s", person.me()["id"])
    return row


def unlock_time(proxy, person) -> None:
    """Makes the lock expire."""
    proxy.gateway.database.sql("UPDATE user_2fa_settings SET locked_until = now() AT TIME ZONE 'UTC', "
                               "backup_locked_until = now() AT TIME ZONE 'UTC' WHERE user_id = %s", person.me()["id"])


def again(proxy, person):
    """The same person in another browser, with the first factor only."""
    other = proxy.newcomer(proxy.gateway, subject=person.subject)
    other.secret, other.codes, other._last_step = person.secret, person.codes, person._last_step
    other.sign_in()
    return other


def test_set_up_answers_as_the_guide_says(proxy, tmp_path):
    person = proxy.signed_in(email="setup@example.com")
    answer = person.fetch("POST", "/api/2fa/setup/start")
    body = answer.json()
    assert answer.status == 200
    assert body["success"] is True
    assert body["error"] is None
    assert datetime.fromisoformat(body["metadata"]["timestamp"])
    assert body["metadata"]["executionTime"] >= 0
    assert set(body["metadata"]) == {"sessionId", "routerId", "timestamp", "executionTime"}
    data = body["data"]
    assert set(data) >= {"qr_code", "secret", "setup_token", "expires_in"}
    assert data["expires_in"] == 600
    assert "no-store" in answer.one("cache-control")
    assert "private" in answer.one("cache-control")
    kind, picture = data["qr_code"].split(",")
    assert kind == "data:image/png;base64"
    file = tmp_path / "qr.png"
    file.write_bytes(base64.b64decode(picture))
    scanned = subprocess.run(["zbarimg", "-q", "--raw", file], capture_output=True, text=True, check=True).stdout
    assert scanned.startswith("otpauth://totp/NetPilot")
    assert f"secret={data['secret']}" in scanned
    assert "issuer=NetPilot" in scanned
    assert "setup%40example.com" in scanned or "setup@example.com" in scanned
    person.learn(data["secret"])
    done = person.fetch("POST", "/api/2fa/setup/verify", {"code": person.code(), "setup_token": data["setup_token"]})
    told = done.json()["data"]
    assert told["success"] is True
    assert told["message"]
    assert len(told["backup_codes"]) == 8
    assert all(CODE.fullmatch(code) for code in told["backup_codes"])
    assert len(set(told["backup_codes"])) == 8
    assert person.fetch("GET", "/page").status == 200


def test_the_status_and_me_follow_along(proxy):
    person = proxy.signed_in(email="follow@example.com", name="Fol Low", given_name="Fol")
    assert status(person) == {"is_enabled": False, "is_required": True, "is_verified": False, "methods_available": [],
                              "backup_codes_remaining": 0}
    me = person.me()
    assert {"name": "Fol", "email": "follow@example.com", "full_name": "Fol Low", "requires_2fa": True,
            "has_2fa_enabled": False, "is_2fa_verified": False}.items() <= me.items()
    assert {"picture", "id", "avatar_url", "last_login", "is_active", "twofa_enforced_at"} <= set(me)
    person.enrol()
    assert status(person) == {"is_enabled": True, "is_required": True, "is_verified": True,
                              "methods_available": ["totp", "backup"], "backup_codes_remaining": 8}
    other = again(proxy, person)
    assert status(other)["is_verified"] is False
    assert other.me()["has_2fa_enabled"] is True
    assert other.verify(other.codes[0], "backup").status == 200
    assert status(other)["backup_codes_remaining"] == 7
    assert other.me()["is_2fa_verified"] is True


def test_a_stranger_gets_401_everywhere(proxy):
    person = proxy.person()
    for method, path in [("GET", "/me"), ("GET", "/api/2fa/status"), ("POST", "/api/2fa/setup/start"),
                         ("POST", "/api/2fa/verify"), ("POST", "/api/2fa/disable"), ("POST", "/api/2fa/reset"),
                         ("POST", "/api/2fa/setup/verify"), ("POST", "/api/2fa/generate-backup-codes")]:
        answer = person.fetch(method, path, {"code": "123456"} if method == "POST" else None)
        assert (answer.status, answer.code) == (401, "SIGN_IN_REQUIRED"), path


@pytest.mark.parametrize(("path", "content", "expected"), [
    ("/api/2fa/setup/verify", {}, ("MISSING_DATA", 400)),
    ("/api/2fa/setup/verify", {"code": "123456"}, ("MISSING_DATA", 400)),
    ("/api/2fa/setup/verify", {"setup_token": "x"}, ("MISSING_DATA", 400)),
    ("/api/2fa/setup/verify", {"code": "123456", "setup_token": "made up"}, ("INVALID_TOKEN", 400)),
    ("/api/2fa/verify", {}, ("MISSING_CODE", 400)),
    ("/api/2fa/verify", {"code": ""}, ("MISSING_CODE", 400)),
    ("/api/2fa/verify", {"code": "123456"}, ("2FA_NOT_ENABLED", 400)),
    ("/api/2fa/verify", {"code": "ABCD-EFGH", "method": "backup"}, ("2FA_NOT_ENABLED", 400)),
])
def test_the_errors_of_the_guide(proxy, path, content, expected):
    answer = proxy.signed_in().fetch("POST", path, content)
    assert (answer.code, answer.status) == expected, answer
    assert answer.json()["message"] == answer.json()["error"]["message"]
    assert "details" in answer.json()["error"]


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"1", b"\"x\"", b"{\"code\":1}", b"{\"code\":null}", b"{\"code\":[\"1\"]}",
    b"{\"code\":{\"a\":1}}", b"\xff\xfe", b"{\"code\":\"\\ud800\"}", b"{\"code\":\"\\u0000\"}", b"[" * 10_000,
    b"{\"code\":\"" + b"1" * 50_000 + b"\"}", b"{\"code\":\"1\",\"code\":\"2\"}", b"{\"code\":\"123456\",\"method\":7}",
    b"{\"code\":\"123456\",\"method\":\"sms\"}", b"{\"code\":\"123456\",\"method\":\"" + b"x" * 5000 + b"\"}",
    b"{\"code\":1e999}", b"{\"code\":true}", b"--x\r\n", b"{\"code\":\"12345\\u0661\"}",
])
@pytest.mark.parametrize("path", ["verify", "setup/verify", "disable", "generate-backup-codes"])
def test_no_body_is_a_5xx_and_none_gets_in(proxy, ann, path, body):
    headers = [("Origin", proxy.origin), ("Content-Type", "application/json")]
    answer = ann.request("POST", f"/api/2fa/{path}", headers, body)
    assert 400 <= answer.status < 500, answer
    unlock_time(proxy, ann)


@pytest.mark.parametrize("digits", ["١٢٣٤٥٦", "１２３４５６", "𝟏𝟐𝟑𝟒𝟓𝟔", "12345", "1234567", "12 34 5", "0x1234", "-12345",
                                    "12345６", "+12345"])
def test_only_six_ascii_digits_are_a_code(proxy, digits):
    person = proxy.verified()
    other = again(proxy, person)
    answer = other.verify(digits)
    assert (answer.status, answer.code) == (400, "INVALID_CODE")


def test_full_width_digits_and_blanks_of_a_paste_are_read_as_the_code_that_they_spell(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    wide = "\u00a0" + "".join(chr(ord("０") + int(digit)) for digit in other.code())
    assert other.verify(wide).status == 200


def test_a_code_is_good_once_in_any_session(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    code = other.code()
    assert other.verify(code).status == 200
    third = again(proxy, other)
    assert third.verify(code).code == "INVALID_CODE"
    older = third.code_at(third._last_step - 1)
    assert third.verify(older).code == "INVALID_CODE", "older steps are spent with it"


def test_codes_of_far_steps_are_wrong(proxy):
    person = proxy.verified()
    now = int(time.time()) // PERIOD
    for step in (now - 3, now + 3):
        other = again(proxy, person)
        assert other.verify(person.code_at(step)).code == "INVALID_CODE"
        unlock_time(proxy, person)


@pytest.mark.parametrize("typed", [lambda c: c, lambda c: c.lower(), lambda c: c.replace("-", ""),
                                   lambda c: f" {c.lower().replace('-', ' ')} ", lambda c: c.replace("0", "o")
                                   .replace("1", "l")])
def test_a_backup_code_works_once_however_it_is_typed(proxy, typed):
    person = proxy.verified()
    code = next((code for code in person.codes if "0" in code or "1" in code), person.codes[3])
    other = again(proxy, person)
    assert other.verify(typed(code), "backup").status == 200
    assert status(other)["backup_codes_remaining"] == 7
    third = again(proxy, person)
    assert third.verify(code, "backup").code == "INVALID_CODE"
    assert status(third)["backup_codes_remaining"] == 7


def test_the_third_failure_locks_for_five_minutes_then_longer(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    for _ in range(3):
        answer = other.verify(other.wrong_code())
        assert (answer.status, answer.code) == (400, "INVALID_CODE")
    failures, until, _, _, now = locked(proxy, person)
    assert failures == 3
    assert 290 <= (until - now).total_seconds() <= 300
    right = other.code()
    answer = other.verify(right)
    assert (answer.status, answer.code) == (403, "ACCOUNT_LOCKED"), "the code is not looked at"
    for expected in (15, 60, 24 * 60, 24 * 60):
        unlock_time(proxy, person)
        assert other.verify(other.wrong_code()).code == "INVALID_CODE"
        _, until, _, _, now = locked(proxy, person)
        assert expected * 60 - 10 <= (until - now).total_seconds() <= expected * 60
        assert other.verify(right).code == "ACCOUNT_LOCKED"
    unlock_time(proxy, person)
    assert other.verify(other.code()).status == 200
    assert locked(proxy, person)[:2] == (0, None)


def test_a_hundred_failures_disable_the_authenticator_and_not_the_account(proxy):
    person = proxy.verified()
    proxy.gateway.database.sql("UPDATE user_2fa_settings SET failed_attempts = 100, locked_until = NULL "
                               "WHERE user_id = %s", person.me()["id"])
    other = again(proxy, person)
    assert other.verify().code == "ACCOUNT_LOCKED"
    assert person.fetch("GET", "/page").status == 200, "who is in stays in"
    assert other.verify(other.codes[0], "backup").status == 200, "the other factor works"


def test_a_locked_authenticator_leaves_backup_codes_usable_and_the_other_way_round(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    for _ in range(3):
        other.verify(other.wrong_code())
    assert other.verify().code == "ACCOUNT_LOCKED"
    assert other.verify(other.codes[0], "backup").status == 200
    person = proxy.verified()
    other = again(proxy, person)
    for _ in range(3):
        assert other.verify("ZZZZ-ZZZZ", "backup").code == "INVALID_CODE"
    assert other.verify(other.codes[0], "backup").code == "ACCOUNT_LOCKED"
    assert other.verify().status == 200


def test_all_endpoints_share_one_counter(proxy):
    person = proxy.verified()
    for path in ("verify", "generate-backup-codes", "verify"):
        assert person.fetch("POST", f"/api/2fa/{path}", {"code": person.wrong_code()}).code == "INVALID_CODE"
    for path in ("verify", "generate-backup-codes"):
        assert person.fetch("POST", f"/api/2fa/{path}", {"code": person.code()}).code == "ACCOUNT_LOCKED", path


def test_every_attempt_is_written_down_for_administrators(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    other.verify(other.wrong_code())
    other.verify("ZZZZ-ZZZZ", "backup")
    other.verify()
    rows = proxy.gateway.database.sql(
        "SELECT attempt_type, success, host(ip_address), user_agent FROM user_2fa_attempts WHERE user_id = %s "
        "ORDER BY created_at", person.me()["id"])
    assert [row[:2] for row in rows] == [("totp", True), ("totp", False), ("backup", False), ("totp", True)]
    assert {row[2] for row in rows} == {"127.0.0.1"}
    assert all("e2e" in row[3] for row in rows)


def test_a_client_that_hangs_up_after_sending_has_made_an_attempt(proxy):
    person = proxy.verified()
    other = again(proxy, person)
    user, sql = person.me()["id"], proxy.gateway.database.sql
    name, value = other.session_cookie
    for count in range(1, 4):
        content = json.dumps({"code": other.wrong_code()}).encode()
        head = (f"POST /api/2fa/verify HTTP/1.1\r\nHost: {proxy.host}\r\nOrigin: {proxy.origin}\r\n"
                f"Cookie: {name}={value}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
            # Reset at once, instead of an orderly end that the gateway might not see before it answers.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(head.encode() + content)
        proxy.gateway.process.wait_until(lambda: locked(proxy, person)[0] == count, timeout=10)
    attempts = "SELECT count(*) FROM user_2fa_attempts WHERE user_id = %s AND NOT success"
    events = "SELECT kind FROM postern.audit_events WHERE user_id = %s AND kind = 'second-factor-failed' ORDER BY at"
    proxy.gateway.process.wait_until(lambda: len(sql(events, user)) >= 3, timeout=10)
    assert sql(attempts, user) == [(3,)]
    assert other.verify().code == "ACCOUNT_LOCKED"


# Changes of factors need the factors


def test_set_up_with_the_first_factor_leaves_an_enabled_authenticator_alone(proxy):
    person = proxy.verified()
    thief = again(proxy, person)
    answer = thief.fetch("POST", "/api/2fa/setup/start")
    assert answer.status in (401, 403), answer
    assert "secret" not in answer.text
    for path in ("disable", "reset", "generate-backup-codes"):
        answer = thief.fetch("POST", f"/api/2fa/{path}", {"code": thief.wrong_code()} if path != "reset" else None)
        assert answer.status in (401, 403), (path, answer)
    assert status(thief)["is_enabled"] is True
    assert status(thief)["backup_codes_remaining"] == 8
    assert thief.verify().status == 200, "the old authenticator still works"


def test_replacing_an_authenticator_keeps_the_old_one_until_the_new_one_is_proved(proxy):
    person = proxy.verified()
    old_secret = person.secret
    assert person.fetch("POST", "/api/2fa/setup/start").status == 403, "having just verified is no code of its own"
    start = person.fetch("POST", "/api/2fa/setup/start", {"code": person.code()})
    assert start.status == 200, start
    other = again(proxy, person)
    other.secret = old_secret
    assert other.verify().status == 200, "the old one still works"
    data = start.json()["data"]
    person.learn(data["secret"])
    done = person.fetch("POST", "/api/2fa/setup/verify", {"code": person.code(), "setup_token": data["setup_token"]})
    assert done.status == 200, done
    person.keep_codes(done.json()["data"]["backup_codes"])
    assert person.fetch("GET", "/page").status == 200
    assert other.fetch("GET", "/page").status == 401, "other sessions end with the old factor"
    third = again(proxy, person)
    third.secret, third._last_step = old_secret, 0
    assert third.verify().code == "INVALID_CODE"


def test_a_set_up_token_belongs_to_its_session_and_wears_out(proxy):
    person = proxy.signed_in()
    other = proxy.newcomer(proxy.gateway, subject=person.subject)
    other.sign_in()
    data = person.fetch("POST", "/api/2fa/setup/start").json()["data"]
    person.learn(data["secret"])
    token = data["setup_token"]
    code = person.code()
    assert other.fetch("POST", "/api/2fa/setup/verify", {"code": code, "setup_token": token}).code == "INVALID_TOKEN"
    for _ in range(5):
        answer = person.fetch("POST", "/api/2fa/setup/verify", {"code": person.wrong_code(), "setup_token": token})
        assert answer.code == "INVALID_CODE"
    answer = person.fetch("POST", "/api/2fa/setup/verify", {"code": code, "setup_token": token})
    assert answer.code in ("INVALID_TOKEN", "TOKEN_EXPIRED"), "five tries are all"
    person.enrol()
    answer = person.fetch("POST", "/api/2fa/setup/verify", {"code": code, "setup_token": token})
    assert answer.status == 400, "and it works once"


def test_a_set_up_token_runs_out_after_ten_minutes(proxy):
    person = proxy.signed_in()
    data = person.fetch("POST", "/api/2fa/setup/start").json()["data"]
    person.learn(data["secret"])
    proxy.gateway.database.sql("UPDATE postern.pending_enrolments SET expires_at = expires_at - interval '10 minutes' "
                               "WHERE user_id = %s", person.me()["id"])
    answer = person.fetch("POST", "/api/2fa/setup/verify", {"code": person.code(), "setup_token": data["setup_token"]})
    assert (answer.status, answer.code) == (400, "TOKEN_EXPIRED")


def test_a_second_set_up_voids_the_first(proxy):
    person = proxy.signed_in()
    first = person.fetch("POST", "/api/2fa/setup/start").json()["data"]
    second = person.fetch("POST", "/api/2fa/setup/start").json()["data"]
    assert first["secret"] != second["secret"]
    person.learn(first["secret"])
    answer = person.fetch("POST", "/api/2fa/setup/verify", {"code": person.code(), "setup_token": first["setup_token"]})
    assert answer.code == "INVALID_TOKEN"


def test_the_required_policy_cannot_be_left(proxy):
    person = proxy.verified()
    answer = person.fetch("POST", "/api/2fa/disable", {"code": person.code()})
    assert answer.status == 403, answer
    assert person.fetch("POST", "/api/2fa/reset").status == 403
    assert status(person)["is_enabled"] is True


def test_new_backup_codes_void_the_old(proxy):
    person = proxy.verified()
    old = person.codes
    answer = person.fetch("POST", "/api/2fa/generate-backup-codes", {"code": person.code()})
    assert answer.status == 200, answer
    new = answer.json()["data"]["backup_codes"]
    person.keep_codes(new)
    assert len(new) == 8
    assert not set(new) & set(old)
    other = again(proxy, person)
    assert other.verify(old[0], "backup").code == "INVALID_CODE"
    assert other.verify(new[0], "backup").status == 200
