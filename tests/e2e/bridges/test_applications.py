"""Changed and wrong secrets, age, accounts, several upstreams."""

import json
import sqlite3
import time

import pytest

from bridges.applications import blocks
from bridges.bridged import KINDS, Bridged, secret


def eventually(check, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
