"""Applications that record each request: `wsgi` for Werkzeug's server, `asgi` for uvicorn with h11.

    python record.py werkzeug PORT FILE
    python record.py uvicorn PORT FILE
"""

import json
import sys
from threading import Lock
from urllib.parse import urlsplit

KIND, PORT, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lock = Lock()


def wrote(method: str, target: str, path: str, host: str | None, length: int) -> bytes:
    """The record of a request; `handler` is the choice of a router with the one prefix."""
    handler = "public" if path.startswith("/public/") else "protected"
    line = json.dumps({"method": method, "target": target, "host": host, "length": length, "handler": handler})
    with lock, open(FILE, "a") as file:
        file.write(line + "\n")
    return handler.encode()


def wsgi():
    from werkzeug.routing import Map, RequestRedirect, Rule
    from werkzeug.serving import run_simple
    from werkzeug.wrappers import Request, Response

    routes = Map([Rule("/public/<path:rest>", endpoint="public"), Rule("/<path:rest>", endpoint="protected"),
                  Rule("/", endpoint="protected")], merge_slashes=True)

    @Request.application
    def app(request):
        adapter = routes.bind_to_environ(request.environ)
        try:
            endpoint, arguments = adapter.match(method="GET")
            # The catch-all gets the rest of the path as its argument: what begins with the prefix is below it there too.
            path = f"/public/{arguments['rest']}" if endpoint == "public" else f"/{arguments.get('rest', '')}"
        except RequestRedirect as other:
            # The client requests the redirect's target; that is the path that counts.
            path = urlsplit(other.new_url).path
        environ = request.environ
        target = environ.get("RAW_URI") or environ["REQUEST_URI"]
        return Response(wrote(request.method, target, path, environ.get("HTTP_HOST"), len(request.get_data())))

    run_simple("127.0.0.1", PORT, app, threaded=True)


def asgi():
    import uvicorn

    async def app(scope, receive, send):
        length, more = 0, True
        while more:
            event = await receive()
            length, more = length + len(event.get("body", b"")), event.get("more_body", False)
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        body = wrote(scope["method"], target, scope["path"], ",".join(hosts) or None, length)
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, host="127.0.0.1", port=PORT, http="h11", lifespan="off", log_level="warning")


{"werkzeug": wsgi, "uvicorn": asgi}[KIND]()
