"""The fragment of a wanted page, which only the browser knows, survives every page of the gateway that comes first."""

import re

import pytest

from pages import DESKTOP

WANTED = "/?tab=routers#section-2"


@pytest.fixture(scope="module")
def gateway(backend, module_gateways):
    return module_gateways.start(backend.url, legacy={"flask_secret_key": backend.secret_key})


def test_it_survives_the_sign_in_and_the_set_up(gateway, people, window, tmp_path):
    person = people(gateway)
    visit = window(person, "fragment-new", viewport=DESKTOP)
    visit.open(WANTED)
    visit.sees("Sign in to")
    visit.sign_in()
    visit.begin_enrolment()
    person.learn(visit.scan(tmp_path))
    visit.enter(person.wrong_code())
    visit.enter(person.code())
    person.keep_codes(visit.backup_codes())
    visit.saved()
    visit.page.wait_for_url(f"{gateway.origin}{WANTED}")


def test_it_survives_a_code_that_is_asked_for_while_signed_in(gateway, people, window):
    person = people(gateway)
    person.sign_in()
    person.enrol()
    visit = window(person, "fragment-code", viewport=DESKTOP)
    visit.open("/")
    visit.sign_in()
    visit.sees("Enter your code")
    # The session waits for its code, and a bookmark is opened.
    visit.open(WANTED)
    visit.page.wait_for_url(re.compile("/postern/verify"))
    visit.use_backup_code()
    visit.enter(person.codes.pop())
    visit.page.wait_for_url(f"{gateway.origin}{WANTED}")


def test_a_jump_within_our_own_page_is_no_part_of_the_wanted_address(gateway, people, window):
    person = people(gateway)
    person.sign_in()
    person.enrol()
    visit = window(person, "fragment-jump", viewport=DESKTOP)
    visit.open("/?tab=routers")
    visit.page.goto(visit.page.url + "#main")
    visit.page.reload()
    visit.sign_in()
    visit.enter(person.code())
    visit.page.wait_for_url(f"{gateway.origin}/?tab=routers")
