"""TOML blocks are read by `postern check`, nginx blocks by nginx."""

import base64
import re
import secrets
import subprocess
import tomllib
from pathlib import Path

import pytest

from documents.blocks import held_by
from harness import ports, toml
from harness.frontends import DEPLOY
from harness.gateway import merged, run

# What stands around a block that shows a part of a file.
AROUND = {
    "public_url": "https://app.example.com",
    "google": {"client_id": "1234567890-example.apps.googleusercontent.com"},
    "access": {"domains": ["example.com"]},
    "upstream": [{"name": "app", "url": "http://127.0.0.1:5000"}],
}


def certificate(folder: Path) -> dict[str, str]:
    """Where a block redirects to https, something listens for that."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=app.example.com", "-addext",
                    "subjectAltName=DNS:app.example.com", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
                   check=True, capture_output=True)
    return {"certificate": str(folder / "certificate.pem"), "key": str(folder / "key.pem")}


def secret_of(name: str) -> str:
    if name == "signature_key_file":
        return subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], check=True, capture_output=True, text=True).stdout
    return base64.b64encode(secrets.token_bytes(32)).decode()


def placed(table: dict, folder: Path) -> dict:
    """The same with each `*_file` in `folder`, holding a secret of its kind, and each logo; a folder that is named is there."""
    found = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found[key] = placed(value, folder)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[key] = [placed(item, folder) for item in value]
        elif key.endswith("_file"):
            file = folder / Path(value).name
            file.write_text(secret_of(key))
            file.chmod(0o600)
            found[key] = str(file)
        elif key in ("logo", "logo_dark"):
            (folder / f"{key}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
            found[key] = str(folder / f"{key}.svg")
        elif key == "acme_webroot":
            (folder / "webroot").mkdir()
            found[key] = str(folder / "webroot")
        else:
            found[key] = value
    return found


def check(folder: Path, config: dict):
    file = folder / "postern.toml"
    file.write_text(toml.dumps(merged({**AROUND, "state_dir": str(folder)}, config)))
    env = {"POSTERN_KEYS__MASTER": secret_of(""), "POSTERN_GOOGLE__CLIENT_SECRET": secrets.token_urlsafe(24)}
    for section, key in (("google", "client_secret_file"), ("keys", "master_file")):
        if key in config.get(section, {}):
            env.pop(f"POSTERN_{section}__{key.removesuffix('_file')}".upper())
    return run("check", "--offline", "--config", str(file), env=env)


@pytest.mark.parametrize("block", held_by(__file__, "toml"), ids=str)
def test_a_block_is_a_good_configuration(block, tmp_path):
    config = placed(tomllib.loads(block.text), tmp_path)
    if "redirect" in config.get("listen", {}):
        config["listen"]["tls"] = certificate(tmp_path)
    if "bridge" in config and "upstream" not in config:
        config["upstream"] = [{"name": config["bridge"][0]["upstream"], "url": "http://127.0.0.1:8000"}]
    done = check(tmp_path, config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr


def test_a_misspelt_key_is_found(tmp_path):
    """The control: what surrounds the blocks hides nothing."""
    done = check(tmp_path, {"compat": {"oauth2_proxi": True}})
    assert done.returncode == 3 and "oauth2_prox" in done.stdout + done.stderr, done


# nginx

DEFAULT = "upstream backend { server 127.0.0.1:5000; }\n"


@pytest.fixture
def nginx(tmp_path):
    """`nginx(http)` is what `nginx -t` says of a main file with this `http` block, with the shipped files in place."""
    (tmp_path / "snippets").mkdir()
    for snippet in (DEPLOY / "nginx" / "snippets").iterdir():
        (tmp_path / "snippets" / snippet.name).write_text(snippet.read_text())

    def syntax(http: str) -> subprocess.CompletedProcess:
        main = tmp_path / "nginx.conf"
        main.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{http}\n}}\n")
        return subprocess.run(["nginx", "-t", "-c", main, "-e", tmp_path / "error.log"], capture_output=True, text=True)
    return syntax


@pytest.mark.parametrize("block", held_by(__file__, "nginx"), ids=str)
def test_a_block_is_read_by_nginx(block, nginx):
    """Behind the shipped postern.conf: a whole server as it stands, anything else within one."""
    listen = f"listen 127.0.0.1:{ports.free()};"
    text = re.sub(r"^server \{", f"server {{ {listen}", block.text) if block.text.startswith("server") \
        else f"server {{ {listen}\n{block.text}}}"
    done = nginx((DEPLOY / "nginx" / "postern.conf").read_text() + DEFAULT + text)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr, done.stderr


def test_a_block_that_nginx_does_not_know_is_found(nginx):
    assert nginx("server { postern_unheard_of on; }").returncode != 0
