"""Bridges, against the real frameworks."""

import json
import secrets
import sqlite3
import time

import pytest

from bridges.applications import Application, blocks
from harness import raw
from harness.person import SCRIPT

KINDS = ["django", "express", "flask"]
LONG = "Fünf große Übel 😀 " * 120
CONTENTS = {
    "id": "{user.id}", "user_id": "{user.id}", "email": "{user.email}", "name": "{user.name}",
    "given": "{user.given_name}", "subject": "{user.subject}", "picture": "{user.picture}", "groups": "{groups}",
    "methods": "{methods}", "sid": "{session.id}", "since": "{auth_time}", "made": "{now}",
    "label": "{user.email} [{methods}] {{x}}", "staff": True, "level": 3, "ratio": 0.5, "empty": "",
    "inner": {"list": ["{user.subject}", 1, False], "Ключ": "值"}, "long": LONG,
}
ROUTES = [{"path": "/public", "access": "public"}, {"path": "/early", "access": "first-factor"}]


def secret() -> str:
    return secrets.token_urlsafe(32)


def eventually(check, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Bridged:
    """An application behind a gateway that makes its sessions, and a person with a complete session."""

    def __init__(self, application: Application, key: str, gateways, people, **bridge):
        self.application, self.key = application, key
        self.bridge = {"kind": application.kind, "secret": key, "contents": CONTENTS, **bridge}
        self.gateway = gateways.start(application.url, bridge=[self.bridge], route=ROUTES,
                                      access={"admins": ["ann.bridged@example.com"]})
        self.gateway.canary.saw("application's secret", key)
        self.person = people(self.gateway, email="ann.bridged@example.com", name="Ännchen Ødegård 山田 😀",
                             given_name="Ännchen")
        self.person.sign_in()
        self.person.enrol()

    def told(self, target: str = "/told", headers=(), person=None) -> dict:
        answer = (person or self.person).request("GET", target, [*SCRIPT, *headers])
        assert answer.status == 200, answer
        return answer.json()

    def session(self, **options) -> dict:
        return self.told(**options)["session"]


@pytest.fixture(scope="module", params=KINDS)
def bridged(request, tmp_path_factory, module_gateways, people):
    key = secret()
    application = Application(request.param, tmp_path_factory.mktemp("bridge") / "app", key)
    yield Bridged(application, key, module_gateways, people)
    application.stop()


@pytest.fixture
def application(tmp_path):
    """Starts applications for one test."""
    started = []

    def start(kind: str, *keys: str, **environment: str) -> Application:
        started.append(Application(kind, tmp_path / f"app-{len(started)}", *keys, **environment))
        return started[-1]

    yield start
    for one in started:
        one.stop()


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
    # The application would take it: it is the gateway that keeps it from everybody.
    line = "; ".join(f"{name}={value}" for name, value in minted.items())
    direct = raw.request(bridged.application.port, "GET", "/told", [("Host", "localhost"), ("Cookie", line)])
    assert direct.json()["session"]["subject"] == person.subject


@pytest.mark.parametrize("kind", ["django", "express"])
def test_the_application_s_secret_changes_without_anybody_noticing(kind, application, gateways, people):
    old, new = secret(), secret()
    part = application(kind, old)
    bridged = Bridged(part, old, gateways, people)
    key = bridged.session()["id"]
    part.restart(new, old)
    assert bridged.session()["id"] == key
    reloads = bridged.gateway.reloads()
    bridged.gateway.reconfigure(bridge=[{**bridged.bridge, "secret": new}])
    bridged.gateway.canary.saw("application's secret", new)
    bridged.gateway.hang_up()
    eventually(lambda: bridged.gateway.reloads() > reloads)
    assert bridged.session()["id"] == key
    part.restart(new)
    assert bridged.session()["id"] == key


@pytest.mark.parametrize("kind", KINDS)
def test_under_another_secret_cookie_or_salt_the_application_finds_nothing(kind, application, gateways, people):
    key = secret()
    part = application(kind, key)
    bridged = Bridged(part, secret(), gateways, people)
    assert bridged.session() == {}
    wrong = [{"cookie": "sid"}] + ([{"salt": "of another interface"}] if kind != "express" else [])
    for other in [{}, *wrong, {}]:
        reloads = bridged.gateway.reloads()
        bridged.gateway.reconfigure(bridge=[{**bridged.bridge, "secret": key, **other}])
        bridged.gateway.hang_up()
        eventually(lambda: bridged.gateway.reloads() > reloads)
        assert ("id" in bridged.session()) == (other == {}), other
    bridged.gateway.canary.saw("application's secret", key)


@pytest.mark.parametrize("kind", ["django", "flask"])
def test_the_application_s_limit_of_age_is_held(kind, application, gateways, people):
    key = secret()
    bridged = Bridged(application(kind, key, SESSION_AGE="3"), key, gateways, people)
    assert "id" in bridged.session()
    minted = bridged.told()["cookies"]
    eventually(lambda: bridged.session() == {})
    assert bridged.told()["cookies"] == minted, "it is the application that no longer takes it"


def test_django_s_own_users_stand_behind_the_session(application, gateways, people):
    key = secret()
    part = application("django", key)
    bridged = Bridged(part, key, gateways, people)
    known = bridged.person.me()["id"]
    assert bridged.told()["user"] == [known, "ann.bridged@example.com"]
    assert bridged.told("/public")["user"] == ["", None]
    assert bridged.told()["user"] == [known, "ann.bridged@example.com"]
    with sqlite3.connect(part.folder / "users.sqlite3") as users:
        assert users.execute("SELECT username, is_staff FROM auth_user").fetchall() == [(known, 0)]
        users.execute("UPDATE auth_user SET is_active = 0")
    assert bridged.told()["user"] == ["", None], "an account that was switched off is nobody"


def test_each_upstream_has_its_own_session(application, backend, gateways, people):
    keys = {"django": secret(), "flask": secret()}
    parts = {kind: application(kind, key) for kind, key in keys.items()}
    routes = [{"path": f"/{kind}/*", "access": "full", "upstream": kind} for kind in parts]
    bridges = [{"kind": kind, "upstream": kind, "secret": key, "contents": {"of": kind}} for kind, key in keys.items()]
    gateway = gateways.prepare(backend.url, legacy={"flask_secret_key": backend.secret_key}, route=routes,
                               bridge=bridges)
    gateway.config["upstream"] += [{"name": kind, "url": part.url} for kind, part in parts.items()]
    gateway.reconfigure()
    gateway.start()
    person = people(gateway)
    person.sign_in()
    person.enrol()
    for kind, part in parts.items():
        told = person.fetch("GET", f"/{kind}/told").json()
        assert told["session"] == {"of": kind} and set(told["cookies"]) == set(part.cookies)
    assert person.fetch("GET", "/api/monitor/echo").json()["session"]["user_id"] == person.me()["id"]
    listed = gateway.command("check", "--json").stdout
    assert [upstream["session"] for upstream in json.loads(listed)["configuration"]["upstreams"]] == [
        "flask, in the cookie session, NetPilot's",
        "django, in the cookie sessionid: of", "flask, in the cookie session: of"]
    assert not any(key in listed for key in keys.values())


def test_every_block_of_the_page_is_run_here():
    titles = ["settings.py, in addition", "bridged.py", "settings.py for request.user", "session.mjs"]
    assert list(blocks()) == titles
