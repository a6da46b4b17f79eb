"""The engine's readings: what it accepts, h11 and llhttp read alike or refuse; what they read differently, it refuses.

The tables are those of crates/http/tests/data, where the engine itself and hyper are held to them.
"""

import pytest

from differentials.messages import Case, Message, cases, h11_requests, h11_response, llhttp

REQUESTS, RESPONSES = cases("request"), cases("response")
# Responses that the engine accepts from old servers, and llhttp refuses.
REFUSED_BY_LLHTTP = {"equal lengths", "white space behind a chunk size"}


def alike(case: Case, theirs: list[Message]) -> None:
    """Each message that the other read is the message that the engine read."""
    # A response behind the one that was asked for is never read.
    assert len(theirs) <= len(case.read), (case.name, theirs)
    for ours, their in zip(case.read, theirs):
        assert (ours.method, ours.target, ours.status) == (their.method, their.target, their.status)
        assert ours.complete or not their.complete, (ours, their)
        if ours.complete and their.complete:
            assert ours.body == their.body
        else:
            assert ours.body.startswith(their.body) or their.body.startswith(ours.body)


def accepted(table: dict[str, Case]) -> list[str]:
    return [name for name, case in table.items() if case.refused is None]


@pytest.mark.parametrize("name", accepted(REQUESTS))
def test_h11_reads_accepted_requests_alike(name):
    read = h11_requests(REQUESTS[name].sent)
    alike(REQUESTS[name], read)


@pytest.mark.parametrize("name", accepted(RESPONSES))
def test_h11_reads_accepted_responses_alike(name):
    alike(RESPONSES[name], h11_response(RESPONSES[name].sent, RESPONSES[name].method))


def test_llhttp_reads_accepted_requests_alike():
    table = [REQUESTS[name] for name in accepted(REQUESTS)]
    for case, read in zip(table, llhttp([("request", case.sent, case.method) for case in table])):
        alike(case, read)
        assert read, f"{case.name}: llhttp refuses it"


def test_llhttp_reads_accepted_responses_alike():
    table = [RESPONSES[name] for name in accepted(RESPONSES)]
    for case, read in zip(table, llhttp([("response", case.sent, case.method) for case in table])):
        # Node takes no second response; its parser alone would.
        alike(case, read[:1])
        assert case.name in REFUSED_BY_LLHTTP or (read and read[0].complete == case.read[0].complete), (case.name, read)


@pytest.mark.parametrize("kind", ["request", "response"])
def test_what_they_read_differently_is_refused(kind):
    """Control: the tables hold streams that h11 and llhttp read differently, so that agreement means something."""
    table = [case for case in cases(kind).values() if case.refused]
    theirs = llhttp([(kind, case.sent, case.method) for case in table])
    differ = 0
    for case, node in zip(table, theirs):
        python = h11_requests(case.sent) if kind == "request" else h11_response(case.sent, case.method)
        differ += python != (node if kind == "request" else node[:1])
    assert differ >= 5
