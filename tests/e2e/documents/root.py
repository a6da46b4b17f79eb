"""A machine to try commands on: this one's files, with every change kept in memory, and a network of its own."""

import os
import shutil
import subprocess
from pathlib import Path

from harness.frontends import REPOSITORY
from harness.pod import NotPermitted, Pod
from harness.processes import Failed, Process

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LAYERS = """
set -e
mount -t tmpfs -o size=16g tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o lowerdir="$2",upperdir="$1/upper",workdir="$1/work" overlay "$1/root"
for shared in proc dev sys; do mount --rbind "/$shared" "$1/root/$shared"; done
rm -rf "$1/root/etc/postern" "$1/root/var/lib/postern" "$1/root/run/postern"
rm -f "$1/root/usr/bin/postern" "$1/root/usr/local/bin/postern"
mkdir -p "$1/root/home/somebody" "$1/root$3" "$1/root$4"
if [ "$2" != / ]; then
    mount --bind "$3" "$1/root$3"; mount --bind "$4" "$1/root$4"
    cp /etc/resolv.conf /etc/hosts "$1/root/etc/"
fi
echo ready
exec sleep infinity
"""


class Root:
    """Runs commands in a copy-on-write root, as root with an empty home, a plain search path and nothing installed before.
    `checkout` is a clone of the repository with the working tree's files.

    With `E2E_BARE=DIR` the root is a fresh Debian (`make e2e-builds` makes one) and the network is this machine's; else it
    is this machine, with a network of its own."""

    checkout = "/home/somebody/postern"
    bare = os.environ.get("E2E_BARE")

    def __init__(self, home: Path, pod: Pod | None, env: dict[str, str] | None = None):
        self._layers = home / f"root-{os.urandom(4).hex()}"
        self._layers.mkdir()
        self._log = self._layers.with_suffix(".log")
        self._network, self._env = pod.prefix if pod else [], env or {}
        # The toolchain is the one thing that the documents take for given.
        self._cargo = os.environ.get("CARGO_HOME") or str(Path(shutil.which("cargo") or "/usr/bin/cargo").parent.parent)
        self._rustup = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
        self._holder = Process("root", ["unshare", "--mount", "--propagation", "private", "sh", "-c", LAYERS, "sh", self._layers,
                                        self.bare or "/", self._cargo, self._rustup], self._log)
        try:
            self._holder.wait_until(lambda: "ready" in self._log.read_text(), timeout=20)
        except Failed as failed:
            raise NotPermitted(f"a root of its own cannot be mounted here: {failed}") from failed

    def close(self) -> None:
        self._holder.stop()

    def _within(self) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt"]

    def prefix(self, folder: str, **env: str) -> list[str]:
        """What runs a program in this root."""
        told = {"HOME": "/home/somebody", "PATH": f"{PATH}:{self._cargo}/bin", "TERM": "dumb", "CARGO_HOME": self._cargo,
                "RUSTUP_HOME": self._rustup, **self._env, **env}
        return [*self._network, *self._within(), "chroot", f"{self._layers}/root", "env", "-i", "-C", folder,
                *(f"{name}={value}" for name, value in told.items())]

    def run(self, script: str, folder: str | None = None, given: str = "", **env: str) -> str:
        """Runs lines of shell, each of which has to succeed; returns what they print. `given` is what is typed meanwhile."""
        command = [*self.prefix(folder or self.checkout, **env), "bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=5000)
        assert done.returncode == 0, f"{script}\n--> {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def start(self, script: str, log: Path, folder: str | None = None, **env: str) -> Process:
        """Starts a command that goes on until it is stopped."""
        return Process("command", [*self.prefix(folder or self.checkout, **env), "sh", "-c", f"exec {script}"], log)

    def write(self, path: str, text: str) -> None:
        """Puts a file there, as somebody does with an editor."""
        self.run(f"mkdir -p \"$(dirname '{path}')\" && cat > '{path}'", folder="/", given=text)

    def put(self, file: Path, path: str) -> None:
        """Copies a file of this machine there."""
        inside = f"{self._layers}/root{path}"
        subprocess.run([*self._within(), "sh", "-c", 'mkdir -p "$(dirname "$2")" && cp "$1" "$2"', "sh", file, inside], check=True)

    def take(self, path: str, file: Path) -> None:
        """Copies a file from there."""
        subprocess.run([*self._within(), "cp", f"{self._layers}/root{path}", file], check=True)

    def get(self, url: str, *headers: str) -> tuple[int, str]:
        """Status and body of a page, as a program on the same machine gets it; 0 if nothing answers."""
        lines = [part for header in headers for part in ("-H", header)]
        done = subprocess.run([*self._network, "curl", "-s", "-w", "\n%{http_code}", *lines, url], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def ready(self) -> bool:
        """Whether a gateway with the default management address is."""
        return self.get("http://127.0.0.1:9080/readyz")[0] == 200

    def check_out(self) -> None:
        """Clones the repository, with what is changed and not committed yet."""
        clone = self._layers.with_suffix(".clone")
        git = ["git", "-c", "safe.directory=*"]
        subprocess.run([*git, "clone", "-q", "--no-hardlinks", REPOSITORY, clone], check=True, capture_output=True)
        changed = subprocess.run([*git, "diff", "--binary", "HEAD"], cwd=REPOSITORY, capture_output=True, check=True).stdout
        if changed:
            subprocess.run([*git, "apply", "--whitespace=nowarn", "-"], cwd=clone, input=changed, check=True)
        subprocess.run([*self._within(), "cp", "-a", clone, f"{self._layers}/root{self.checkout}"], check=True)
        shutil.rmtree(clone)
