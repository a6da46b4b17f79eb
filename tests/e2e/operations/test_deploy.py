"""The files of `deploy/` and `config/` that no other test runs are accepted by the programs that read them."""

import base64
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from harness.frontends import DEPLOY, REPOSITORY, replaced
from harness.gateway import program, run

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
    unit, listener = tmp_path / "postern.service", tmp_path / "postern.socket"
    unit.write_text(replaced((shipped / "postern.service").read_text(), {"/usr/bin/postern": "/bin/true"}))
    listener.write_text((shipped / "postern.socket").read_text())
    done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", unit, listener], capture_output=True,
                          text=True)
    assert "postern." not in done.stderr, done.stderr


# Secrets with the modes of the manifest, as the user of the image.

@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_the_image_s_user_reads_the_secrets_of_the_manifest(given, tmp_path):
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))
    pod = documents[1]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    user, group = container["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"]
    mode = next(volume["secret"]["defaultMode"] for volume in pod["volumes"] if "secret" in volume)
    assert pod["securityContext"].get("runAsNonRoot") is None, "the backend may be root"
    with tempfile.TemporaryDirectory(prefix="postern-pod-") as name:
        root = Path(name)
        root.chmod(0o755)
        config = root / "postern.toml"
        config.write_text(documents[0]["data"]["postern.toml"])
        config.chmod(0o644)
        binary = root / "postern"
        shutil.copy(program(), binary)
        mounted = {}
        for variable in container["env"]:
            secret = root / Path(variable["value"]).name
            secret.write_text(Path(given[variable["name"]]).read_text())
            os.chown(secret, 0, group)
            secret.chmod(mode)
            mounted[variable["name"]] = str(secret)

        def check(groups: str) -> subprocess.CompletedProcess:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", groups, binary, "check", "--offline", "--config", config]
            return subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **mounted})
        done = check(f"--groups={group}")
        assert done.returncode == 0, done.stdout + done.stderr
        # The counterpart: another user without that group is kept out.
        other = subprocess.run(["setpriv", "--reuid=65531", "--regid=65531", "--clear-groups", "cat", *mounted.values()],
                               capture_output=True)
        assert other.returncode != 0


def test_folders_are_mounted_and_no_single_files():
    """A file that is mounted alone stays the old one when an editor or Kubernetes replaces it."""
    pod = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))[1]["spec"]["template"]["spec"]
    assert not [mount for mount in pod["containers"][0]["volumeMounts"] if "subPath" in mount]
    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text())["services"]["postern"]
    sources = [DEPLOY / "compose" / volume.split(":")[0] for volume in compose["volumes"]]
    assert all(source.is_dir() for source in sources), sources


def test_a_pod_is_served_until_nobody_is_sent_to_it():
    pod = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))[1]["spec"]["template"]["spec"]
    gateway = pod["containers"][0]
    wait = gateway["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= wait + 30, "listen.shutdown_timeout"
    assert gateway["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "management"}


def test_prometheus_is_let_in_by_a_policy_of_its_own():
    policy, monitor = yaml.safe_load_all((DEPLOY / "kubernetes" / "prometheus.yaml").read_text())
    assert [port for rule in policy["spec"]["ingress"] for port in rule["ports"]] == [{"port": "management"}]
    assert all(rule["from"] for rule in policy["spec"]["ingress"])
    assert monitor["spec"]["podMetricsEndpoints"][0] == {"port": "management", "path": "/metrics"}


def test_the_unit_waits_for_readiness_and_feeds_the_watchdog(home, gateways):
    """systemd's part played: a socket in NOTIFY_SOCKET, and a watchdog period."""
    unit = (DEPLOY / "systemd" / "postern.service").read_text()
    assert "\nType=notify\n" in unit and "\nWatchdogSec=" in unit
    address = home / f"notify-{secrets.token_hex(4)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(20)
        gateway = gateways.prepare("http://127.0.0.1:9", sqlite=True,
                                   env={"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "400000"})
        gateway.start()

        def hear(what: str) -> str:
            while what not in (said := manager.recv(4096).decode()):
                pass
            return said
        assert "STATUS=serving" in hear("READY=1")
        hear("WATCHDOG=1")
        gateway.hang_up()
        assert "MONOTONIC_USEC=" in hear("RELOADING=1")
        hear("READY=1")
        gateway.stop()
        hear("STOPPING=1")
