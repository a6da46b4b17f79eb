"""The commands in the first lines of files to copy do what they say."""

import json
import os
import re
import secrets
import shutil
import stat
import subprocess

import pytest
import yaml

from harness.frontends import DEPLOY
from harness.gateway import program


def commands(file: str) -> str:
    """The commands of a file's first comment: what is indented in it, continued lines joined."""
    head = re.match(r"(?:#[^\n]*\n)+", (DEPLOY / file).read_text())[0]
    lines = [line[4:] for line in head.splitlines() if line.startswith("#   ")]
    assert lines, f"{file} begins with no command"
    return "\n".join(lines).replace("\\\n", " ") + "\n"


def path(folder) -> dict[str, str]:
    """An environment where `postern` is installed."""
    (folder / "bin").mkdir()
    (folder / "bin" / "postern").symlink_to(program())
    return {"PATH": f"{folder}/bin:{os.environ['PATH']}", "HOME": str(folder)}


def test_the_secrets_of_compose_are_made_as_it_says(tmp_path):
    env = path(tmp_path)
    shutil.copytree(DEPLOY / "compose", tmp_path / "compose", symlinks=True)
    script = "\n".join(line for line in commands("compose/compose.yml").splitlines() if not line.startswith("docker "))
    subprocess.run(["bash", "-euc", script], cwd=tmp_path / "compose", env=env, check=True, capture_output=True)
    files = yaml.safe_load((DEPLOY / "compose" / "compose.yml").read_text())["secrets"]
    for secret in files.values():
        file = tmp_path / "compose" / secret["file"]
        assert file.stat().st_size > 10, file
        # Compose mounts a file with the mode that it has here, and the image's user is nobody's owner.
        assert stat.S_IMODE(file.stat().st_mode) == 0o644, file
    assert stat.S_IMODE((tmp_path / "compose" / "secrets").stat().st_mode) == 0o700
    password = (tmp_path / "compose" / files["database-password"]["file"]).read_text()
    assert f":{password}@" in (tmp_path / "compose" / files["database-url"]["file"]).read_text()
    env |= {"POSTERN_KEYS__MASTER_FILE": str(tmp_path / "compose" / files["master-key"]["file"]),
            "POSTERN_GOOGLE__CLIENT_SECRET_FILE": str(tmp_path / "compose" / files["google-client-secret"]["file"]),
            "POSTERN_STORE__URL_FILE": str(tmp_path / "compose" / files["database-url"]["file"])}
    done = subprocess.run(["postern", "check", "--offline", "--config", tmp_path / "compose" / "etc" / "postern.toml"], env=env,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
def test_the_secret_of_kubernetes_is_made_as_it_says(tmp_path):
    env = path(tmp_path)
    (tmp_path / "google-client-secret").write_text(secrets.token_urlsafe(24))
    create, apply = (line for line in commands("kubernetes/postern.yaml").splitlines() if line.startswith("kubectl "))
    assert apply == "kubectl apply -f postern.yaml"
    said = subprocess.run(["bash", "-euc", f"{create} --dry-run=client -o json"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    made = json.loads(said.stdout)
    pod = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "postern.yaml").read_text()))[1]["spec"]["template"]["spec"]
    secret = next(volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume)
    wanted = {variable["value"].rpartition("/")[2] for variable in pod["containers"][0]["env"]}
    assert (made["metadata"]["name"], set(made["data"])) == (secret, wanted)
