"""ETags: who has the answer already is told so (304), and it is not made again.

@router.get("/performance")
def performance(request: Request, …) -> Response:
return unless_known(request, (user.id, records.of(user.id).signals.state()), lambda: …bytes…)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from fastapi import Request
from starlette.responses import Response

FRESH: Final = {"Cache-Control": "private, no-cache"}
"""Keep it, and ask whether it still holds."""
_BUILD: Final = version("tapehawk")
_TAG: Final = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


def unless_known(request: Request, state: object, make: Callable[[], bytes]) -> Response:
    """Return an answer of JSON bytes, or 304 to who has it. `state`: whose it is, and what it is made of."""
    tag = hashed(f"{_BUILD}|{request.url.path}|{request.url.query}|{state!r}".encode())
    headers = {"ETag": weak(tag), **FRESH}
    if knows(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(make(), headers=headers, media_type="application/json")


def knows(header: str | None, tag: str) -> bool:
    """Say whether an `If-None-Match` names a tag, weak or strong, or any."""
    return (header or "").strip() == "*" or tag in tags_in(header)


def hashed(content: bytes) -> str:
    """Return the tag of what an answer is, or is made of."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def etag(tag: str) -> str:
    """Return a strong entity tag."""
    return f'"{tag}"'


def weak(tag: str) -> str:
    """Return a weak entity tag, of an answer that may go out compressed."""
    return f'W/"{tag}"'


def tags_in(header: str | None) -> frozenset[str]:
    """Return the tags of an `If-None-Match`, which is met whether they are weak or strong."""
    return frozenset(_TAG.findall(header or ""))
