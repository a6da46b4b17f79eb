"""Runs the legacy backend (`parts/backend.py`) and reads the sessions it would accept."""

import secrets
import sys
from pathlib import Path

import flask
from flask.sessions import SecureCookieSessionInterface

from . import ports
from .processes import Process, listens

E2E = Path(__file__).resolve().parent.parent


class Backend:
    """A running backend with its own `SECRET_KEY`."""

    def __init__(self, logs: Path, frontend: str, second_factor: bool = True):
        self.port = ports.free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret_key = secrets.token_urlsafe(40)
        command = [sys.executable, E2E / "parts" / "backend.py", self.port, self.secret_key, frontend,
                   *([] if second_factor else ["first-factor"])]
        self.log = logs / f"backend-{self.port}.log"
        self.process = Process("backend", command, self.log)
        self.process.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        self.process.stop()

    def read_session(self, cookie: str) -> dict:
        """The content of a `session` cookie; raises when Flask would refuse it."""
        return self._serializer().loads(cookie)

    def forge_session(self, **content: object) -> str:
        """A `session` cookie as the backend itself signs it."""
        return self._serializer().dumps(content)

    def _serializer(self):
        app = flask.Flask("reader")
        app.secret_key = self.secret_key
        return SecureCookieSessionInterface().get_signing_serializer(app)
