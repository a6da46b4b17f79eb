"""Starting, refusing to start, stopping (promises 17 and 18)."""

import base64
import json
import signal
import subprocess
import time

import pytest

from harness import toml
from harness.gateway import master_key, program, run
from harness.processes import clean_environment
from harness.slow import under_way


def attempt(gateway) -> subprocess.CompletedProcess:
    """Tries to serve with a configuration that must be refused."""
    return subprocess.run([program(), "serve", "--config", gateway.config_file], capture_output=True, text=True,
                          timeout=20, env=clean_environment())


def rewritten(gateway, change) -> None:
    change(gateway.config)
    gateway.config_file.write_text(toml.dumps(gateway.config))


def key(value: bytes) -> str:
    return base64.b64encode(value).decode()


WEAK = {
    "none": None,
    "empty": "",
    "short": key(b"x" * 16),
    "long": key(bytes(range(64))),
    "zeros": key(b"\x00" * 32),
    "repeated": key(b"a" * 32),
    "not base64": "§§§ not a key §§§",
    "a word": "my-strong-secret-key",
    "an example": "changemechangemechangemechangeme",
}


@pytest.mark.parametrize("weak", WEAK)
def test_without_a_good_master_key_it_does_not_start(recorder, gateways, weak):
    gateway = gateways.prepare(recorder.url, sqlite=True)
    rewritten(gateway, lambda config: config["keys"].update(master=WEAK[weak]))
    done = attempt(gateway)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "keys.master" in said, "names the key"
    assert "keys generate" in said, "says what to do"
    assert not WEAK[weak] or WEAK[weak] not in said, "and does not repeat it"
    assert "panicked" not in said


@pytest.mark.parametrize(("section", "name", "value"), [
    ("legacy", "flask_secret_key", "my-strong-secret-key"), ("legacy", "flask_secret_key", "short"),
    ("legacy", "flask_secret_key", "dev"), ("legacy", "totp_encryption_key", "not a fernet key"),
    ("google", "client_secret", ""), ("google", "client_id", ""),
])
def test_weak_or_missing_secrets_stop_it(recorder, gateways, section, name, value):
    gateway = gateways.prepare(recorder.url, sqlite=True)
    rewritten(gateway, lambda config: config[section].update({name: value}))
    done = attempt(gateway)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert f"{section}.{name}" in said
    assert len(value) < 8 or value not in said


@pytest.mark.parametrize(("change", "words"), [
    (lambda c: c["session"].update(lifetme="12h"), ["session.lifetme", "lifetime"]),
    (lambda c: c.update(publc_url="x"), ["publc_url", "public_url"]),
    (lambda c: c.update(public_url="http://netpilot.example.com"), ["public_url", "https"]),
    (lambda c: c.update(public_url="not a url"), ["public_url"]),
    (lambda c: c.pop("public_url"), ["public_url"]),
    (lambda c: c["access"].update(anyone=False), ["access"]),
    (lambda c: c["google"].update(issuer="http://accounts.google.com"), ["google.issuer", "https"]),
    (lambda c: c["session"].update(lifetime="forever"), ["session.lifetime"]),
    (lambda c: c["session"].update(lifetime="48h"), ["session.lifetime", "24"]),
    (lambda c: c["second_factor"].update(policy="off"), ["second_factor.policy"]),
    (lambda c: c["route"].append({"path": "/x", "access": "maybe"}), ["route", "maybe"]),
    (lambda c: c["route"].append({"path": "/x", "access": "public", "upstream": "nobody"}), ["nobody", "app"]),
    (lambda c: c["cors"].update(origins=["*"]), ["cors.origins"]),
    (lambda c: c["cors"].update(origins=["http://localhost:5173/path"]), ["cors.origins"]),
    (lambda c: c.update(trusted_proxies=["everybody"]), ["trusted_proxies"]),
    (lambda c: c["upstream"].clear(), ["upstream"]),
    (lambda c: c["limits"].update(requests_per_address="many"), ["limits.requests_per_address"]),
])
def test_a_wrong_setting_is_named_and_explained(recorder, gateways, change, words):
    gateway = gateways.prepare(recorder.url, sqlite=True)
    rewritten(gateway, change)
    done = attempt(gateway)
    assert done.returncode != 0
    for word in words:
        assert word in done.stdout + done.stderr


