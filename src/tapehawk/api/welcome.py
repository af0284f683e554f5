"""`/welcome`: the page behind the owner's link. It hands over what stands after the `#`, and asks who the owner is.

The web app shows it; where that is not built, a page of two files does.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from tapehawk.api.web_app import POLICY, shell

router = APIRouter(include_in_schema=False)
_FILES: Final = files("tapehawk.api") / "pages"


@router.get("/welcome")
def page() -> Response:
    """Return the page."""
    return shell() or _file("welcome.html", "text/html; charset=utf-8")


@router.get("/welcome.js")
def script() -> Response:
    """Return its script: in a file of its own, so that the page needs no script in its text."""
    return _file("welcome.js", "text/javascript; charset=utf-8")


def _file(name: str, kind: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return Response((_FILES / name).read_bytes(), media_type=kind, headers=headers)
