"""Starts real applications that read their framework's session, with the code of docs/bridges.md."""

import re
import subprocess
import sys
from pathlib import Path

from harness import ports, raw
from harness.processes import Process, clean_environment, listens

E2E = Path(__file__).resolve().parents[1]
PAGE = E2E.parents[1] / "docs" / "bridges.md"

DJANGO_SETTINGS = """
import os
from pathlib import Path

SECRET_KEY, *SECRET_KEY_FALLBACKS = os.environ["SESSION_KEYS"].split(",")
SESSION_COOKIE_AGE = int(os.environ.get("SESSION_AGE", 1209600))
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(__file__).parent / "users.sqlite3"}}
"""
DJANGO_URLS = """
from django.http import JsonResponse
from django.urls import path, re_path


def told(request):
    return JsonResponse({"session": dict(request.session.items()), "cookies": request.COOKIES,
                         "user": [request.user.get_username(), getattr(request.user, "email", None)]})


def remember(request):
    request.session["who"] = "root"
    answer = JsonResponse({})
    answer.set_cookie("theme", "dark")
    return answer


urlpatterns = [path("remember", remember), re_path("", told)]
"""
EXPRESS = """
import express from "express";
import { session } from "./session.mjs";

const app = express();
app.use(session);
app.get("/remember", (req, res) => {
  req.session.who = "root";
  res.cookie("theme", "dark").json({});
});
app.get("/{*any}", (req, res) => {
  const pairs = (req.headers.cookie ?? "").split(";").map((pair) => pair.trim()).filter(Boolean);
  const cookies = Object.fromEntries(pairs.map((pair) => [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)]));
  res.json({ session: { ...req.session }, cookies });
});
app.listen(Number(process.env.PORT), "127.0.0.1");
"""
FLASK = """
import os
from datetime import timedelta

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEYS"]
app.permanent_session_lifetime = timedelta(seconds=int(os.environ.get("SESSION_AGE", 2678400)))


@app.route("/remember")
def remember():
    session["who"] = "root"
    answer = jsonify({})
    answer.set_cookie("theme", "dark")
    return answer


@app.route("/<path:path>")
def told(path):
    return jsonify(session=dict(session), cookies=request.cookies)
"""


def blocks() -> dict[str, str]:
    """The code of the page by the title in its first line."""
    found = re.findall(r"```(?:python|js)\n(?:#|//) ([^\n]*)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(found) == len(dict(found))
    return dict(found)


class Application:
    """A running application. `secrets` begins with the one that it signs with; a restart can change them."""

    def __init__(self, kind: str, folder: Path, *secrets: str, **environment: str):
        self.kind, self.folder = kind, folder
        self.port = ports.free()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment
        folder.mkdir()
        getattr(self, f"_write_{kind}")()
        self.start(*secrets)

    @property
    def cookies(self) -> list[str]:
        """The names of its session cookies."""
        return {"django": ["sessionid"], "express": ["session", "session.sig"], "flask": ["session"]}[self.kind]

    def start(self, *secrets: str) -> None:
        environment = {**self._environment, "SESSION_KEYS": ",".join(secrets), "PORT": str(self.port)}
        command = {
            "django": [sys.executable, "-m", "django", "runserver", "--noreload", "--settings=settings",
                       f"127.0.0.1:{self.port}"],
            "express": ["node", "app.mjs"],
            "flask": [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(self.port)],
        }[self.kind]
        self.process = Process(self.kind, command, self.folder / "log", env=environment, cwd=self.folder)
        self.process.wait_until(lambda: listens(self.port))

    def restart(self, *secrets: str) -> None:
        self.stop()
        self.start(*secrets)

    def stop(self) -> None:
        self.process.stop()

    def own_session(self) -> dict[str, str]:
        """The cookies of a session that the application itself created and signed, fetched without the gateway."""
        answer = raw.request(self.port, "GET", "/remember", [("Host", "localhost")])
        pairs = (line.split(";")[0].partition("=") for line in answer.all("set-cookie"))
        found = {name: value for name, _, value in pairs if name in self.cookies}
        assert list(found) == self.cookies, answer
        return found

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def _write_django(self) -> None:
        code = blocks()
        self._write("settings.py", DJANGO_SETTINGS + code["settings.py, in addition"]
                    + code["settings.py for request.user"])
        self._write("bridged.py", code["bridged.py"])
        self._write("urls.py", DJANGO_URLS)
        subprocess.run([sys.executable, "-m", "django", "migrate", "--settings=settings"], cwd=self.folder, check=True,
                       timeout=60, stdout=subprocess.DEVNULL, env=clean_environment({"SESSION_KEYS": "of-no-use"}))

    def _write_express(self) -> None:
        (self.folder / "node_modules").symlink_to(E2E / "node_modules")
        self._write("session.mjs", blocks()["session.mjs"])
        self._write("app.mjs", EXPRESS)

    def _write_flask(self) -> None:
        self._write("app.py", FLASK)
