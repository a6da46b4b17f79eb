"""No secret appears in logs, errors or the database (promise 17). Every gateway of every test is searched when it stops;
this one goes through every path first, with the log at its most verbose."""

import re

from harness.person import NAVIGATION, SCRIPT


def test_nothing_secret_is_written_down(postgres, recorder, gateways, people, backend):
    gateway = gateways.start(recorder.url, legacy={"flask_secret_key": backend.secret_key}, log={"level": "trace"})
    person = people(gateway, email="canary@example.com")
    gateway.canary.saw("database URL", gateway.database.url)
    person.sign_in("/postern/sign-in?rd=/page?token=canary-in-query-123")
    person.enrol()
    guesses = {"wrong code": "918273", "wrong backup code": "QQQQ-7777", "odd code": "canary-code-456789"}
    for kind, guess in guesses.items():
        gateway.canary.saw(kind, guess if len(guess) >= 9 else None)
        person.verify(guess, "backup" if "backup" in kind else "totp")
    code = person.code()
    gateway.database.sql("UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL")
    person.verify(code)
    person.verify(person.codes[0], "backup")
    person.fetch("GET", "/page?password=canary-password-123", headers=[
        ("Authorization", "Bearer canary-bearer-123456"), ("X-Api-Key", "canary-api-key-123456")])
    seen = recorder.last
    gateway.canary.saw("assertion", seen.one("x-auth-assertion"))
    gateway.canary.saw("minted Flask session", seen.cookies().get("session"))
    for kind, value in [("bearer token", "canary-bearer-123456"), ("API key", "canary-api-key-123456"),
                        ("password in a query", "canary-password-123"), ("token in a query", "canary-in-query-123"),
                        ("made-up cookie", "canary-cookie-123456"), ("made-up code", "canary-authcode-123")]:
        gateway.canary.saw(kind, value)
    person.request("GET", "/page", [*SCRIPT, ("Cookie", "postern=canary-cookie-123456")], cookies={})
    person.request("GET", "/authorize?code=canary-authcode-123&state=x", NAVIGATION, cookies={})
    person.request("POST", "/api/2fa/verify", [("Origin", gateway.origin), ("Content-Type", "application/json")],
                   b'{"code": "canary-code-456789"')
    person.request("GET", "/%2f?canary-in-query-123", NAVIGATION)
    gateway.command("users", "list")
    gateway.stop()
    log = gateway.logged()
    assert gateway.canary.leaks(log) == []
    assert gateway.canary.leaks(gateway.database.dump()) == []
    for digits in (code, "918273", person.code_at(person._last_step)):
        assert not re.search(rf"(?<![\d.:]){digits}(?!\d)", log), "a six-digit code is in the log"
    assert len(gateway.canary) > 25, "there was something to look for"
