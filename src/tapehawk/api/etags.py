"""ETags: who has the answer already is told so (304), and it is not made again.

@router.get("/performance")
def performance(request: Request, …) -> Response:
    return unless_known(request, (user.id, records.of(user.id).signals.state()), lambda: …bytes…)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from fastapi import Request
from starlette.responses import Response

_FRESH: Final = {"Cache-Control": "private, no-cache"}  # keep it, and ask whether it still holds
_BUILD: Final = version("tapehawk")


def unless_known(request: Request, state: object, make: Callable[[], bytes]) -> Response:
    """Return an answer of JSON bytes, or 304 to who has it. `state`: whose it is, and what it is made of."""
    said = f"{_BUILD}|{request.url.path}|{request.url.query}|{state!r}"
    tag = f'W/"{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}"'  # weak: it may go out compressed
    headers = {"ETag": tag, **_FRESH}
    if _names(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(make(), headers=headers, media_type="application/json")


def _names(known: str, tag: str) -> bool:
    """Say whether a list of tags has one, weak or strong."""
    names = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in names or tag.removeprefix("W/") in names
