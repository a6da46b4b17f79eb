"""The real frameworks accept the sessions made for them; sessions of clients and applications never pass."""

import time

from bridges.bridged import LONG
from harness import raw
from harness.person import SCRIPT


def test_contents_arrive_with_their_types(bridged):
    person, session = bridged.person, bridged.session()
    known = person.me()["id"]
    assert time.time() - 3600 < session["since"] <= session["made"] <= time.time() + 1
    assert isinstance(session["since"], int) and isinstance(session["made"], int)
    assert len(session["sid"]) > 8 and session["picture"].startswith("https://")
    told = {name: value for name, value in session.items() if name not in ("since", "made", "sid", "picture")}
    assert told == {
        "id": known, "user_id": known, "email": "ann.bridged@example.com", "name": "Ännchen Ødegård 山田 😀",
        "given": "Ännchen", "subject": person.subject, "groups": ["admin"], "methods": ["google", "otp"],
        "label": "ann.bridged@example.com [google,otp] {x}", "staff": True, "level": 3, "ratio": 0.5, "empty": "",
        "inner": {"list": [person.subject, 1, False], "Ключ": "值"}, "long": LONG,
    }


def test_what_nobody_told_is_null(bridged, people):
    other = people(bridged.gateway, name=None, given_name=None, picture=None)
    other.sign_in()
    other.enrol()
    session = bridged.session(person=other)
    assert session["subject"] == other.subject and session["groups"] == []
    assert (session["name"], session["given"], session["picture"]) == (None, None, None)


def test_a_session_of_the_client_s_own_never_arrives(bridged):
    own = bridged.application.own_session()
    direct = raw.request(bridged.application.port, "GET", "/told", [
        ("Host", "localhost"), ("Cookie", "; ".join(f"{name}={value}" for name, value in own.items()))])
    assert direct.json()["session"] == {"who": "root"}, "the application believes its own session"
    plain = bridged.told()
    for spelled in ("{0}={1}", "{0} ={1}", "\t{0}\t={1}", " {0}= {1}", '{0}="{1}"', "={0}={1}", "{0}={1}; {0}={1}"):
        line = "; ".join(spelled.format(name, value) for name, value in own.items())
        for headers in ([("Cookie", f"{line}; a=1")], [("Cookie", "a=1"), ("Cookie", line)]):
            told = bridged.told(headers=headers)
            assert "who" not in told["session"] and told["session"]["id"] == plain["session"]["id"], line
            assert set(told["cookies"]) == {*bridged.application.cookies, "a"}, line
            assert not set(own.values()) & set(told["cookies"].values()), line


def test_the_signature_alone_of_a_client_s_own_does_not_arrive_either(bridged):
    own = bridged.application.own_session()
    for name, value in own.items():
        told = bridged.told(headers=[("Cookie", f"{name}={value}")])
        assert told["cookies"][name] != value and "id" in told["session"]
        assert bridged.told("/public", headers=[("Cookie", f"{name}={value}; a=1")])["cookies"] == {"a": "1"}


def test_what_the_application_sets_never_leaves(bridged):
    assert bridged.application.own_session(), "it does set one"
    before = bridged.told()["cookies"]
    answer = bridged.person.request("GET", "/remember", SCRIPT)
    assert answer.status == 200
    assert [line.partition("=")[0] for line in answer.all("set-cookie")] == ["theme"]
    assert not set(bridged.application.cookies) & set(bridged.person.cookies)
    told = bridged.told()
    assert "who" not in told["session"]
    assert {name: told["cookies"][name] for name in before} == before and told["cookies"]["theme"] == "dark"
    bridged.person.cookies.pop("theme")


def test_nothing_below_a_complete_session_and_nothing_on_public_routes(bridged, people):
    stranger = people(bridged.gateway)
    own = "; ".join(f"{name}={value}" for name, value in bridged.application.own_session().items())
    for headers in ((), [("Cookie", own)]):
        assert bridged.told("/public", headers, stranger) | {"user": None} == \
            {"session": {}, "cookies": {}, "user": None}
        assert stranger.request("GET", "/told", [*SCRIPT, *headers]).status == 401
        assert bridged.session(target="/public", headers=headers) == {}
    stranger.sign_in()
    assert stranger.request("GET", "/told", SCRIPT).status == 401
    assert bridged.told("/early", [("Cookie", own)], stranger)["session"] == {}
    stranger.enrol()
    assert bridged.session(target="/early", person=stranger)["subject"] == stranger.subject


def test_after_sign_out_there_is_nothing_to_replay(bridged, people):
    person = people(bridged.gateway)
    person.sign_in()
    person.enrol()
    minted = bridged.told(person=person)["cookies"]
    held = dict(person.cookies)
    assert not set(minted) & set(held) and not set(minted.values()) & set(held.values())
    person.sign_out()
    replayed = [("Cookie", "; ".join(f"{name}={value}" for name, value in (held | minted).items()))]
    assert raw.request(bridged.gateway.port, "GET", "/told", [
        ("Host", f"localhost:{bridged.gateway.port}"), *SCRIPT, *replayed]).status == 401
    assert bridged.session(target="/public", headers=replayed, person=person) == {}
    # The application would accept it: only the gateway keeps it out.
    line = "; ".join(f"{name}={value}" for name, value in minted.items())
    direct = raw.request(bridged.application.port, "GET", "/told", [("Host", "localhost"), ("Cookie", line)])
    assert direct.json()["session"]["subject"] == person.subject
