"""The files of `deploy/` and `config/` that no other test runs are accepted by the programs that read them."""

import base64
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from harness.frontends import DEPLOY, REPOSITORY, replaced
from harness.gateway import run

CONFIG = REPOSITORY / "config"


@pytest.fixture
def given(tmp_path) -> dict[str, str]:
    """The secrets of a deployment, as files."""
    files = {"POSTERN_KEYS__MASTER_FILE": base64.b64encode(secrets.token_bytes(32)).decode(),
             "POSTERN_GOOGLE__CLIENT_SECRET_FILE": secrets.token_urlsafe(24),
             "POSTERN_STORE__URL_FILE": "postgresql://postern:secret@database/postern"}
    for name, value in files.items():
        (tmp_path / name).write_text(value)
        (tmp_path / name).chmod(0o600)
    return {name: str(tmp_path / name) for name in files}


def accepted(file: Path, env: dict[str, str], *more: str) -> None:
    done = run("check", "--offline", "--config", str(file), *more, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_of_compose_is_good(given):
    accepted(DEPLOY / "compose" / "postern.toml", given)


def test_the_configuration_of_kubernetes_is_good(given, tmp_path):
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))
    assert [document["kind"] for document in documents] == [
        "ConfigMap", "Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"]
    file = tmp_path / "postern.toml"
    file.write_text(documents[0]["data"]["postern.toml"])
    accepted(file, given)
    gateway, backend = documents[1]["spec"]["template"]["spec"]["containers"]
    named = {variable["name"] for variable in gateway["env"]}
    assert named == set(given)
    assert "ports" not in backend, "the gateway is the only way to it"


def test_the_documented_configuration_is_good(given):
    without = {name: value for name, value in given.items() if "STORE" not in name}
    accepted(CONFIG / "postern.toml", without)


def test_the_netpilot_configuration_reads_an_existing_env(given, tmp_path):
    env = tmp_path / ".env"
    env.write_text(f"""# NetPilot
GOOGLE_CLIENT_ID=1234567890-netpilot.apps.googleusercontent.com
GOOGLE_CLIENT_SECRET={secrets.token_urlsafe(24)}
SECRET_KEY="{secrets.token_urlsafe(32)}"
FRONTEND_URL=https://dash.example.com
CORS_ORIGINS=https://dash.example.com,http://localhost:5173
DB_HOST=db.example.com
DB_PORT=5432
DB_USERNAME=netpilot
DB_PASSWORD='p@ss:w/ord#1'
DB_NAME=netpilot
TOTP_ENCRYPTION_KEY={Fernet.generate_key().decode()}
SESSION_2FA_TIMEOUT_HOURS=4
USE_HTTPS=true
""")
    done = run("check", "--offline", "--config", str(CONFIG / "netpilot.toml"), "--env-file", str(env),
               env={"POSTERN_KEYS__MASTER_FILE": given["POSTERN_KEYS__MASTER_FILE"]})
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "https://dash.example.com" in said
    assert "p@ss" not in said
    assert "p%40ss" not in said


def test_compose_exposes_the_gateway_only():
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text())["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["postern"]
    assert all(port.startswith("127.0.0.1:") for port in services["postern"]["ports"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_reads_the_units(tmp_path):
    shipped = DEPLOY / "systemd"
    unit, socket = tmp_path / "postern.service", tmp_path / "postern.socket"
    unit.write_text(replaced((shipped / "postern.service").read_text(), {"/usr/bin/postern": "/bin/true"}))
    socket.write_text((shipped / "postern.socket").read_text())
    done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", unit, socket], capture_output=True,
                          text=True)
    assert "postern." not in done.stderr, done.stderr
