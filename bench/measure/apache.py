"""Apache with mod_auth_openidc as a proxy: the check inside the proxy, sessions in shared memory. Its session comes from a sign-in
by the implicit flow, in which the browser delivers the ID token: no provider has to run."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from .processes import Failed, NotInstalled, Program, free_port

MODULES = Path("/usr/lib/apache2/modules")
NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "socache_shmcb", "proxy", "proxy_http", "auth_openidc")
#: Never contacted.
ISSUER = "https://provider.invalid"
CLIENT, SECRET = "bench", "a secret of thirty-two characters or more"


def apache(home: Path, upstream: int, path: str) -> tuple[Program, int, str]:
    """Returns the program, its port and the cookie of an accepted session."""
    if not (MODULES / "mod_auth_openidc.so").exists():
        raise NotInstalled("mod_auth_openidc is missing: scripts/install-tools bench")
    home = home / "apache"
    home.mkdir()
    port = free_port()
    modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in NEEDED)
    owner = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (home / "apache.conf").write_text(f"""
{modules}{owner}
ServerRoot {home}
DefaultRuntimeDir {home}
PidFile {home}/pid
ErrorLog {home}/error.log
LogLevel error
ServerName localhost
Listen 127.0.0.1:{port}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
OIDCProviderIssuer {ISSUER}
OIDCProviderAuthorizationEndpoint {ISSUER}/authorize
OIDCResponseType id_token
OIDCResponseMode form_post
OIDCClientID {CLIENT}
OIDCClientSecret "{SECRET}"
OIDCIDTokenSignedResponseAlg HS256
OIDCCryptoPassphrase "{SECRET}"
OIDCRedirectURI http://localhost:{port}/redirect_uri
OIDCSessionType server-cache
OIDCCacheType shm
<Location />
    AuthType openid-connect
    Require valid-user
    ProxyPass http://127.0.0.1:{upstream}/ keepalive=On max=64
</Location>
<Location /redirect_uri>
    ProxyPass !
</Location>
""")
    program = Program(["apache2", "-f", home / "apache.conf", "-DFOREGROUND"], home / "log")
    try:
        program.answers(port)
        return program, port, sign_in(port, path, home)
    except Exception:
        program.stop()
        raise


def sign_in(port: int, path: str, home: Path) -> str:
    """Plays the browser of a sign-in, without a provider; returns the cookie."""
    asked = ask(port, "GET", path)
    where = parse_qs(urlsplit(asked.getheader("Location") or "").query)
    if "state" not in where:
        raise Failed(f"Apache answered {asked.status} in place of a sign-in")
    now = int(time.time())
    token = signed({"iss": ISSUER, "aud": CLIENT, "sub": "1", "nonce": where["nonce"][0], "iat": now, "exp": now + 3600})
    form = urlencode({"state": where["state"][0], "id_token": token})
    back = ask(port, "POST", "/redirect_uri", form, asked.getheader("Set-Cookie").split(";")[0])
    session = [cookie for cookie in back.headers.get_all("Set-Cookie", []) if cookie.startswith("mod_auth_openidc_session=")]
    if not session:
        raise Failed(f"Apache gave no session ({back.status}): {(home / 'error.log').read_text()[-500:]}")
    return session[0].split(";")[0]


def ask(port: int, method: str, path: str, form: str | None = None, cookie: str = "") -> http.client.HTTPResponse:
    headers = {"Host": f"localhost:{port}", "Accept": "text/html", "Cookie": cookie}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, form, headers)
    return connection.getresponse()


def signed(claims: dict) -> str:
    part = lambda value: base64.urlsafe_b64encode(value).rstrip(b"=")
    text = b".".join(part(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (text + b"." + part(hmac.new(SECRET.encode(), text, hashlib.sha256).digest())).decode()
