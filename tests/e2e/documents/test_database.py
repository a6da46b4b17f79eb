"""SQL blocks do in the database what they say, and a running gateway notices."""

import re

import pytest

from documents.blocks import held_by

BLOCKS = held_by(__file__, "sql")


def statements(text: str) -> list[str]:
    """The statements of a block, for the person of this test."""
    without_comments = re.sub(r"--[^\n]*", "", text)
    named = re.sub(r"email = '[^']*'", "email = 'ada@example.com'", without_comments)
    named = named.replace("user_id = '…'", "user_id = (SELECT id FROM users WHERE email = 'ada@example.com')")
    return [statement.strip() for statement in named.split(";") if statement.strip()]


@pytest.fixture
def ada(gateways, people, recorder, postgres):
    database = postgres.database()
    gateway = gateways.start(recorder.url, database=database, second_factor={"policy": "per-user"})
    person = people(gateway, email="ada@example.com")
    person.sign_in()
    person.enrol()
    person.database = database
    return person


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_statement_runs_and_finds_its_rows(block, ada):
    for _ in range(3):
        ada.verify(ada.wrong_code())
    assert ada.verify().code == "ACCOUNT_LOCKED"
    for statement in statements(block.text):
        if statement.startswith("SELECT"):
            assert ada.database.sql(statement), statement
        else:
            changed = ada.database.sql(f"WITH done AS ({statement} RETURNING 1) SELECT count(*) FROM done")
            assert changed == [(1,)], statement
