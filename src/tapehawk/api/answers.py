"""Big answers: made once as bytes and sent as they are, with an ETag where who asks may have them already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Request, Response

from tapehawk.api.etags import FRESH, hashed, knows, weak

JSON: Final = "application/json"
_OPTIONS: Final = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def json_bytes(content: object) -> bytes:
    """Return plain values and arrays of numbers as JSON; NaN is null."""
    return orjson.dumps(content, option=_OPTIONS)


def json_answer(content: object) -> Response:
    """Return an answer of plain values, not checked against its model: it is made by us, and may be long."""
    return Response(json_bytes(content), media_type=JSON)


def tagged(request: Request, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer with the ETag of its bytes; 304 without them to who has these."""
    tag = hashed(body)
    said = {"ETag": weak(tag), **FRESH, **(headers or {})}
    if knows(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=said)
    return Response(body, media_type=JSON, headers=said)
