"""Rows of user_2fa_settings as SQL can leave them: locks without end, and values that cannot be read."""

import pytest

from harness.person import Form


def in_another_browser(proxy, person):
    """The same person, with the first factor only."""
    other = proxy.newcomer(proxy.gateway, subject=person.subject)
    other.secret, other.codes, other._last_step = person.secret, person.codes, person._last_step
    other.sign_in()
    return other


def test_a_lock_without_end_is_the_administrator_s_to_lift(proxy):
    person = proxy.verified()
    sql, ident = proxy.gateway.database.sql, person.me()["id"]
    sql("UPDATE user_2fa_settings SET locked_until = 'infinity' WHERE user_id = %s", ident)
    sql("UPDATE users SET last_login = 'infinity' WHERE id = %s", ident)
    other = in_another_browser(proxy, person)
    sql("UPDATE users SET last_login = 'infinity' WHERE id = %s", ident)
    answer = other.verify()
    assert answer.code == "ACCOUNT_LOCKED" and "administrator" in answer.text and "us" not in answer.text.split(), answer
    page = other.navigate("/postern/verify")
    assert page.status in (200, 403) and "9223372036854775807" not in page.text and "hours" not in page.text, page
    assert other.verify(other.codes[0], "backup").status == 200
    assert other.me()["last_login"] is None
    sql("UPDATE user_2fa_settings SET locked_until = '-infinity' WHERE user_id = %s", ident)
    assert in_another_browser(proxy, person).verify().status == 200


@pytest.mark.parametrize("damage", ["totp_secret = 'garbage'", "failed_attempts = -5"])
def test_a_damaged_factor_is_told_as_such(proxy, damage):
    person = proxy.verified()
    proxy.gateway.database.sql(f"UPDATE user_2fa_settings SET {damage} WHERE user_id = %s", person.me()["id"])
    other = in_another_browser(proxy, person)
    answer = other.verify()
    assert (answer.status, answer.code) == (403, "ACCOUNT_UNREADABLE"), answer
    page = other.navigate("/postern/verify")
    if page.status == 200:
        form = Form.on(page.text, lambda form: "code" in form.fields)
        page = other.submit(form.action, form.fields | {"code": other.code()})
    assert page.status == 403 and "ACCOUNT_UNREADABLE" in page.text, page
    assert other.fetch("GET", "/page").status == 401
