"""The requests. Heads are filled with `{h}`, the right host, and `{c}`, the line of a full session's cookie."""

from itertools import product

# A body that a server with another length reads as a request of its own.
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: {h}\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"


def chunks(*pieces: str, extension: str = "", trailers: str = "") -> str:
    """A chunked body. Pieces are Latin-1."""
    body = "".join(f"{len(piece):x}{extension}\r\n{piece}\r\n" for piece in pieces)
    return f"{body}0\r\n{trailers}\r\n"


# Name: head (without its end), body as on the wire, decoded body (`None`: ambiguous, so that nothing may arrive).
FRAMINGS: dict[str, tuple[str, str, int | None]] = {
    "no body": ("GET /a?b=c HTTP/1.1\r\nHost: {h}\r\n{c}", "", 0),
    "length": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 5\r\n", "hello", 5),
    "length with zeros": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 0005\r\n", "hello", 5),
    "length 0": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 0\r\n", "", 0),
    "length padded": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length:   5\t \r\n", "hello", 5),
    "GET with a body": ("GET /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 5\r\n", "hello", 5),
    "DELETE with chunks": ("DELETE /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, chunks("hello", "you"), 8),
    "chunks": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, chunks("hello", "you"), 8),
    "no chunks": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, chunks(), 0),
    "chunks with zeros": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "0005\r\nhello\r\n000\r\n\r\n", 5),
    "chunk sizes in upper case": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "A\r\n0123456789\r\n0\r\n\r\n", 10),
    "chunk extensions": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, chunks("hello", extension=";a=b;c"), 5),
    "trailers": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, chunks("hello", trailers="X-T: 1\r\n"), 5),
    "trailers that frame": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED,
                            chunks("hello", trailers="Content-Length: 50\r\n"), None),
    "coding in upper case": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Transfer-Encoding: CHUNKED\r\n", chunks("hello"), 5),
    "expecting": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Expect: 100-continue\r\nContent-Length: 5\r\n", "hello", 5),
    "HTTP/1.0": ("POST /a HTTP/1.0\r\nHost: {h}\r\n{c}Content-Length: 5\r\n", "hello", 5),
    "HTTP/1.0 kept alive": ("GET /a HTTP/1.0\r\nHost: {h}\r\n{c}Connection: keep-alive\r\n", "", 0),
    "absolute form": ("GET http://{h}/a?b HTTP/1.1\r\nHost: {h}\r\n{c}", "", 0),
    "header in Latin-1": ("GET /a HTTP/1.1\r\nHost: {h}\r\n{c}X-Name: \xe9\xff\r\n", "", 0),
    "empty header": ("GET /a HTTP/1.1\r\nHost: {h}\r\n{c}X-Empty:\r\n", "", 0),
    "Connection names Content-Length": (
        "POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Connection: Content-Length\r\nContent-Length: {n}\r\n", SMUGGLED, -1),
    "Connection names Transfer-Encoding": (
        "POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Connection: Transfer-Encoding\r\n" + CHUNKED, chunks("hello"), 5),
    "Connection names Host": ("GET /a HTTP/1.1\r\nHost: {h}\r\n{c}Connection: Host\r\n", "", 0),
    "underscored length": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content_Length: 0\r\nContent-Length: {n}\r\n", SMUGGLED, -1),
    "underscored coding": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Transfer_Encoding: chunked\r\nContent-Length: {n}\r\n",
                           SMUGGLED, -1),
    "other method by header": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}X-HTTP-Method-Override: GET\r\nContent-Length: {n}\r\n",
                               SMUGGLED, -1),
    "length and chunks": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 4\r\n" + CHUNKED, chunks(SMUGGLED), None),
    "chunks and length": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED + "Content-Length: {n}\r\n",
                          "0\r\n\r\n" + SMUGGLED, None),
    "two lengths": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 0\r\nContent-Length: {n}\r\n", SMUGGLED, None),
    "list of lengths": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 0, {n}\r\n", SMUGGLED, None),
    "length with a sign": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: +0\r\n", SMUGGLED, None),
    "length with an underscore": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length: 1_0\r\n", SMUGGLED, None),
    "empty length": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length:\r\n", SMUGGLED, None),
    "coding twice": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED * 2, chunks(SMUGGLED), None),
    "coding in a list": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Transfer-Encoding: gzip, chunked\r\n", chunks(SMUGGLED), None),
    "coding folded": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Transfer-Encoding:\r\n chunked\r\n", chunks(SMUGGLED), None),
    "coding after a vertical tab": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Transfer-Encoding:\x0bchunked\r\n",
                                    chunks(SMUGGLED), None),
    "coding in HTTP/1.0": ("POST /a HTTP/1.0\r\nHost: {h}\r\n{c}" + CHUNKED, chunks(SMUGGLED), None),
    "chunk size with a sign": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "+5\r\nhello\r\n0\r\n\r\n" + SMUGGLED, None),
    "chunk size with 0x": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "0x5\r\nhello\r\n0\r\n\r\n" + SMUGGLED, None),
    "chunk size with an underscore": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "1_0\r\n" + SMUGGLED, None),
    "chunk size of 2^64": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "10000000000000005\r\nhello\r\n0\r\n\r\n", None),
    "chunk ended by a line feed": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "5\nhello\n0\n\n" + SMUGGLED, None),
    "extension ended by a line feed": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED,
                                       "5;a\nhello\r\n0\r\n\r\n" + SMUGGLED, None),
    "chunk longer than its size": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED, "3\r\nhello\r\n0\r\n\r\n" + SMUGGLED, None),
    "chunk data ended by two bytes": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}" + CHUNKED,
                                      "5\r\nhelloXX0\r\n\r\n" + SMUGGLED, None),
    "header line without end": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}X: y\rContent-Length: 0\r\n", SMUGGLED, None),
    "name with a space": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length : 0\r\n", SMUGGLED, None),
    "name with a null": ("POST /a HTTP/1.1\r\nHost: {h}\r\n{c}Content-Length\0: 0\r\n", SMUGGLED, None),
    "two hosts": ("GET /a HTTP/1.1\r\nHost: {h}\r\nHost: evil.example\r\n{c}", "", None),
    "another host in the target": ("GET http://evil.example/a HTTP/1.1\r\nHost: {h}\r\n{c}", "", None),
    "target with a fragment": ("GET /a#b HTTP/1.1\r\nHost: {h}\r\n{c}", "", None),
    "target in Latin-1": ("GET /\xe9 HTTP/1.1\r\nHost: {h}\r\n{c}", "", None),
}

