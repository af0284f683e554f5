"""`/openapi.json`, and the pages that show it: `/docs` (also `/api/docs`) and `/redoc`, with nothing from elsewhere.

Swagger UI and Redoc are the files that the package fastapi-offline carries; their licences stand beside our two scripts
that start them. The pages' policy lets a browser load from this origin only.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header
from fastapi.responses import FileResponse, HTMLResponse, Response

from tapehawk.api.openapi import document
from tapehawk.core.errors import NoData

router = APIRouter(include_in_schema=False)

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Both make their styles as they go; scripts are files of this origin."""
OURS: Final = Path(__file__).with_name("documents_ui")
OURS_SERVED: Final = ("swagger.js", "redoc.js", "swagger-ui.LICENSE.txt", "redoc.LICENSE.txt")
CARRIED: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
REDOC: Final = "redoc.standalone.js"
ITS_LOGO: Final = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
"""What Redoc's script would have a browser load from its maker."""
A_DAY: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=86400"}
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tapehawk: the API</title>
<link rel="icon" href="/docs/assets/favicon.png">
{styles}</head>
<body>
<div id="{name}"></div>
{scripts}
</body>
</html>
"""
_STYLES: Final = '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">\n'


@router.get("/openapi.json")
def get_openapi(if_none_match: Annotated[str, Header(max_length=1000)] = "") -> Response:
    """Return the whole API, whichever services this process runs."""
    body, tag = _written()
    if tag in if_none_match:
        return Response(status_code=304, headers={"ETag": tag})
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return Response(body, media_type="application/json", headers=headers)


@router.get("/docs")
@router.get("/api/docs")
async def get_docs() -> HTMLResponse:
    """Return the page on which the API can be tried."""
    return _page("swagger-ui", _STYLES, "swagger-ui-bundle.js", "swagger.js")


@router.get("/redoc")
async def get_redoc() -> HTMLResponse:
    """Return the page on which the API is read."""
    return _page("redoc", "", REDOC, "redoc.js")


@router.get("/docs/assets/{name}")
def get_asset(name: str) -> Response:
    """Return a file of the pages."""
    if name == REDOC:
        return Response(_redoc(), media_type="text/javascript", headers=dict(A_DAY))
    if name in OURS_SERVED:
        return FileResponse(OURS / name, headers=dict(A_DAY))
    if name in CARRIED:
        return FileResponse(_carrier() / name, headers=dict(A_DAY))
    raise NoData("there is no such file")


def _page(name: str, styles: str, *scripts: str) -> HTMLResponse:
    tags = "\n".join(f'<script src="/docs/assets/{script}"></script>' for script in scripts)
    text = _PAGE.format(name=name, styles=styles, scripts=tags)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


@cache
def _written() -> tuple[bytes, str]:
    body = orjson.dumps(document())
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'


@cache
def _redoc() -> bytes:
    """Return Redoc's script, with an image of this origin in the place of the one from elsewhere."""
    return (_carrier() / REDOC).read_bytes().replace(ITS_LOGO, b"/docs/assets/favicon.png")


@cache
def _carrier() -> Path:
    """Return the folder of the files, without loading the package that they come in."""
    found = importlib.util.find_spec("fastapi_offline")
    if found is None or not found.submodule_search_locations:
        raise NoData("the pages' files are not installed", hint="pip install 'tapehawk[server]'")
    return Path(found.submodule_search_locations[0]) / "static"
