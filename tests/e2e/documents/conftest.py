"""Roots in which the documents' commands are run."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from documents.root import Root
from harness.pod import NotPermitted, Pod

_numbers = itertools.count(101)


@pytest.fixture
def root(home, provider, postgres) -> Iterator[Callable[..., Root]]:
    """`root()` is a machine of its own that reaches the provider and PostgreSQL, and nothing else."""
    pods: list[Pod] = []
    roots: list[Root] = []

    def make(**env: str) -> Root:
        try:
            if not Root.bare:
                pods.append(Pod(next(_numbers)))
            roots.append(Root(home, pods[-1] if pods else None, env={"POSTERN_GOOGLE__ISSUER": provider.issuer, **env}))
        except NotPermitted as why:
            pytest.skip(f"roots and networks cannot be made here: {why}")
        for pod in pods[-1:]:
            pod.lends(provider.port)
            pod.lends(postgres.port)
        roots[-1].check_out()
        return roots[-1]

    yield make
    for part in [*roots, *pods]:
        part.close()
