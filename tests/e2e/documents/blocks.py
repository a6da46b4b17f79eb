"""The fenced blocks of the documents, and who holds each of them to the program."""

import re
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from harness.frontends import REPOSITORY

FENCE = re.compile(r"^ *```([^\n`]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"`(postern [^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line where it begins, its language, and its text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


# Page, language, and the file of tests that runs the blocks as they stand.
HELD = [
    ("README.md", "sh", "documents/test_readme.py"),
    ("deploy/systemd/README.md", "sh", "documents/test_systemd.py"),
    ("deploy/systemd/README.md", "ini", "documents/test_systemd.py"),
    ("*", "toml", "documents/test_configuration.py"),
    ("*", "nginx", "documents/test_configuration.py"),
    ("*", "sql", "documents/test_database.py"),
    ("docs/netpilot.md", "html", "documents/test_pages.py"),
    ("docs/scripts.md", "html", "browser/test_scripts.py"),
    ("docs/scripts.md", "js", "browser/test_scripts.py"),
    ("docs/kept-forms.md", "html", "browser/test_kept_forms.py"),
    ("docs/pwa.md", "js", "browser/test_pwa.py"),
    ("docs/bridges.md", "python", "bridges/test_applications.py"),
    ("docs/sms-codes.md", "python", "mail/test_sms.py"),
    ("docs/sms-codes.md", "http", "mail/test_sms.py"),
    ("docs/bridges.md", "js", "bridges/test_applications.py"),
    *(("docs/verifying/*.md", language, "verifying/test_assertions.py") for language in ("python", "js", "go", "java")),
]
# Blocks that no test runs, each with its reason.
EXCUSED = [
    ("docs/ARCHITECTURE.md", "text", "diagrams"),
    ("docs/doctor.md", "sh", "names a public address; crates/server/tests/cli/doctor.rs tries each part"),
    ("docs/hosts.md", "text", "a diagram; hosts/ tests what it shows"),
    ("docs/operating.md", "sh", "certbot and lego need an authority and a public name; the webroot is tested in crates/server"),
    ("docs/mutants.md", "sh", "takes hours; test_make.py tries the targets"),
    ("CONTRIBUTING.md", "sh", "builds and runs all tests; test_make.py tries the targets"),
    ("RELEASING.md", "sh", "publishes; test_make.py tries the targets"),
    ("bench/README.md", "sh", "measures for minutes, and needs the bench's own programs; test_make.py tries the targets"),
    ("fuzz/README.md", "sh", "needs the nightly toolchain; test_make.py tries the targets"),
    ("tests/e2e/README.md", "sh", "this is it"),
]


def pages() -> list[str]:
    """Every Markdown file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=REPOSITORY, capture_output=True, check=True)
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (REPOSITORY / name).is_file())


def blocks(page: str) -> list[Block]:
    text = (REPOSITORY / page).read_text()
    return [Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2]) for found in FENCE.finditer(text)]


def held_by(file: str, language: str) -> list[Block]:
    """The blocks that `file` has to run, in order; none is a stale table."""
    name = "/".join(Path(file).parts[-2:])
    found = [block for page in pages() for block in blocks(page) if block.language == language
             and any(fnmatch(page, where) and language == what and by == name for where, what, by in HELD)]
    assert found, f"{name} holds no block of {language}"
    return found


def commands() -> list[tuple[str, str]]:
    """Page and text of each `postern …` command within the sentences of the documents that say how to use it."""
    found = []
    for page in pages():
        if page == "README.md" or page.startswith(("docs/", "deploy/")):
            text = FENCE.sub("", (REPOSITORY / page).read_text())
            found += [(page, command) for command in COMMAND.findall(text)]
    return found
