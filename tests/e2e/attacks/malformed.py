"""The corpus of ambiguous HTTP, as templates."""

# {g} and {p}: the head of a valid GET and POST with a full session, {e}: the end of the head and an empty chunked body,
# {h}: the right host, {c}: a full session's cookie line.
GET = "GET /page HTTP/1.1\r\nHost: {h}\r\n{c}"
POST = "POST /page HTTP/1.1\r\nHost: {h}\r\n{c}"
EMPTY_CHUNKS = "\r\n\r\n0\r\n\r\n"
REJECTED = {
    "CL and TE": "{p}Content-Length: 4\r\nTransfer-Encoding: chunked{e}",
    "TE and CL": "{p}Transfer-Encoding: chunked\r\nContent-Length: 4{e}",
    "CL 0 and TE": "{p}Content-Length: 0\r\nTransfer-Encoding: chunked{e}",
    "two TE": "{p}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity{e}",
    "TE list": "{p}Transfer-Encoding: chunked, identity{e}",
    "TE unknown": "{p}Transfer-Encoding: xchunked{e}",
    "TE with space before colon": "{p}Transfer-Encoding : chunked{e}",
    "TE tab": "{p}Content-Length: 3\r\nTransfer-Encoding:\tchunked{e}",
    "TE quoted": "{p}Transfer-Encoding: \"chunked\"{e}",
    "TE in HTTP/1.0": "POST /page HTTP/1.0\r\nHost: {h}\r\n{c}Transfer-Encoding: chunked\r\nContent-Length: 3{e}",
    "two CL": "{p}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "CL list": "{p}Content-Length: 3, 4\r\n\r\nabcd",
    "CL signed": "{p}Content-Length: +3\r\n\r\nabc",
    "CL negative": "{p}Content-Length: -1\r\n\r\nabc",
    "CL hexadecimal": "{p}Content-Length: 0x3\r\n\r\nabc",
    "CL huge": "{p}Content-Length: 99999999999999999999999\r\n\r\nabc",
    "two Host": "GET /page HTTP/1.1\r\nHost: {h}\r\nHost: evil.example\r\n{c}\r\n",
    "two equal Host": "GET /page HTTP/1.1\r\nHost: {h}\r\nHost: {h}\r\n{c}\r\n",
    "no Host": "GET /page HTTP/1.1\r\n{c}\r\n",
    "empty Host": "GET /page HTTP/1.1\r\nHost:\r\n{c}\r\n",
    "foreign Host": "GET /page HTTP/1.1\r\nHost: evil.example\r\n{c}\r\n",
    "Host with user": "GET /page HTTP/1.1\r\nHost: evil@{h}\r\n{c}\r\n",
    "Host list": "GET /page HTTP/1.1\r\nHost: {h}, evil.example\r\n{c}\r\n",
    "Host with path": "GET /page HTTP/1.1\r\nHost: {h}/x\r\n{c}\r\n",
    "HTTP/1.0 without Host": "GET /page HTTP/1.0\r\n{c}\r\n",
    "absolute-form of another host": "GET http://evil.example/page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "absolute-form of another scheme": "GET ftp://{h}/page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "authority-form": "CONNECT evil.example:443 HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "CONNECT to us": "CONNECT {h} HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "asterisk-form": "OPTIONS * HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "asterisk with GET": "GET * HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "TRACE": "TRACE /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "no slash": "GET page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "fragment": "GET /page#frag HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "bare LF": "GET /page HTTP/1.1\nHost: {h}\n{c}\n",
    "bare LF after a header": "{g}X-A: b\nX-C: d\r\n\r\n",
    "bare LF at the end": "{g}X-A: b\r\n\n",
    "bare CR in a value": "{g}X-A: b\rX-Auth-User: root\r\n\r\n",
    "bare CR in the target": "GET /page\r?x HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "obs-fold": "{g}X-A: b\r\n c\r\n\r\n",
    "obs-fold with tab": "{g}X-A: b\r\n\tX-Auth-User: root\r\n\r\n",
    "space before colon": "{g}X-A : b\r\n\r\n",
    "space before the first header": "GET /page HTTP/1.1\r\n Host: {h}\r\n{c}\r\n",
    "header without colon": "{g}Nonsense\r\n\r\n",
    "header without name": "{g}: b\r\n\r\n",
    "null in a value": "{g}X-A: b\x00c\r\n\r\n",
    "null in a name": "{g}X-\x00A: b\r\n\r\n",
    "null in the target": "GET /page\x00 HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "space in the target": "GET /page evil HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "tab for space": "GET\t/page\tHTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "no version": "GET /page\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/0.9": "GET /page\r\n",
    "HTTP/1.2": "GET /page HTTP/1.2\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/2.0 in text": "GET /page HTTP/2.0\r\nHost: {h}\r\n{c}\r\n",
    "lower-case version": "GET /page http/1.1\r\nHost: {h}\r\n{c}\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "chunk size negative": "{p}Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "odd method": "GET@ /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
    "lower-case method": "get /page HTTP/1.1\r\nHost: {h}\r\n{c}\r\n",
}
# Unambiguous; a server may accept them, as that one request only.
TOLERATED = {"lower-case method", "HTTP/1.2", "TE tab", "fragment", "asterisk-form", "chunk size negative",
             "odd method", "TE quoted", "TE unknown"}

# Not requests at all.
RUBBISH = [b"", b"\r\n\r\n", b"\x00" * 64, b"GET", b"GET / HTTP/1.1", b"\xff" * 200, b"GET / HTTP/1.1\r\n\r\n\r\n",
           b"A" * 10_000, b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n"]


def written(template: str, host: str, line: str, path: str = "/page") -> bytes:
    """A template as bytes; `line` replaces the cookie line."""
    text = template.replace("{g}", GET).replace("{p}", POST).replace("{e}", EMPTY_CHUNKS)
    return text.replace("/page", path).format(h=host, c=line).encode("latin-1")
