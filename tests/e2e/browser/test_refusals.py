"""Refusal pages: upstream errors, denied paths, rate limits."""

import pytest

from pages import DESKTOP, PHONE

SHAPES = {"phone-light": {"viewport": PHONE, "color_scheme": "light"},
          "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
          "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
          "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"}}
REFUSALS = {
    "/away?x=1": (502, "The application does not answer", "UPSTREAM_FAILED", "Try again"),
    "/down?x=1": (503, "Not available at the moment", "UPSTREAM_UNAVAILABLE", "Try again"),
    "/slow?x=1": (504, "The application takes too long", "UPSTREAM_TIMEOUT", "Try again"),
    "/closed?x=1": (403, "This is not open to you", "FORBIDDEN", "Go to the start page"),
}


@pytest.fixture(scope="module")
def gateway(shared_recorder, module_gateways):
    nobody = "http://127.0.0.1:9"
    # A response that never begins.
    shared_recorder.answers["/slow"] = b""
    routes = [{"path": f"/{name}", "upstream": name, "access": "public"} for name in ("away", "down", "slow")]
    gateway = module_gateways.start(
        shared_recorder.url, route=[*routes, {"path": "/closed", "access": "deny"}],
        limits={"requests_per_address": "2/1h"},
        upstream=[{"name": "app", "url": shared_recorder.url}, {"name": "away", "url": nobody},
                  {"name": "down", "url": nobody, "health": "/", "health_interval": "50ms", "health_failures": 1},
                  {"name": "slow", "url": shared_recorder.url, "timeout": "100ms"}])
    return gateway


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("target", REFUSALS)
def test_a_refusal_is_a_page_that_says_what_to_do(gateway, people, window, target, shape):
    status, heading, code, offer = REFUSALS[target]
    person = people(gateway)
    gateway.process.wait_until(lambda: person.navigate(target).status == status, timeout=10)
    visit = window(person, f"refusal-{status}-{shape}", **SHAPES[shape])
    with visit.page.expect_response(lambda answer: answer.url.endswith(target)) as answered:
        visit.open(target)
    assert answered.value.status == status
    identifier = answered.value.header_value("x-request-id")
    assert visit.heading == heading
    visit.sees(f"{code} and request {identifier}")
    visit.looked_at("page")
    # It looks like the portal.
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.button.primary')).borderRadius") == "10px"
    way_on = visit.page.get_by_role("link", name=offer)
    assert way_on.evaluate("link => link.href") == (
        gateway.origin + (target if offer == "Try again" else "/")), "with its query"
    assert visit.page.locator("script").count() == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_who_tries_too_often_is_told_on_a_page(gateway, people, window, shape):
    visit = window(people(gateway), f"refusal-429-{shape}", **SHAPES[shape])
    for _ in range(4):
        visit.open("/postern/sign-in")
        visit.click("Continue with")
        visit.page.wait_for_load_state()
        if visit.page.url.startswith(gateway.origin):
            break
    assert visit.heading == "Please wait a moment"
    visit.sees("TOO_MANY_REQUESTS and request")
    visit.looked_at("page")
