"""The container image, without an engine: its context, its steps, and what its base has."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from harness.frontends import DEPLOY, REPOSITORY
from harness.gateway import program

DOCKER = DEPLOY / "docker"


def context(folder: Path) -> Path:
    """What `COPY . .` of the Dockerfile copies: the files of the repository but for those that .dockerignore names."""
    lines = [line.strip() for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()]
    ignored = [line.removeprefix("**/").rstrip("/") for line in lines if line and line[0] not in "#!"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        parts = Path(name).parts
        if parts[0] in ignored or set(parts) & {"node_modules", ".venv", "__pycache__"} or not (REPOSITORY / name).exists():
            continue
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, copy, follow_symlinks=False)
    return folder


def test_the_image_s_context_holds_the_whole_workspace(tmp_path):
    """`cargo` refuses a workspace of which a member is missing, whether or not it is built."""
    root = context(tmp_path / "src")
    done = subprocess.run(["cargo", "metadata", "--locked", "--offline", "--filter-platform",
                           "x86_64-unknown-linux-gnu", "--format-version", "1"], cwd=root,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_image_s_context_holds_every_file_that_sources_include(tmp_path):
    root = context(tmp_path / "src")
    included = re.compile(r'include_(?:str|bytes)!\(\s*"([^"]+)"')
    missing = [(source.relative_to(root), name) for source in root.glob("crates/*/src/**/*.rs")
               for name in included.findall(source.read_text()) if not (source.parent / name).is_file()]
    assert not missing


def test_every_step_copies_what_is_there(tmp_path):
    """From the context, or from a path that the step before made."""
    root, made = context(tmp_path / "src"), ""
    copied = []
    for line in (DOCKER / "Dockerfile").read_text().replace("\\\n", " ").splitlines():
        words = [word for word in line.split() if not word.startswith("--chown")]
        if words[:1] == ["RUN"]:
            made += line
        elif words[:2] == ["COPY", "--from=build"]:
            assert re.search(rf"(?:cp \S+|mkdir) {re.escape(words[2])}(?:\s|$)", made), line
            copied.append(words[2])
        elif words[:1] == ["COPY"]:
            assert (root / words[1]).exists(), line
            copied.append(words[1])
    assert copied == [".", "/postern", "/state"]


def test_the_image_starts_with_what_the_documents_mount():
    """Program, folder of the configuration, and the folder of the state are those of compose.yml and the manifests."""
    steps = (DOCKER / "Dockerfile").read_text()
    assert 'ENTRYPOINT ["/usr/bin/postern"]' in steps and "/postern /usr/bin/postern" in steps
    for file in ("compose/compose.yml", "kubernetes/postern.yaml"):
        assert "/etc/postern" in (DEPLOY / file).read_text(), file
    assert '"/etc/postern/postern.toml"' in steps and "VOLUME /var/lib/postern" in steps


def test_the_image_builds_with_the_pinned_toolchain():
    """Another one would be downloaded in its place, with components that no image needs."""
    with (REPOSITORY / "rust-toolchain.toml").open("rb") as file:
        channel = tomllib.load(file)["toolchain"]["channel"]
    steps = (DOCKER / "Dockerfile").read_text()
    assert f"FROM rust:{channel}-bookworm AS build" in steps
    assert f"ENV RUSTUP_TOOLCHAIN={channel}" in steps


@pytest.mark.skipif(not os.environ.get("E2E_IMAGE"), reason="builds the workspace a second time; `make e2e-builds` does")
@pytest.mark.timeout(5400)
def test_the_steps_of_the_image_build_the_program(tmp_path):
    """The build stage in a clean root, with the dev profile. Dependencies are compiled once for both places."""
    root = context(tmp_path / "src")
    env = {**os.environ, "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(REPOSITORY / "target"))}
    done = subprocess.run(["cargo", "build", "--locked", "-p", "postern"], cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    built = Path(env["CARGO_TARGET_DIR"]) / "debug" / "postern"
    assert subprocess.run([built, "--version"], capture_output=True, text=True, check=True).stdout.startswith("postern ")


# What gcr.io/distroless/cc-debian12 has.
LIBRARIES = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1",
             "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def test_the_program_needs_no_library_that_the_image_lacks():
    said = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
    needed = {Path(line.split()[0]).name for line in said.splitlines() if line.strip()}
    assert needed <= LIBRARIES, needed - LIBRARIES
