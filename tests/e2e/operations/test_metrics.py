"""Metrics that an on-call person can work with: what is counted, and that rules and documents name what there is."""

import re

import yaml

from harness.frontends import DEPLOY, REPOSITORY


def counts(gateway, name: str, label: str) -> dict[str, float]:
    found = re.findall(rf'^{name}\{{{label}="([^"]+)"\}} (\S+)$', gateway.metrics(), re.M)
    return {value: float(count) for value, count in found}


def test_sign_ins_failures_and_lockouts_are_counted(gateways, recorder, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    for _ in range(3):
        person.fetch("POST", "/api/2fa/verify", {"code": person.wrong_code(), "method": "totp"})
    seen = counts(gateway, "postern_account_events_total", "kind")
    assert {kind: seen[kind] for kind in ("signed-in", "enrolled", "second-factor-failed", "locked", "sign-in-refused")} == {
        "signed-in": 1, "enrolled": 1, "second-factor-failed": 3, "locked": 1, "sign-in-refused": 0}
    asked = counts(gateway, "postern_provider_requests_total", "result")
    assert asked["answered"] >= 2, "discovery, keys and code"
    assert asked["failed"] == 0
    assert "postern_store_up 1\n" in gateway.metrics()


def names(text: str) -> set[str]:
    return set(re.findall(r"\bpostern_[a-z_]+", text))


def test_rules_and_documents_name_the_metrics_that_there_are(gateways, recorder):
    gateway = gateways.start(recorder.url, sqlite=True)
    gateway.manage("/readyz")
    text = gateway.metrics()
    there = set(re.findall(r"^(postern_[a-z_]+)", text, re.M))
    described = {name for name in re.findall(r"^# TYPE (postern_[a-z_]+)", text, re.M)}
    rules = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    page = (REPOSITORY / "docs" / "metrics.md").read_text()
    # A family that has counted nothing yet has a type and no line.
    known = there | described | {f"{name}_{suffix}" for name in described for suffix in ("total", "info")}
    for used in (names(rules), names(page)):
        assert used <= known, used - known
    for name in described:
        assert f"`{name}" in page, f"docs/metrics.md does not mention {name}"
    alerts = {rule["alert"] for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]}
    assert alerts == set(re.findall(r"^\| `(Postern\w+)`", page, re.M))
