"""A request that stays under way during another one."""

from concurrent.futures import Future, ThreadPoolExecutor

from .gateway import Gateway
from .person import Person
from .recorder import Recorder


def under_way(person: Person, gateway: Gateway, recorder: Recorder, seconds: int) -> Future[int]:
    """Sends a request that takes this long; returns once it reached the backend. The result is the status of the response."""
    thread = ThreadPoolExecutor(1)
    answer = thread.submit(lambda: person.fetch("GET", f"/slow?seconds={seconds}").status)
    thread.shutdown(wait=False)
    gateway.process.wait_until(lambda: any(r.target.startswith("/slow") for r in recorder.requests), timeout=5)
    return answer
