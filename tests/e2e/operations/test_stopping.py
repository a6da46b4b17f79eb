"""After SIGTERM: not ready first, still open for a while, then drained; event streams do not hold the process."""

import threading
import time

from harness import raw
from harness.person import SCRIPT


def test_it_is_not_ready_before_it_stops_accepting(gateways, recorder):
    gateway = gateways.start(recorder.url, sqlite=True, listen={"shutdown_delay": "3s"})
    ended: list[tuple[int, float]] = []
    begun = time.monotonic()

    def stop() -> None:
        status = gateway.stop()
        ended.append((status, time.monotonic() - begun))
    stopping = threading.Thread(target=stop)
    stopping.start()
    gateway.process.wait_until(lambda: gateway.manage("/readyz") == 503, timeout=2)
    assert gateway.manage("/healthz") == 200, "alive, and draining"
    public = [("Host", gateway.origin.partition("://")[2]), *SCRIPT]
    assert raw.request(gateway.port, "GET", "/health_simple", public).status == 200, "who still comes is served"
    stopping.join(20)
    (status, took), = ended
    assert status == 0
    assert 3 <= took < 12, took


def test_an_event_stream_does_not_hold_the_process(gateways, recorder, people):
    gateway = gateways.start(recorder.url, sqlite=True)
    person = people(gateway)
    person.sign_in()
    person.enrol()
    recorder.events["/events"] = threading.Event()
    received: list[raw.Answer | OSError | Exception] = []

    def listen() -> None:
        try:
            received.append(person.fetch("GET", "/events"))
        except Exception as broken:  # noqa: BLE001 - how it ends is not the question
            received.append(broken)
    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    gateway.process.wait_until(lambda: recorder.count and recorder.last.target == "/events", timeout=10)
    begun = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - begun < 8, "the timeout for requests under way is thirty seconds"
    listening.join(5)
    assert received
    recorder.events["/events"].set()
