"""HTML blocks: what they link to is there."""

import re
from urllib.parse import urlsplit

from documents.blocks import held_by


def test_links_lead_to_pages(gateways, people, recorder):
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    for block in held_by(__file__, "html"):
        targets = re.findall(r'href="([^"]+)"', block.text)
        assert targets, block
        for target in targets:
            page = person.navigate(urlsplit(target).path)
            assert page.status == 200 and "<h1" in page.text, (block, page)
    assert recorder.count == 0, "the gateway's own pages"
