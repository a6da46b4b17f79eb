"""Every `postern …` command that the documents mention within a sentence does something, as it is written."""

import re

import pytest
from cryptography.fernet import Fernet

from documents.blocks import commands
from harness.mailbox import Mailbox

# What a reader puts in. `…` stands for what was said before.
READER = {"FILE": "{folder}/new-key", "KEY": "{key}", "1047…": "1047", "https://host/path": "https://localhost/path"}
# Commands that go on until they are stopped, and whole families.
SERVES = {"postern serve", "postern serve …", "postern users …"}
# Those that ask for a confirmation or a further word, which the sentence says.
MORE = {"users reset": ["--yes"], "users relink": ["--yes"], "sessions revoke --all": ["--yes"]}

MENTIONED = sorted({command for _, command in commands()})


def test_the_documents_mention_commands():
    assert len(MENTIONED) > 15
    assert SERVES <= set(MENTIONED)


@pytest.fixture(scope="module")
def mailbox():
    part = Mailbox().start()
    yield part
    part.stop()


@pytest.mark.parametrize("command", [command for command in MENTIONED if command not in SERVES])
def test_a_command_runs(command, gateways, people, recorder, mailbox, tmp_path):
    mail = {"url": f"smtp+plaintext://localhost:{mailbox.port}", "from": "postern@example.com"}
    gateway = gateways.start(recorder.url, mail=mail, legacy={"totp_encryption_key": Fernet.generate_key().decode()})
    if "ada@example.com" in command:
        ada = people(gateway, email="ada@example.com")
        ada.sign_in()
        if "users ticket" not in command:  # Tickets are for those who have no second factor.
            ada.enrol()
    key = re.search(r"[0-9a-f]{8,}", gateway.command("keys", "status").stdout)
    words = command.split()[1:]
    if "--config" in words:
        at = words.index("--config")
        del words[at:at + 4]
    found = []
    for word in words:
        for name, value in READER.items():
            word = word.replace(name, value.format(folder=tmp_path, key=key[0]))
        found.append(word.replace("/etc/postern/master-key", f"{tmp_path}/etc/postern/master-key"))
    for start, more in MORE.items():
        if " ".join(words).startswith(start):
            found += more
    done = gateway.command(*found)
    assert done.returncode == 0, f"{command} → postern {' '.join(found)}\n{done.stdout}{done.stderr}"
