"""Browser windows of every size."""

from collections.abc import Callable, Iterator

import pytest

from pages import Visit


@pytest.fixture
def window(chromium, request) -> Iterator[Callable[..., Visit]]:
    """Opens windows: `window(person, name, viewport=…, color_scheme=…)`. Fails at the end on
    policy violations, script errors and requests to other hosts."""
    visits, contexts = [], []

    def open_window(person, name: str, **options) -> Visit:
        context = chromium.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        visits.append(Visit(context, person, name))
        return visits[-1]

    yield open_window
    for context in contexts:
        context.close()
    complaints = [text for visit in visits for text in visit.complaints]
    outside = [url for visit in visits for url in visit.outside]
    assert not complaints, complaints
    assert not outside, outside
