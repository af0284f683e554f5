"""What a request may be at most: its address, its headers, its body, and how deep, much and odd the JSON in it is.

A body is read whole before it is handed on, so that whoever reads it reads all of it or nothing.
"""

from __future__ import annotations

from typing import Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tapehawk.api.problems import problem

LONGEST_ADDRESS: Final = 8_192  # bytes of path and query
MOST_PARAMETERS: Final = 100
MOST_HEADERS: Final = 32_768  # bytes
DEEPEST: Final = 32
MOST_CONTAINERS: Final = 10_000  # lists and objects
MOST_NAMES: Final = 3_000
_AS_LISTS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_NUL: Final = "no text may hold the character U+0000"

Refusal = tuple[int, str]


class Bounds:
    """Refuses requests beyond these; `most`: bytes of a body."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = refused_head(scope)
        if refusal is None and scope["type"] == "http":
            body, refusal = await self._body(scope, receive)
            if body is not None:
                receive = _again(body, receive)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            await problem(HTTPConnection(scope), *refusal)(scope, receive, send)

    async def _body(self, scope: Scope, receive: Receive) -> tuple[bytes | None, Refusal | None]:
        """Return the body of a request that has one, or why it is refused."""
        headers = Headers(scope=scope)
        told = headers.get("content-length", "")
        if not told and "transfer-encoding" not in headers:
            return None, None
        too_large = 413, f"a body may have {self._most:,} bytes at most"
        if told.isdigit() and int(told) > self._most:
            return None, too_large
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", None
            body += message.get("body", b"")
            if len(body) > self._most:
                return None, too_large
            if not message.get("more_body"):
                break
        if body and "json" in headers.get("content-type", "").lower():
            return bytes(body), refused_json(bytes(body))
        return bytes(body), None


def refused_head(scope: Scope) -> Refusal | None:
    """Say why a request is refused before its body is read."""
    query: bytes = scope.get("query_string", b"")
    if len(scope["path"]) + len(query) > LONGEST_ADDRESS:
        return 414, f"an address may have {LONGEST_ADDRESS:,} bytes at most"
    if query.count(b"&") >= MOST_PARAMETERS:
        return 422, f"a query may have {MOST_PARAMETERS} parameters at most"
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
        return 431, f"headers may have {MOST_HEADERS:,} bytes at most"
    if "\x00" in scope["path"] or b"%00" in query or b"\x00" in query:
        return 422, _NUL
    return None


def refused_json(body: bytes) -> Refusal | None:
    """Say why a body is refused: no JSON (NaN and half a character are none), too deep, too much, or a NUL in it.

    Its bytes are searched and not what they say walked through: an event loop waits no longer than for decoding them.
    """
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")  # then every quote begins or ends a text
    between = b"".join(plain.split(b'"')[::2])
    brackets = between.translate(_AS_LISTS, _NO_BRACKETS)
    if brackets.count(b"[") > MOST_CONTAINERS:
        return 422, f"JSON may have {MOST_CONTAINERS:,} lists and objects at most"
    if between.count(b":") > MOST_NAMES:
        return 422, f"JSON may have {MOST_NAMES:,} names at most"
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return 422, f"the body is no JSON: {error}"
    if b"\\u0000" in plain:
        return 422, _NUL
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")  # the innermost ones
    return (422, f"JSON may be {DEEPEST} deep at most") if brackets else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what hands the body out once, and then what comes after it."""
    waiting = [body]

    async def received() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return received
