"""Broken upstream responses: the client reads one complete response or none, and never somebody else's."""

import socket

import h11
import pytest

from harness.chain import build

# An unsolicited response behind the requested one.
FOREIGN = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nforeign"
OK = "HTTP/1.1 200 OK\r\n"
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "two lengths": OK + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhello",
    "list of lengths": OK + "Content-Length: 2, 5\r\n\r\nhello",
    "length and chunks": OK + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "chunks and length": OK + "Transfer-Encoding: chunked\r\nContent-Length: 50\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "length with a sign": OK + "Content-Length: +5\r\n\r\nhello",
    "length negative": OK + "Content-Length: -5\r\n\r\nhello",
    "longer than its length": OK + "Content-Length: 2\r\n\r\nok" + FOREIGN,
    "chunk size that is none": CHUNKED + "zz\r\nhello\r\n0\r\n\r\n",
    "chunk longer than its size": CHUNKED + "2\r\nhello\r\n0\r\n\r\n",
    "chunk size of 2^64": CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "more after the last chunk": CHUNKED + "2\r\nok\r\n0\r\n\r\n" + FOREIGN,
    "trailers that frame": CHUNKED + "2\r\nok\r\n0\r\nContent-Length: 50\r\n\r\n" + FOREIGN,
    "unknown coding": OK + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "coding that is none": OK + "Transfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "folded header": OK + "X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok",
    "folded framing": OK + "Transfer-Encoding:\r\n chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "bare line feeds": "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "carriage return in a value": OK + "X-A: b\rX-C: d\r\nContent-Length: 2\r\n\r\nok",
    "null in a value": OK + "X-A: b\0c\r\nContent-Length: 2\r\n\r\nok",
    "space before a colon": OK + "Content-Length : 2\r\n\r\nok",
    "no status": "HTTP/1.1\r\nContent-Length: 2\r\n\r\nok",
    "status 99": "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok",
    "another protocol": "ICY 200 OK\r\n\r\nok",
    "HTTP/0.9": "<p>hello</p>",
    "switching unasked": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n" + FOREIGN,
    "204 with a body": "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n" + FOREIGN,
    "304 with a body": "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok" + FOREIGN,
    "a few interim answers": "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5 + OK + "Content-Length: 2\r\n\r\nok",
    "a flood of interim answers": "HTTP/1.1 103 Early Hints\r\nX: " + "y" * 200 + "\r\n\r\n",
    "a huge head": OK + "".join(f"X-{number}: {'y' * 1000}\r\n" for number in range(2000)) + "Content-Length: 2\r\n\r\nok",
    "a huge value": OK + "X: " + "y" * 2_000_000 + "\r\nContent-Length: 2\r\n\r\nok",
    "hop-by-hop headers": OK + "Connection: X-Secret, close\r\nKeep-Alive: timeout=9\r\nX-Secret: s\r\n"
                               "Proxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nok",
    "nothing": "",
}
# What a client gets: 502 unless it is listed. `None`: the head was sent on before the fault came, so the connection ends.
OUTCOMES = {
    "longer than its length": 200,
    "chunk size that is none": None,
    "chunk longer than its size": None,
    "chunk size of 2^64": None,
    "more after the last chunk": 200,
    "trailers that frame": None,
    "bare line feeds": 200,
    # No more comes, and the connection stays open: the upstream's timeout.
    "HTTP/0.9": 504,
    "nothing": 504,
    "204 with a body": 204,
    "304 with a body": 304,
    "a few interim answers": 200,
    "hop-by-hop headers": 200,
}
REPEATED = {"a flood of interim answers": 5_000}


@pytest.fixture(scope="module")
def chain(home, shared_recorder, module_gateways, people):
    public = [{"path": "/public/*", "access": "public"}]
    return build("proxy", home, shared_recorder, module_gateways, people, route=public, upstream=[
        {"name": "app", "url": shared_recorder.url, "timeout": "5s"}])


class Client:
    """A strict client on one connection: h11, which refuses what RFC 9112 forbids."""

    def __init__(self, port: int, host: str):
        self._host = host
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=4_000_000)

    def get(self, target: str) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Sends a request; returns `None` if the connection ended before a complete response. Invalid HTTP raises."""
        request = h11.Request(method="GET", target=target, headers=[("Host", self._host)])
        try:
            self._socket.sendall(self._wire.send(request) + self._wire.send(h11.EndOfMessage()))
        except ConnectionError:
            return None
        status, headers, body = 0, [], b""
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                try:
                    data = self._socket.recv(65536)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._wire.receive_data(data)
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = [(name.decode(), value.decode("latin-1")) for name, value in event.headers]
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return status, headers, body
            elif not isinstance(event, h11.InformationalResponse):
                return None

    def goes_on(self) -> bool:
        """Whether another request may follow on this connection."""
        if self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE:
            self._wire.start_next_cycle()
            return True
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_disturbs_nobody(chain, name):
    chain.recorder.answers["/public/odd"] = (ANSWERS[name] * REPEATED.get(name, 1)).encode("latin-1")
    for _ in range(2):
        client = Client(chain.port, chain.host)
        try:
            answer = client.get("/public/odd")
            assert (answer and answer[0]) == OUTCOMES.get(name, 502), answer
            if answer is not None:
                status, headers, body = answer
                assert b"foreign" not in body
                assert status != 200 or body == b"ok", body
                names = [header for header, _ in headers]
                assert not {"keep-alive", "proxy-authenticate", "x-secret"} & set(names), names
                assert all("\r" not in value and "\n" not in value and "\0" not in value for _, value in headers)
                assert client.goes_on()
                after = client.get("/public/after")
                assert after is not None and after[0] == 200 and b"/public/after" in after[2], after
        finally:
            client.close()
    # Whatever happened to that upstream connection, another person's request gets its own response.
    other = chain.ask("GET", "/public/other")
    assert other.status == 200 and "/public/other" in other.text, other
