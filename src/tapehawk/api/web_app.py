"""The web app at `/`: its page at every address that is one of the app's, its files at `/assets`, and nothing else.

A browser that goes to an address of nobody gets the page too, with 404: the app says what is there instead.

`make web` builds it into `web_app/` beside this package; a wheel carries it. The names of its files change with what is
in them, so browsers keep them forever, and ask for the page itself every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from tapehawk.core.errors import NoData

router = APIRouter(include_in_schema=False)

BUILT: Final = cast("Path", files("tapehawk") / "web_app")
PAGES: Final = (
    "/",
    "/desk",
    "/scan",
    "/range",
    "/range/{scan_id}",
    "/symbol/{symbol:path}",
    "/signals",
    "/lists",
    "/analytics",
    "/notifications",
    "/settings",
    "/admin",
    "/sign-in",
    "/register",
)
"""Addresses of the app; `/welcome` is one too (`welcome.py`)."""
PROGRAMS: Final = frozenset({"api", "assets", "docs", "redoc", "socket.io", "ws"})
"""What addresses begin with at which no page can be."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Its scripts set styles through the DOM, which no policy forbids: no style stands in the text of a page."""
FOREVER: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=31536000, immutable"}
_PAGE: Final[Mapping[str, str]] = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
_NOT_BUILT: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tapehawk</title>
<h1>The web app is not built here</h1>
<p>The service is running. In the project's folder, <code>make web</code> builds the app (it needs Node 20.19 or newer);
   then load this page again. An installed release brings it along.</p>
<p>Meanwhile: <a href="/docs">the API</a>, or <code>scanner --help</code> in a terminal.</p>
</html>
"""


def shell(status: int = 200) -> Response | None:
    """Return the page that the app runs in; None where it is not built."""
    page = BUILT / "index.html"
    return FileResponse(page, status, headers=dict(_PAGE)) if page.is_file() else None


def no_such_page(request: Request) -> Response | None:
    """Return the page for a browser at an address where nothing is; None for programs."""
    is_browser = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
    return shell(404) if is_browser and request.url.path.split("/")[1] not in PROGRAMS else None


async def get_page() -> Response:
    """Return the app, or how to get it."""
    return shell() or HTMLResponse(_NOT_BUILT, headers={"Cache-Control": "no-store"})


for _path in PAGES:
    router.add_api_route(_path, get_page)


@router.get("/assets/{name}")
async def get_asset(name: str) -> FileResponse:
    """Return a file of the app."""
    file = BUILT / "assets" / name
    if Path(name).name != name or not file.is_file():
        raise NoData("there is no such file", hint="load the page again")
    return FileResponse(file, headers=dict(FOREVER))


@router.get("/icon.svg")
async def get_icon() -> FileResponse:
    """Return the app's sign."""
    return _beside("icon.svg")


@router.get("/THIRD-PARTY.txt")
async def get_third_party() -> FileResponse:
    """Return whose software the app is made of besides, and their licences."""
    return _beside("THIRD-PARTY.txt")


def _beside(name: str) -> FileResponse:
    """Return a file that keeps its name, whatever is in it. Raises NoData where the app is not built."""
    if not (BUILT / name).is_file():
        raise NoData("there is no such file", hint="make web")
    return FileResponse(BUILT / name, headers={"Cache-Control": "public, max-age=86400"})
