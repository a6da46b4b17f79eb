"""Sign-in with the provider: who may sign in, who may not, and what a sign-in changes (promises 8 and 13)."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.person import Person
from harness.provider import Provider


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def users(proxy) -> list[tuple]:
    return proxy.gateway.database.sql("SELECT google_id, email, full_name FROM users ORDER BY id")


def callback(person) -> str:
    """Chooses the account at the provider; returns the callback URL."""
    back = urlsplit(person.visit_provider(person.leave()))
    return f"{back.path}?{back.query}"


def refused(person, answer, *words: str) -> None:
    """The page explains the refusal, and nobody is signed in."""
    assert answer.status in (400, 403), answer
    assert "text/html" in answer.one("content-type")
    assert not [line for line in answer.all("set-cookie") if line.startswith(("postern=", "__Host-postern="))]
    for word in words:
        assert word.lower() in answer.text.lower(), answer.text
    assert person.fetch("GET", "/page").code == "SIGN_IN_REQUIRED"


def test_the_request_to_the_provider_is_what_the_standards_ask_for(proxy):
    first, second = proxy.person().leave(), proxy.person().leave()
    asked, other = query(first), query(second)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert asked["redirect_uri"] == f"{proxy.origin}/authorize"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 32
        assert asked[name] != other[name], f"{name} is fresh each time"
    assert asked["nonce"] != asked["state"]


def test_a_first_sign_in_makes_a_user_and_asks_for_the_second_factor(proxy):
    person = proxy.person(email="new.person@example.com", name="New Person")
    answer = person.sign_in()
    assert "/postern/enrol" in answer.location
    assert (person.subject, "new.person@example.com", "New Person") in users(proxy)
    assert person.me()["requires_2fa"] is True
    assert person.me()["is_2fa_verified"] is False


def test_me_tells_the_given_name_as_the_provider_told_it(proxy):
    person = proxy.signed_in(email="mary@example.com", name="Mary Ann Evans", given_name="Mary Ann")
    assert person.me()["name"] == "Mary Ann"
    assert person.me()["full_name"] == "Mary Ann Evans"
    # A provider that tells no given name leaves the first word.
    other = proxy.signed_in(email="george@example.com", name="George Eliot", given_name=None)
    assert other.me()["name"] == "George"


def test_a_second_sign_in_finds_the_same_user_and_refreshes_the_profile(proxy, provider):
    person = proxy.signed_in(email="before@example.com", name="Before")
    first = person.me()
    provider.account(person.subject, "after@example.com", name="After")
    again = proxy.newcomer(proxy.gateway, subject=person.subject, email="after@example.com", name="After")
    again.sign_in()
    assert again.me()["id"] == first["id"]
    assert again.me()["email"] == "after@example.com"
    assert again.me()["full_name"] == "After"


def test_the_same_address_with_another_subject_gets_no_access(proxy):
    owner = proxy.verified(email="shared@gmail.com")
    thief = proxy.person(email="shared@gmail.com")
    refused(thief, thief.sign_in(), "another account")
    upper = proxy.person(email="SHARED@gmail.com")
    refused(upper, upper.sign_in())
    assert owner.fetch("GET", "/page").status == 200
    assert [row for row in users(proxy) if row[1].lower() == "shared@gmail.com"] == \
        [(owner.subject, "shared@gmail.com", owner.me()["full_name"])]


def test_taking_over_somebody_s_address_later_gets_no_access_either(proxy, provider):
    owner, other = proxy.signed_in(email="first@gmail.com"), proxy.signed_in(email="second@gmail.com")
    theirs = owner.me()["id"]
    provider.account(other.subject, "first@gmail.com")
    again = proxy.newcomer(proxy.gateway, subject=other.subject, email="first@gmail.com")
    answer = again.sign_in()
    if answer.status in (302, 303):
        assert again.me()["id"] != theirs
        assert again.me()["id"] == other.me()["id"]
    assert owner.me() == {**owner.me(), "id": theirs, "email": "first@gmail.com"}


@pytest.mark.parametrize(("email", "claims", "linked"), [
    ("linked.a@gmail.com", {}, False),  # Gmail is for Google alone to vouch for
    ("linked.B@Gmail.com", {}, False),
    ("linked.B@corp.example", {"hd": "Corp.example"}, True),
    ("linked.c@corp.example", {"hd": "corp.example"}, True),
    ("linked.d@corp.example", {}, False),
    ("linked.e@corp.example", {"hd": "other.example"}, False),
    ("linked.f@gmail.com", {"email_verified": False}, False),
    ("linked.g@gmail.com.evil.example", {}, False),
    ("linked.h@notgmail.com", {}, False),
])
def test_a_row_without_subject_is_adopted_only_when_google_speaks_for_the_address(proxy, email, claims, linked):
    row = str(uuid.uuid4())
    sql = proxy.gateway.database.sql
    sql("INSERT INTO users (id, email, is_active) VALUES (%s, %s, NULL)", row, email.lower())
    person = proxy.person(email=email, **claims)
    answer = person.sign_in()
    if linked:
        assert person.me()["id"] == row
        assert sql("SELECT google_id FROM users WHERE id = %s", row) == [(person.subject,)]
    else:
        refused(person, answer)
        assert sql("SELECT google_id FROM users WHERE id = %s", row) == [(None,)]


@pytest.mark.parametrize("value", [False, None, "true", "false", 1, 0])
def test_an_address_that_is_not_verified_is_refused(proxy, value):
    person = proxy.person(email_verified=value)
    before = users(proxy)
    refused(person, person.sign_in())
    assert users(proxy) == before


@pytest.mark.parametrize(("claims", "welcome"), [
    ({"email": "any@corp.example", "hd": "corp.example"}, True),
    ({"email": "any@corp.example", "hd": "CORP.example"}, True),
    ({"email": "any@corp.example"}, False),
    ({"email": "any@evil.example", "hd": "corp.example.evil.example"}, False),
    ({"email": "a@evil@corp.example"}, False),
    ({"email": "any@sub.corp.example", "hd": "sub.corp.example"}, False),
    ({"email": "listed@gmail.com"}, True),
    ({"email": "Listed@GMAIL.com"}, True),
    ({"email": "listed@gmail.com.evil.example"}, False),
    ({"email": "unlisted@gmail.com"}, False),
])
def test_who_may_sign_in_is_what_the_configuration_spells_out(recorder, gateways, people, claims, welcome):
    gateway = gateways.start(recorder.url, sqlite=True, access={
        "anyone": False, "domains": ["corp.example"], "emails": ["listed@gmail.com"]})
    person = people(gateway, **claims)
    answer = person.sign_in()
    if welcome:
        assert person.me()["email"].lower() == claims["email"].lower()
    else:
        refused(person, answer, "may not sign in") if "@evil@" not in claims["email"] else refused(person, answer)


def test_a_user_who_is_switched_off_is_refused(proxy):
    person = proxy.signed_in()
    proxy.gateway.database.sql("UPDATE users SET is_active = false WHERE google_id = %s", person.subject)
    again = proxy.newcomer(proxy.gateway, subject=person.subject)
    refused(again, again.sign_in(), "disabled")


def failures(gateway, email: str) -> list[dict]:
    """The log lines about failed sign-ins of an address."""
    lines = [json.loads(line) for line in gateway.logged().splitlines() if '"sign-in failed"' in line]
    return [line for line in lines if line.get("user.email") == email]


def test_an_account_that_may_not_sign_in_is_named_on_its_page_in_the_log_and_in_the_audit(recorder, gateways, people):
    gateway = gateways.start(recorder.url, access={"anyone": False, "emails": [
        "off@gmail.com", "taken@gmail.com", "vague@gmail.com"]})
    off, holder = people(gateway, email="off@gmail.com"), people(gateway, email="taken@gmail.com")
    off.sign_in()
    holder.sign_in()
    ids = {email: str(key) for key, email in gateway.database.sql("SELECT id, email FROM users")}
    gateway.database.sql("UPDATE users SET is_active = false WHERE email = 'off@gmail.com'")
    thief = people(gateway, email="taken@gmail.com")
    for person, email, claims, code, user in [
        (people(gateway, email="eve@gmail.com"), "eve@gmail.com", {}, "NOT_ALLOWED", None),
        (off, "off@gmail.com", {}, "ACCOUNT_DISABLED", ids["off@gmail.com"]),
        (thief, "taken@gmail.com", {}, "ACCOUNT_CONFLICT", ids["taken@gmail.com"]),
        (people(gateway, email="vague@gmail.com", email_verified=False), "vague@gmail.com", {}, "EMAIL_NOT_VERIFIED",
         None),
    ]:
        person.cookies.clear()
        answer = person.sign_in()
        refused(person, answer, email)
        [line] = failures(gateway, email)
        assert (line["code"], line.get("user.id")) == (code, user), line
        assert line["client.address"] == "127.0.0.1"
        [(details, known)] = gateway.database.sql(
            "SELECT detail, user_id FROM postern.audit_events WHERE kind = 'sign-in-refused' AND detail LIKE %s",
            f"{code}%")
        assert email in details and (str(known) if known else None) == user
    [line] = failures(gateway, "taken@gmail.com")
    assert line["user.subject"] == thief.subject, "for `postern users relink`"


def test_google_counts_as_one_factor_whatever_it_says(proxy):
    person = proxy.person(amr=["mfa", "hwk"], acr="urn:mace:incommon:iap:gold")
    person.sign_in()
    assert person.fetch("GET", "/page").code == "ENROLMENT_REQUIRED"


def test_no_at_the_provider_is_said_kindly(proxy):
    person = proxy.person()
    state = query(person.leave())["state"]
    answer = person.navigate(f"/authorize?error=access_denied&state={state}", site="cross-site")
    assert answer.status == 200
    assert "cancelled" in answer.text
    assert person.fetch("GET", "/page").code == "SIGN_IN_REQUIRED"


def test_a_sign_in_that_fails_leaves_the_old_session_as_it_was(proxy):
    person = proxy.verified()
    before = person.me()
    person.navigate("/authorize?error=server_error&state=x", site="cross-site")
    url = person.leave()
    person.navigate(f"/authorize?code=made-up&state={query(url)['state']}", site="cross-site")
    assert person.me() == before
    assert person.fetch("GET", "/page").status == 200


def test_every_change_of_level_gives_a_new_token_and_kills_the_old(proxy):
    person = proxy.person()
    person.sign_in()
    first = dict(person.cookies)
    person.enrol()
    second = dict(person.cookies)
    assert first != second
    person.verify()
    third = dict(person.cookies)
    assert third != second
    for dead in (first, second):
        assert person.fetch("GET", "/me", cookies=dead).status == 401
    assert person.fetch("GET", "/page").status == 200
    person.sign_out()
    assert person.fetch("GET", "/page", cookies=third).status == 401
    assert person.fetch("GET", "/me", cookies=third).status == 401


def test_signing_in_again_ends_the_session_that_the_browser_had(proxy):
    person = proxy.verified()
    old = dict(person.cookies)
    person.sign_in()
    assert person.fetch("GET", "/page", cookies=old).status == 401
    assert person.fetch("GET", "/page").code == "SECOND_FACTOR_REQUIRED"


def test_the_provider_being_away_is_said_and_not_a_way_in(home, recorder, gateways, people):
    own = Provider(home)
    gateway = gateways.start(recorder.url, provider=own)
    own.account("ann", "ann@example.com")
    ann = Person(gateway.origin, "ann", gateway.canary)
    target = callback(ann)
    own.stop()
    answer = ann.navigate(target, site="cross-site")
    assert answer.status == 503, answer
    assert "try again" in answer.text.lower()
    assert ann.fetch("GET", "/page").code == "SIGN_IN_REQUIRED"
    own.start()
    own.account("ann", "ann@example.com")
    ann.sign_in()
    assert ann.me()["email"] == "ann@example.com"
    own.stop()


def test_the_gateway_starts_and_serves_others_without_the_provider(home, recorder, gateways):
    own = Provider(home)
    own.stop()
    gateway = gateways.prepare(recorder.url, provider=own, sqlite=True)
    gateway.start(wait=False)
    gateway.process.wait_until(lambda: gateway.manage("/healthz") == 200)
    ann = Person(gateway.origin, "ann", gateway.canary)
    answer = ann.navigate("/login")
    assert answer.status == 503, answer
    assert recorder.count == 0


def test_concurrent_sign_ins_of_different_people_stay_apart(proxy):
    persons = [proxy.person() for _ in range(24)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda person: person.sign_in(), persons))
        told = list(pool.map(lambda person: person.me()["email"], persons))
    assert told == [f"{person.subject[:12]}@example.com" for person in persons]


def test_the_netpilot_login_lands_on_the_dashboard(proxy):
    person = proxy.person()
    fresh = person.sign_in("/login").location
    assert fresh.startswith("http://localhost:5173")
    assert query(fresh) == {"login": "success", "requires_2fa": "true", "action": "setup"}
    person.enrol()
    again = proxy.newcomer(proxy.gateway, subject=person.subject)
    assert query(again.sign_in("/login").location) == {"login": "success", "requires_2fa": "true", "action": "verify"}
