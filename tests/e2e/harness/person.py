"""A person with a browser, reduced to what a browser sends: cookies, fetch metadata, origins."""

import json
import re
import ssl
import time
from html.parser import HTMLParser
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit

import pyotp

from . import raw
from .canary import Canary
from .raw import Answer

NAVIGATION = [
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) e2e"),
]
SCRIPT = [
    ("Accept", "application/json, */*"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Dest", "empty"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) e2e"),
]
PERIOD = 30
ON_ITS_WAY = 6


class Person:
    """One browser at one site. `origin` is the site's public address, `port` the one to connect to (a proxy, or one of
    several replicas); `subject` the account at the provider. With `tls` the site is https, and this is the client context."""

    def __init__(self, origin: str, subject: str, canary: Canary, *, port: int | None = None,
                 tls: ssl.SSLContext | None = None):
        self.origin, self.subject, self.canary = origin, subject, canary
        self.port = port or urlsplit(origin).port
        self._tls = tls
        self.cookies: dict[str, str] = {}
        self.provider_cookies: dict[str, str] = {}
        self.secret: str | None = None
        self.codes: list[str] = []
        self._last_step = 0
        # What this browser asks for in Accept-Language.
        self.language = ""
        # What a load balancer between this browser and the proxy adds to each request.
        self.balancer: list[tuple[str, str]] = []

    # Requests

    def request(self, method: str, target: str, headers: list[tuple[str, str]] = (), body: bytes | None = None, *,
                port: int | None = None, cookies: dict[str, str] | None = None) -> Answer:
        """Sends one request with this browser's cookies and keeps those that come back."""
        jar = self.cookies if cookies is None else cookies
        lines = [("Host", urlsplit(self.origin).netloc), *self.balancer, *headers]
        if self.language:
            lines.append(("Accept-Language", self.language))
        if jar:
            lines.append(("Cookie", "; ".join(f"{name}={value}" for name, value in jar.items())))
        answer = raw.request(port or self.port, method, target, lines, body, tls=self._tls)
        if cookies is None:
            self._keep(answer, self.cookies)
        return answer

    def navigate(self, target: str, site: str = "none", **options) -> Answer:
        """Opens a page, without following redirects."""
        return self.request("GET", target, [*NAVIGATION, ("Sec-Fetch-Site", site)], **options)

    def submit(self, target: str, fields: dict[str, str], origin: str | None = None, **options) -> Answer:
        """Submits a form."""
        headers = [*NAVIGATION, ("Sec-Fetch-Site", "same-origin"), ("Origin", origin or self.origin),
                   ("Content-Type", "application/x-www-form-urlencoded")]
        return self.request("POST", target, headers, urlencode(fields).encode(), **options)

    def fetch(self, method: str, target: str, content: object = None, *, origin: str | None = None,
              headers: list[tuple[str, str]] = (), **options) -> Answer:
        """Calls as the page's own script would; a body goes as JSON."""
        site = "same-origin" if origin in (None, self.origin) else "same-site"
        lines = [*SCRIPT, ("Sec-Fetch-Site", site), *headers]
        if method not in ("GET", "HEAD") or origin:
            lines.append(("Origin", origin or self.origin))
        body = None
        if content is not None:
            lines.append(("Content-Type", "application/json"))
            body = json.dumps(content).encode()
        return self.request(method, target, lines, body, **options)

    # The first factor

    def sign_in(self, start: str = "/postern/sign-in") -> Answer:
        """Signs in with the provider, from `start` to the answer of the callback (which redirects onwards)."""
        return self.come_back(self.leave(start))

    def leave(self, start: str = "/postern/sign-in") -> str:
        """Begins to sign in; returns the provider's URL that the browser is redirected to."""
        answer = self.navigate(start)
        if answer.status in (302, 303) and "code_challenge=" not in answer.location:
            # Signed in already: the page goes on by itself, but its form still works.
            wanted = dict(parse_qsl(urlsplit(start).query))
            answer = self.submit("/postern/sign-in", wanted)
        elif answer.status == 200:
            form = Form.on(answer.text, lambda form: "sign-in" in form.action or form.action == "")
            action = urlsplit(urljoin(self.origin + start, form.action or start))
            target = action.path + (f"?{action.query}" if action.query else "")
            if form.method == "post":
                answer = self.submit(target, form.fields)
            else:
                answer = self.navigate(f"{action.path}?{urlencode(form.fields)}", site="same-origin")
        return answer.location

    def visit_provider(self, url: str) -> str:
        """Chooses the account at the provider; returns the callback URL with code and state."""
        url += f"&login_hint={self.subject}"
        for _ in range(8):
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            jar = "; ".join(f"{name}={value}" for name, value in self.provider_cookies.items())
            answer = raw.request(parts.port, "GET", target, [("Host", parts.netloc), *NAVIGATION, ("Cookie", jar)])
            self._keep(answer, self.provider_cookies, secret=False)
            url = urljoin(url, answer.location)
            if url.startswith(self.origin + "/"):
                self.canary.saw("authorization code", parse_qs(urlsplit(url).query).get("code", [None])[0])
                return url
        raise AssertionError(f"the provider did not come back: {url}")

    def come_back(self, provider_url: str) -> Answer:
        """Chooses the account and opens the callback."""
        back = urlsplit(self.visit_provider(provider_url))
        return self.navigate(f"{back.path}?{back.query}", site="cross-site")

    # The second factor, over the JSON API of the NetPilot profile

    def enrol(self, **options) -> Answer:
        """Enrols an authenticator; the session has both factors afterwards."""
        start = self.fetch("POST", "/api/2fa/setup/start", **options)
        assert start.status == 200, start
        data = start.json()["data"]
        self.learn(data["secret"])
        self.canary.saw("set-up token", data["setup_token"])
        done = self.fetch("POST", "/api/2fa/setup/verify",
                          {"code": self.code(), "setup_token": data["setup_token"]}, **options)
        assert done.status == 200, done
        self.keep_codes(done.json()["data"]["backup_codes"])
        return done

    def learn(self, secret: str) -> None:
        """Puts a secret into the authenticator app."""
        self.canary.saw("TOTP secret", secret)
        self.secret, self._last_step = secret, 0

    def keep_codes(self, codes: list[str]) -> None:
        for code in codes:
            self.canary.saw("backup code", code)
            self.canary.saw("backup code", code.replace("-", ""))
        self.codes = list(codes)

    def code(self) -> str:
        """An unused code. Three time steps are valid at any moment; when all are used, this waits for the next one. Never
        one that expires on its way."""
        step = max(self._last_step + 1, int(time.time() + ON_ITS_WAY) // PERIOD - 1)
        while step > int(time.time()) // PERIOD + 1:
            time.sleep(0.5)
        self._last_step = step
        return self.code_at(step)

    def code_at(self, step: int) -> str:
        assert self.secret
        return pyotp.TOTP(self.secret).at(step * PERIOD)

    def wrong_code(self) -> str:
        """Six digits that are wrong for all time steps around now."""
        now = int(time.time()) // PERIOD
        right = {self.code_at(now + offset) for offset in range(-3, 5)}
        return next(code for code in (f"{number:06d}" for number in range(100_000, 100_020)) if code not in right)

    def verify(self, code: str | None = None, method: str = "totp", **options) -> Answer:
        """Shows the second factor of an enrolled account."""
        return self.fetch("POST", "/api/2fa/verify", {"code": code or self.code(), "method": method}, **options)

    def me(self, **options) -> dict:
        return self.fetch("GET", "/me", **options).json()

    def sign_out(self, **options) -> Answer:
        return self.fetch("POST", "/logout", **options)

    @property
    def session_cookie(self) -> tuple[str, str]:
        """Name and value of the gateway's session cookie."""
        found = [(name, value) for name, value in self.cookies.items() if name in ("postern", "__Host-postern", "__Secure-postern")]
        assert len(found) == 1, f"session cookie: {list(self.cookies)}"
        return found[0]

    def _keep(self, answer: Answer, jar: dict[str, str], secret: bool = True) -> None:
        for line in answer.all("set-cookie"):
            pair, *attributes = line.split(";")
            name, _, value = pair.strip().partition("=")
            gone = any(re.fullmatch(r"\s*max-age\s*=\s*(0|-.*)|\s*expires\s*=.*\b1970\b.*", a, re.I)
                       for a in attributes)
            if gone or value == "":
                jar.pop(name, None)
            else:
                jar[name] = value
                if secret:
                    self.canary.saw(f"cookie {name}", value)


class Form(HTMLParser):
    """A form of a page: its target and its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.action, self.method, self.fields = "", "get", {}
        self.has_button = False

    @classmethod
    def on(cls, page: str, wanted=lambda form: True) -> "Form":
        """The first form that `wanted` accepts."""
        reader = cls()
        reader.feed(page)
        found = [form for form in reader.forms if wanted(form)]
        assert found, f"no such form among {[(form.action, form.fields) for form in reader.forms]} in {page[:3000]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            form = Form()
            form.action, form.method = given.get("action", ""), given.get("method", "get").lower()
            self.forms.append(form)
        elif tag in ("input", "button") and self.forms:
            form, kind = self.forms[-1], given.get("type", "submit" if tag == "button" else "text")
            # Enter presses the first button, and the others send nothing (HTML, implicit submission).
            if kind == "submit" and form.has_button or kind in ("radio", "checkbox") and "checked" not in given:
                return
            form.has_button |= kind == "submit"
            if given.get("name"):
                form.fields.setdefault(given["name"], given.get("value", ""))
