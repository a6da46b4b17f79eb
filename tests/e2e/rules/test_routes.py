"""Routes for networks and people, behind every proxy."""

import time

import pytest

from harness import raw
from harness.person import SCRIPT
from rules.conftest import INSIDE, OUTSIDE, eventually, join, leave


def ask(chain, target, source, *headers):
    return raw.request(chain.port, "GET", target, [("Host", chain.host), *SCRIPT, *headers], source=source)


@pytest.fixture(scope="module")
def outsider(ruled):
    """A person with both factors and in no group."""
    return ruled.verified()


def test_a_network_opens_to_its_clients_alone(ruled):
    ruled.recorder.clear()
    assert ask(ruled, "/metrics", OUTSIDE).status == 401
    assert ask(ruled, "/closed/x", OUTSIDE).status == 403
    assert ask(ruled, "/closed/x", INSIDE).status == 401
    # A client's own forwarding headers do not count.
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP"):
        value = f"for={INSIDE}" if name == "Forwarded" else INSIDE
        assert ask(ruled, "/metrics", OUTSIDE, (name, value)).status == 401, name
    assert ruled.recorder.count == 0
    assert ask(ruled, "/metrics", INSIDE).status == 200
    assert ruled.recorder.last.target == "/metrics"


def test_a_template_is_one_segment(ruled):
    ruled.recorder.clear()
    assert ruled.ask("GET", "/acme/assets/a/b.js").status == 200
    for target in ("/acme/assets", "/a/b/assets/x", "/assets/x/y", "/acme/assetsx/y"):
        assert ruled.ask("GET", target).status == 401, target
    assert ruled.ask("POST", "/acme/assets/x", body=b"").status == 401
    assert ruled.recorder.count == 1


def test_who_is_not_listed_is_challenged_first_then_denied_and_never_passed_on(ruled):
    member, outsider = ruled.signed_in(), ruled.signed_in()
    join(ruled, member, "ops")
    ruled.recorder.clear()
    assert ruled.ask("GET", "/ops/1/log").code == "SIGN_IN_REQUIRED"
    assert outsider.fetch("GET", "/ops/1/log").status == 403
    # Before verification, the response does not say whether a person is listed.
    assert member.fetch("GET", "/ops/x").status == outsider.fetch("GET", "/ops/x").status == 401
    assert ruled.recorder.count == 0
    eventually(lambda: member.fetch("GET", "/ops/1/log").status == 200)
    member.enrol()
    outsider.enrol()
    assert member.fetch("GET", "/ops/x").status == 200
    ruled.recorder.clear()
    for target in ("/ops/1/log", "/ops/x", "/boss", "/corp"):
        answer = outsider.fetch("GET", target)
        assert answer.status == 403, (target, answer)
    assert ruled.recorder.count == 0
    assert outsider.fetch("GET", "/else").status == 200
    leave(ruled, member, "ops")
    eventually(lambda: member.fetch("GET", "/ops/x").status == 403)


def test_addresses_and_domains_are_what_the_provider_vouched_for(ruled):
    boss = ruled.verified(email="boss@example.com")
    assert boss.fetch("GET", "/boss").status == 200
    corporate = ruled.verified(email="ann@elsewhere.example", hd="corp.example")
    assert corporate.fetch("GET", "/corp").status == 200
    named_so = ruled.verified(email="eve@corp.example")
    assert named_so.fetch("GET", "/corp").status == 403
    # The backend's table is not a claim of the provider.
    ruled.gateway.database.sql("UPDATE users SET email = 'x' || email WHERE id = %s", boss.me()["id"])
    ruled.gateway.database.sql("UPDATE users SET email = 'boss@example.com' WHERE id = %s", named_so.me()["id"])
    time.sleep(0.2)
    assert named_so.fetch("GET", "/boss").status == 403
    assert boss.fetch("GET", "/boss").status == 200


@pytest.mark.parametrize("target", ["/ops//x", "/ops;/x", "/ops/x;/../log", "/ops/%78", "/./ops/x", "/a/../ops/x"])
def test_no_spelling_of_a_path_leads_around_its_people(ruled, outsider, target):
    ruled.recorder.clear()
    assert outsider.fetch("GET", target).status in (400, 403)
    assert ruled.recorder.count == 0


@pytest.mark.parametrize("query", ["_method=DELETE", "_method=delete", ".method=DELETE", "[method=DELETE", "%5B_method%5D=DELETE",
                                   "+_method=DELETE", "a=1;_method=DELETE", "_method=GET&_method=DELETE", "_method=DELETE,x"])
def test_a_rule_for_a_method_holds_for_what_backends_take_for_it(ruled, outsider, query):
    """PHP, Express and older versions of Rack read each of these as `_method=DELETE`."""
    ruled.recorder.clear()
    assert outsider.fetch("POST", "/kept/x?method=DELETE").status == 200, "the control"
    assert ruled.recorder.count == 1
    # Traefik itself refuses `;` in a query.
    assert outsider.fetch("POST", f"/kept/x?{query}").status in (400, 403)
    assert ruled.recorder.count == 1, ruled.recorder.last.line


def test_a_method_override_decides_nothing_and_arrives_nowhere(ruled, outsider):
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_Method_Override"):
        for value in ("DELETE", "delete", "DELETE, GET"):
            ruled.recorder.clear()
            answer = outsider.fetch("POST", "/kept/x", headers=[(name, value)])
            assert answer.status in (200, 400, 403), (name, value, answer)
            assert answer.status != 200 or ruled.recorder.last.method == "POST"
            assert not any(seen.all(name) for seen in ruled.recorder.requests), (name, value)
