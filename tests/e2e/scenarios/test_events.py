"""Events arrive as they happen behind every proxy: none buffers the response."""

import socket
import threading


def read_until(connection: socket.socket, received: bytes, mark: bytes) -> bytes:
    while mark not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return received


def test_an_event_does_not_wait_for_the_next(chain):
    person, second = chain.verified(), threading.Event()
    chain.recorder.events["/feed"] = second
    try:
        with socket.create_connection(("127.0.0.1", chain.port), timeout=10) as connection:
            connection.sendall(f"GET /feed?x=1 HTTP/1.1\r\nHost: {chain.host}\r\nAccept: text/event-stream\r\n"
                               f"Cookie: {'='.join(person.session_cookie)}\r\n\r\n".encode())
            received = read_until(connection, b"", b"data: first\n\n")
            assert received.startswith(b"HTTP/1.1 200")
            second.set()
            read_until(connection, received, b"data: second\n\n")
    finally:
        second.set()
        del chain.recorder.events["/feed"]


def test_a_stranger_gets_no_event(chain):
    chain.recorder.clear()
    answer = chain.ask("GET", "/feed", [("Accept", "text/event-stream")])
    assert (answer.status, answer.code) == (401, "SIGN_IN_REQUIRED")
    assert chain.recorder.count == 0