# Spellings of paths out of a public prefix, and into it.
_SLASHES = ["/", "%2f", "%2F", "\\", "%5c", "%252f", "//", "/./", "/;/", "/%00/", "/%0a/", "%ef%bc%8f", "%c0%af"]
_DOTS = ["..", "%2e%2e", "%2E.", ".%2e", "..;", "..;x=y", "..%00", "%252e%252e", "..%09", "...", ". .", "%c0%ae%c0%ae",
         "..%20", "..#", "..?", "%u002e%u002e"]
PATHS = [
    *(f"/public{before}{dots}{after}secret" for before, dots, after in product(_SLASHES, _DOTS, _SLASHES[:5])),
    *(f"/public{slash}secret" for slash in _SLASHES),
    *(f"{slash}public/secret" for slash in _SLASHES),
    *(f"/secret{slash}..{slash}public/x" for slash in _SLASHES),
    "/Public/x", "/PUBLIC/x", "/%70ublic/x", "/publi%63/x", "/public%20/x", "/public%09/x", "/public;x/y", "/public.%2f/x",
    "/secret#/public/x", "/secret?/public/x", "/secret%23/public/x", "/secret%3f/public/x", "/secret;/public/x",
    "/secret/..;/public/x", "/./public/x", "/.//public/x", "/public/x", "/public/", "/public", "/public/x?y=/../z",
    "/public/a%20b", "/public/%C3%A9", "/public/a;b=c", "/public//a", "/public/a//b", "/public/%E2%80%AE", "/public/~a",
    "/public/%7Ea", "/public/a+b", "/public/a:b@c", "/public/*", "/public/%2a", "/public/{x}", "/public/a|b", "/public/a^b",
    '/public/"a"', "/public/<a>", "/public/%41", "/public/[a]", "/public/%5Ba%5D", "/public/%", "/public/%zz", "/public/%1",
]
