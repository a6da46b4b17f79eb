"""Profile-guided builds of the release programs."""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from .bench import Bench
from .certificate import Certificate
from .gateway import CHECK, Gateway
from .load import HERE, Load, wrk
from .processes import LOAD_CORE, Failed

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAMS = ("postern", "postern-bench", "postern-bench-allocations")
MIB = 2**20
#: Seconds of each load by wrk, and requests of each load by curl.
SECONDS, REQUESTS = 3, 3000


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/train", description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET / "trained", help="where the programs go")
    out = parser.parse_args().out.resolve()
    try:
        train(out)
    except (Failed, subprocess.CalledProcessError) as problem:
        print(f"bench/train: {problem}", file=sys.stderr)
        return 1
    print(f"the programs are in {out}")
    return 0


def train(out: Path) -> None:
    for tool in ("wrk", "curl", "openssl", "taskset"):
        if not shutil.which(tool):
            raise Failed(f"{tool} is missing: run `make release`, which installs it")
    compiler = dict(line.split(": ", 1) for line in said("rustc", "-vV").splitlines() if ": " in line)
    merge = profdata(compiler["host"])
    # Both builds use one folder, so that functions have the same names, and flags that only change with the profile, so that cargo
    # rebuilds only then.
    folder, counts = out / "build", out / "counts"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(parents=True)
    built = build(compiler["host"], folder, f"-Cprofile-generate={counts}")
    with tempfile.TemporaryDirectory(prefix="postern-train-") as home, ExitStack() as running:
        loads(Bench(built, Path(home), 1, SECONDS, True, say, running))
    say("merging the counts")
    merged = out / "merged"
    subprocess.run([merge, "merge", "--sparse", "-o", merged, *counts.iterdir()], check=True)
    profile = out / f"profile-{hashlib.sha256(merged.read_bytes()).hexdigest()[:16]}"
    for other in out.glob("profile-*"):
        other.unlink()
    merged.rename(profile)
    built = build(compiler["host"], folder, f"-Cprofile-use={profile}")
    for name in PROGRAMS:
        shutil.copy2(built / name, out / name)


def build(host: str, folder: Path, flag: str) -> Path:
    """Builds the programs with a compiler flag; returns the folder that holds them. Naming the target keeps the flag away from
    build scripts and procedural macros."""
    say(f"building with {flag.split('=')[0]}")
    command = ["cargo", "build", "--locked", "--release", "--target", host, "--target-dir", folder, "-p", "postern", "-p", "postern-bench"]
    flags = f"{os.environ.get('RUSTFLAGS', '')} {flag}".strip()
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "RUSTFLAGS": flags})
    return folder / host / "release"


def loads(bench: Bench) -> None:
    """The training load: checks, proxied requests and refusals, bodies both ways, with and without TLS, over HTTP/1.1 and HTTP/2. The
    bare servers are trained with the part of it that they support."""
    upstream = bench.upstream()
    gateway, (token,) = bench.gateway("trained", upstream=upstream)
    gateway.start()
    headers = gateway.identity(token, gateway.home / "headers.json")
    _, bare_check = bench.bare("check", gateway, headers)
    _, bare_proxy = bench.bare("proxy", gateway, headers, upstream)
    checks = Load(CHECK, gateway.check_headers(token))
    forwarded = Load("/api/devices?page=2", gateway.browser_headers(token))
    down = replace(forwarded, path=f"/bytes/{MIB}", connections=4)
    up = replace(forwarded, path="/upload", connections=4, script=HERE / "upload.lua", arguments=(MIB,))
    for name, load, bare in (("checks", checks, bare_check), ("forwarded", forwarded, bare_proxy), ("down", down, bare_proxy),
                             ("up", up, bare_proxy)):
        say(f"training: {name}")
        for port in (gateway.port, bare):
            wrk(port, load, SECONDS)
    say("training: refusals, TLS, HTTP/2")
    curl(gateway, f"http://127.0.0.1:{gateway.port}", None)
    secure, (token,) = bench.gateway("trained-tls", upstream=upstream, listen=Certificate.make(bench.home).listen(), scheme="https")
    secure.start()
    for option in ("--http1.1", "--http2"):
        curl(secure, f"https://127.0.0.1:{secure.port}", token, option, "--insecure")


def curl(gateway: Gateway, url: str, token: str | None, *options: str) -> None:
    """The same request many times, over kept connections."""
    headers = [part for name, value in gateway.browser_headers(token).items() for part in ("-H", f"{name}: {value}")]
    command = ["taskset", "-c", LOAD_CORE, "curl", "--silent", "--show-error", "--parallel", "--parallel-max", "8", *options, *headers,
               "--output", "/dev/null", "--write-out", "%{http_code}\n", f"{url}/api/devices?page=[1-{REQUESTS}]"]
    answered = said(*command).split()
    expected = "200" if token else "401"
    if answered.count(expected) != REQUESTS:
        raise Failed(f"not all of {REQUESTS} responses were {expected}: {sorted(set(answered))}")


def profdata(host: str) -> str:
    """The path of llvm-profdata: the compiler's own, or the newest installed one."""
    own = Path(said("rustc", "--print", "sysroot").strip()) / "lib" / "rustlib" / host / "bin" / "llvm-profdata"
    if own.exists():
        return str(own)
    found = {}
    for folder in os.get_exec_path():
        for program in Path(folder).glob("llvm-profdata*"):
            if named := re.fullmatch(r"llvm-profdata(?:-(\d+))?", program.name):
                found[int(named.group(1) or 0)] = str(program)
    if not found:
        raise Failed("llvm-profdata is missing: run `make release`, which installs it")
    return found[max(found)]


def said(*command) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, cwd=ROOT).stdout


def say(what: str) -> None:
    print(f"bench/train: {what}", file=sys.stderr, flush=True)
