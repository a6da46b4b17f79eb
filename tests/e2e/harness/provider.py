"""The stand-in for Google (`parts/provider.mjs`) and the people who have an account there."""

import json
import secrets
import urllib.request
from pathlib import Path
from urllib.parse import quote

from . import ports
from .processes import Process

E2E = Path(__file__).resolve().parent.parent


class Provider:
    """A running provider."""

    def __init__(self, logs: Path):
        self.port = ports.free()
        self.issuer = f"http://localhost:{self.port}"
        self.client_id = "postern-e2e"
        self.client_secret = secrets.token_urlsafe(32)
        self._log = logs / f"provider-{self.port}.log"
        self._key = logs / f"provider-{self.port}.jwk"
        self.start()

    def start(self) -> None:
        """Starts it, also after `stop`; accounts are lost in between."""
        program = ["node", E2E / "parts" / "provider.mjs", self.port, self.client_id, self.client_secret,
                   self._key]
        seen = self._log.stat().st_size if self._log.exists() else 0
        self.process = Process("provider", program, self._log, cwd=E2E)
        self.process.wait_until(lambda: b"ready" in self._log.read_bytes()[seen:])

    def stop(self) -> None:
        self.process.stop()

    def account(self, subject: str, email: str, **claims: object) -> str:
        """Adds or changes an account; returns its subject. The address is verified unless `email_verified` says no."""
        first = email.partition("@")[0].partition(".")[0].capitalize()
        everything = {"email": email, "email_verified": True, "name": f"{first} Example", "given_name": first,
                      "picture": "https://lh3.googleusercontent.com/a/e2e", **claims}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/e2e/accounts/{quote(subject)}", method="PUT",
                                         data=json.dumps(everything).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 204
        return subject
