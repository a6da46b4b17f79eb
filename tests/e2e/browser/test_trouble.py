"""Error pages say what happened and what to do."""

import pytest

from pages import DESKTOP, PHONE


@pytest.fixture(scope="module")
def gateway(shared_recorder, module_gateways):
    return module_gateways.start(shared_recorder.url, access={"anyone": False, "domains": ["corp.example"]})


def test_somebody_who_may_not_sign_in_is_told_so(gateway, people, window):
    visit = window(people(gateway, email="eve@gmail.com"), "refused", viewport=PHONE)
    visit.open("/")
    visit.sign_in()
    visit.sees("may not sign in here")
    visit.looked_at("not-allowed")


def test_saying_no_at_the_provider_is_no_drama(gateway, people, window):
    visit = window(people(gateway), "cancelled", viewport=PHONE)
    visit.open("/")
    visit.click("Continue with")
    visit.click("Cancel")
    visit.sees("cancelled")
    visit.looked_at("cancelled")


def test_a_sign_in_that_ran_out_can_be_begun_again(gateway, people, window):
    person = people(gateway, email="ann@corp.example", hd="corp.example")
    visit = window(person, "expired", viewport=DESKTOP)
    visit.open("/authorize?code=x&state=y")
    visit.sees("start again")
    visit.looked_at("expired")


def test_an_address_that_leads_nowhere(gateway, people, window):
    visit = window(people(gateway), "nowhere", viewport=PHONE)
    visit.open("/postern/nowhere")
    visit.looked_at("nowhere")
    assert visit.heading


def test_a_session_that_ended_meanwhile_leads_back_to_the_sign_in(gateway, people, window):
    person = people(gateway, email="bea@corp.example", hd="corp.example")
    visit = window(person, "ended", viewport=DESKTOP)
    visit.open("/")
    visit.sign_in()
    visit.sees("Set up")
    gateway.database.sql("DELETE FROM postern.sessions")
    visit.begin_enrolment()
    visit.looked_at("ended")
    assert visit.heading
    visit.open("/")
    visit.sees("Sign in to")
