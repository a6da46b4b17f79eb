"""An application behind a gateway that creates its sessions."""

import secrets

from bridges.applications import Application
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


class Bridged:
    """An application behind a gateway that creates its sessions, and a person with a full session."""

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
