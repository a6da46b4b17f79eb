"""The commands of pages whose blocks are excused name targets and programs that exist."""

import os
import re
import shlex
import subprocess

import pytest

from documents.blocks import EXCUSED, blocks, pages
from harness.frontends import REPOSITORY

LINES = [(block, line.split(" #")[0].strip()) for page, language, _ in EXCUSED if language == "sh" for name in pages() if name == page
         for block in blocks(name) if block.language == "sh" for line in block.text.splitlines()]
# Programs of others.
FOREIGN = {"certbot", "lego", "cargo", "git", "docker", "sha256sum"}


@pytest.mark.parametrize(("block", "line"), LINES, ids=lambda value: str(value)[:60])
def test_a_command_names_what_is_there(block, line):
    for part in filter(None, re.split(r"\s+(?:&&|\|\|)\s+", line)):
        words = [word for word in shlex.split(part) if not re.fullmatch(r"[A-Z0-9_]+=.*", word)]
        if words[0] == "make":
            done = subprocess.run(["make", "-n", *shlex.split(part)[1:]], cwd=REPOSITORY, capture_output=True, text=True)
            assert done.returncode == 0, f"{block}: {line}\n{done.stderr}"
        elif words[0] == "postern":
            given = {word for word in words[2:] if word.startswith("--")}
            done = subprocess.run([os.environ["POSTERN_BIN"], words[1], "--help"], capture_output=True, text=True)
            assert done.returncode == 0 and all(option in done.stdout for option in given), f"{block}: {line}"
        elif words[0] not in FOREIGN:
            assert (REPOSITORY / words[0]).is_file(), f"{block}: {words[0]}"
