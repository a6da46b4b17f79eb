"""A self-signed certificate for `localhost`, for everything that is measured over TLS."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

COMMAND = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
           "-subj", "/CN=localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=DNS:localhost"]


@dataclass(frozen=True)
class Certificate:
    chain: Path
    key: Path

    @classmethod
    def make(cls, home: Path) -> "Certificate":
        made = cls(home / "chain.pem", home / "key.pem")
        subprocess.run([*COMMAND, "-keyout", made.key, "-out", made.chain], check=True, capture_output=True)
        return made

    def listen(self) -> str:
        """The gateway's configuration for it."""
        return f'[listen.tls]\ncertificate = "{self.chain}"\nkey = "{self.key}"\n'
