"""gRPC through the gateway, with the official implementation on both ends: over cleartext HTTP/2 and over TLS."""

import threading
import time
from concurrent import futures

import grpc
import pytest

from harness import ports

SERVICE = "e2e.Echo"


class Echo(grpc.GenericRpcHandler):
    """A service without a schema: bytes in, bytes out."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}
        self.calls = 0
        self.cancelled = threading.Event()

    def service(self, details):
        self.metadata, self.calls = dict(details.invocation_metadata), self.calls + 1
        return {
            f"/{SERVICE}/Say": grpc.unary_unary_rpc_method_handler(self.say),
            f"/{SERVICE}/Count": grpc.unary_stream_rpc_method_handler(self.count),
            f"/{SERVICE}/Talk": grpc.stream_stream_rpc_method_handler(self.talk),
            f"/{SERVICE}/Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            f"/{SERVICE}/Wait": grpc.unary_unary_rpc_method_handler(self.wait),
        }.get(details.method)

    def say(self, message, context):
        context.send_initial_metadata((("said", "first"),))
        context.set_trailing_metadata((("length", str(len(message))), ("raw-bin", b"\x00\xff")))
        return b"echo " + message

    def count(self, message, context):
        yield from (b"%d" % number for number in range(int(message)))

    def talk(self, messages, context):
        for message in messages:
            yield b"echo " + message

    def fail(self, message, context):
        context.set_trailing_metadata((("why", "because"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now: 100 %")

    def wait(self, message, context):
        context.add_callback(self.cancelled.set)
        self.cancelled.wait(20)
        return b""


@pytest.fixture(scope="module")
def echo():
    service, port = Echo(), ports.free()
    service.port = port
    server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", 64 << 20)])
    server.add_generic_rpc_handlers((service,))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    yield service
    server.stop(None).wait()


@pytest.fixture(params=["cleartext", "TLS"])
def call(request, echo, deploy, authority):
    """The service behind a gateway, and a person with a session."""
    upstream = {"name": "app", "url": f"http://127.0.0.1:{echo.port}", "protocol": "http2"}
    options = {"authority": authority} if request.param == "TLS" else {"listen": {"h2c": True}}
    deployment = deploy(upstream, **options)
    big = [("grpc.max_receive_message_length", 64 << 20), ("grpc.enable_http_proxy", 0)]
    if request.param == "TLS":
        trust = grpc.ssl_channel_credentials(root_certificates=authority.ca.read_bytes())
        channel = grpc.secure_channel(f"localhost:{deployment.gateway.port}", trust, big)
    else:
        channel = grpc.insecure_channel(f"localhost:{deployment.gateway.port}", big)
    with channel:
        yield Caller(channel, deployment)


class Caller:
    """A gRPC client with the session cookie in its metadata."""

    def __init__(self, channel: grpc.Channel, deployment):
        self._channel, self.deployment = channel, deployment
        self.session = [deployment.cookie]

    def unary(self, method: str):
        return self._channel.unary_unary(f"/{SERVICE}/{method}")

    def streaming(self, method: str):
        return self._channel.unary_stream(f"/{SERVICE}/{method}")

    def talking(self, method: str):
        return self._channel.stream_stream(f"/{SERVICE}/{method}")


def test_a_call_with_metadata_on_both_ends_of_the_answer(call, echo):
    reply, told = call.unary("Say").with_call(b"hello", metadata=[*call.session, ("x-auth-user", "root"), ("tag", "a b")])
    assert reply == b"echo hello"
    assert dict(told.initial_metadata())["said"] == "first"
    trailing = dict(told.trailing_metadata())
    assert (trailing["length"], trailing["raw-bin"]) == ("5", b"\x00\xff")
    assert echo.metadata["x-auth-user"] == call.deployment.person.me()["id"]
    assert echo.metadata["tag"] == "a b"
    assert "postern" not in echo.metadata.get("cookie", "")


def test_streams_in_one_direction_and_in_both(call):
    assert list(call.streaming("Count")(b"500", metadata=call.session)) == [b"%d" % number for number in range(500)]
    answered = threading.Semaphore(0)

    def questions():
        for number in range(20):
            yield b"%d" % number
            # The next message only after the response: neither direction waits for the end of the other.
            assert answered.acquire(timeout=10)
    heard = []
    for reply in call.talking("Talk")(questions(), metadata=call.session, timeout=20):
        heard.append(reply)
        answered.release()
    assert heard == [b"echo %d" % number for number in range(20)]


def test_big_messages_arrive_whole(call):
    message = bytes(range(256)) * (80 << 10)
    assert call.unary("Say")(message, metadata=call.session, timeout=60) == b"echo " + message


def test_a_failure_keeps_its_status_message_and_trailers(call):
    with pytest.raises(grpc.RpcError) as failed:
        call.unary("Fail")(b"", metadata=call.session)
    assert failed.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert failed.value.details() == "not now: 100 %"
    assert dict(failed.value.trailing_metadata())["why"] == "because"
    with pytest.raises(grpc.RpcError) as unknown:
        call.unary("Nothing")(b"", metadata=call.session)
    assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_deadline_ends_the_call_on_both_sides(call, echo):
    echo.cancelled.clear()
    with pytest.raises(grpc.RpcError) as late:
        call.unary("Wait")(b"", metadata=call.session, timeout=0.5)
    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert echo.cancelled.wait(10), "the upstream is told that nobody waits any more"


@pytest.mark.parametrize("cookie", [None, "A" * 43])
def test_a_stranger_is_told_so_in_a_way_that_clients_understand(call, echo, cookie):
    name = call.deployment.person.session_cookie[0]
    before = echo.calls
    for method in (call.unary("Say"), lambda *args, **more: list(call.streaming("Count")(*args, **more))):
        with pytest.raises(grpc.RpcError) as refused:
            method(b"5", metadata=[("cookie", f"{name}={cookie}")] if cookie else [], timeout=10)
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED, refused.value
        assert refused.value.details().startswith("Sign in"), refused.value
    assert echo.calls == before


def test_a_stream_ends_when_its_session_does(call):
    silence = threading.Event()

    def questions():
        yield b"hello"
        silence.wait(20)
    replies = call.talking("Talk")(questions(), metadata=call.session, timeout=20)
    assert next(replies) == b"echo hello"
    call.deployment.person.sign_out()
    began = time.monotonic()
    with pytest.raises(grpc.RpcError) as ended:
        next(replies)
    silence.set()
    assert ended.value.code() != grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 4, "within the revocation bound"