def test_a_configuration_that_others_may_read_or_that_is_not_there_is_said(tmp_path):
    done = run("serve", "--config", str(tmp_path / "none.toml"))
    assert done.returncode != 0
    assert "none.toml" in done.stdout + done.stderr
    broken = tmp_path / "broken.toml"
    broken.write_text("keys = {\n")
    done = run("serve", "--config", str(broken))
    assert done.returncode != 0
    assert "broken.toml" in done.stdout + done.stderr


def test_keys_generate_makes_a_key_that_works(recorder, gateways):
    done = run("keys", "generate")
    assert done.returncode == 0, done
    made = done.stdout.strip().splitlines()[-1].strip().strip('"')
    assert len(base64.b64decode(made)) == 32
    assert run("keys", "generate").stdout != done.stdout
    assert gateways.start(recorder.url, sqlite=True, keys={"master": made}).ready()


def test_secrets_may_come_from_files_and_the_environment(recorder, gateways, tmp_path):
    gateway = gateways.prepare(recorder.url, sqlite=True)
    secret, master = tmp_path / "client", tmp_path / "master"
    secret.write_text(gateway.config["google"].pop("client_secret") + "\n")
    master.write_text(master_key() + "\n")
    del gateway.config["keys"]
    gateway.config["google"]["client_secret_file"] = str(secret)
    gateway.config_file.write_text(toml.dumps(gateway.config))
    gateway._env = {"POSTERN_KEYS__MASTER_FILE": str(master)}
    for file in (secret, master):
        file.chmod(0o600)
    assert gateway.start().ready()


def test_check_says_what_it_would_do_and_no_secret(recorder, gateways):
    gateway = gateways.prepare(recorder.url)
    done = gateway.command("check")
    assert done.returncode == 0, done
    said = done.stdout + done.stderr
    assert gateway.origin in said
    assert gateway.config["keys"]["master"] not in said
    assert gateway.config["google"]["client_secret"] not in said


def test_check_fails_where_something_cannot_be_reached(recorder, gateways):
    gateway = gateways.prepare(recorder.url, google={"issuer": "http://localhost:9"})
    assert gateway.command("check").returncode != 0


def test_the_management_pages_are_on_their_own_listener_only(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    for page in ("/healthz", "/readyz"):
        assert gateway.manage(page) == 200
    metrics = gateway.metrics()
    assert "# TYPE" in metrics
    assert gateway.canary.leaks(metrics) == []
    person = people(gateway)
    recorder.clear()
    for page in ("/healthz", "/readyz", "/metrics"):
        assert person.fetch("GET", page).status == 401, "the backend's own, behind the gate"
    assert recorder.count == 0
    for page in ("/postern/sign-in", "/", "/api/2fa/status"):
        assert gateway.manage(page) == 404


def test_the_log_is_one_json_object_a_line(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    person.fetch("GET", "/page\x1b[31m".replace("\x1b", "%1b"))
    lines = gateway.logged().splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict)


def test_it_stops_gracefully(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    slow = under_way(person, gateway, recorder, seconds=2)
    began = time.monotonic()
    assert gateway.stop() == 0, "asked to stop, it ends well"
    assert slow.result() == 200, "and finishes what it began"
    assert time.monotonic() - began < 10


def test_a_second_signal_ends_it_at_once(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    gateway.process._child.send_signal(signal.SIGINT)
    assert gateway.process._child.wait(10) == 0


def test_a_port_that_is_taken_is_said(recorder, gateways):
    gateway = gateways.start(recorder.url, sqlite=True)
    second = gateways.prepare(recorder.url, sqlite=True)
    rewritten(second, lambda config: config["listen"].update(address=f"127.0.0.1:{gateway.port}"))
    done = attempt(second)
    assert done.returncode != 0
    assert str(gateway.port) in done.stdout + done.stderr
    assert "panicked" not in done.stderr


def test_the_limit_by_address_holds_and_names_its_end(recorder, gateways, people):
    gateway = gateways.start(recorder.url, sqlite=True, limits={"requests_per_address": "10/1m"})
    person = people(gateway)
    answers = [person.navigate("/login") for _ in range(14)]
    limited = [answer for answer in answers if answer.status == 429]
    assert len(limited) >= 3
    assert limited[0].one("retry-after")
    spoofed = person.request("GET", "/login", [("X-Forwarded-For", "1.2.3.4"), ("Accept", "text/html")])
    assert spoofed.status == 429, "another claimed address is the same address"
