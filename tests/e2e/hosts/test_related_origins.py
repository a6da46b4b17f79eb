"""After a move: the pages of the new public host use the passkeys of the former one, which the gateway still serves."""

from harness.chain import build
from hosts.conftest import OTHER, Browser

WELL_KNOWN = "/.well-known/webauthn"


def test_the_former_host_names_the_origin_of_the_pages(home, shared_recorder, module_gateways, people):
    part = build("proxy", home, shared_recorder, module_gateways, people, hosts=(OTHER,))
    gateway, browser = part.gateway, Browser(part)
    assert "/postern/sign-in" in browser.open(f"{part.origin}{WELL_KNOWN}").location, "the application’s path"
    route = {"host": f"{OTHER}:{gateway.public_port}", "path": "/*", "access": "full"}
    gateway.reconfigure(route=[*gateway.config["route"], route], passkeys={"relying_party": OTHER})
    gateway.hang_up()
    gateway.process.wait_until(lambda: gateway.reloads() > 0)
    shared_recorder.clear()
    for origin in (browser.other, part.origin):
        told = browser.open(f"{origin}{WELL_KNOWN}")
        assert (told.status, told.json()) == (200, {"origins": [part.origin]}), told
    assert shared_recorder.count == 0
    part.stop()
