"""No block of a document goes untested unless a reason is given."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from documents.blocks import EXCUSED, HELD, blocks, pages
from harness.frontends import REPOSITORY

ALL = [block for page in pages() for block in blocks(page)]


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_block_is_run_by_a_test_or_excused(block):
    assert block.language, f"{block}: give the block a language; `text` is for diagrams"
    rows = [row for row in HELD + EXCUSED if fnmatch(block.page, row[0]) and block.language == row[1]]
    assert len(rows) == 1, f"{block} [{block.language}]: add a row to HELD in documents/blocks.py and a test that runs it; {rows}"


@pytest.mark.parametrize("row", HELD + EXCUSED, ids=lambda row: f"{row[0]} {row[1]}")
def test_no_row_is_stale(row):
    assert any(fnmatch(block.page, row[0]) and block.language == row[1] for block in ALL), row


def test_who_holds_a_block_is_there():
    for *_, file in HELD:
        assert (REPOSITORY / "tests" / "e2e" / file).is_file(), file


def test_every_fence_is_read():
    """A block that is not closed would be seen by readers and by no test."""
    for page in pages():
        fences = [line for line in (REPOSITORY / page).read_text().splitlines() if line.lstrip().startswith("```")]
        assert len(fences) == 2 * len(blocks(page)), f"{page}: {fences}"
