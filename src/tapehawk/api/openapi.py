"""The whole API as one OpenAPI document: what routes say of themselves, and what is the same for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from tapehawk.api.examples import complete
from tapehawk.api.problems import MEDIA_TYPE, TITLES, Problem
from tapehawk.api.surfaces import routers
from tapehawk.app.house import SERVICES

TAGS: Final = {
    "auth": "Register, sign in and out, refresh, tickets for sockets.",
    "users": "Everybody, for admins.",
    "audit": "What of security happened, for admins.",
    "scanner": "One scan, its explanation, its funnel; scanners, formulas, presets; the live scanner.",
    "fast scanner": "Scans in two phases: an answer at once, the deep analysis behind it.",
    "range scans": "Scans over many sessions, as jobs with progress.",
    "signals": "What the scanner found for you, and what became of it.",
    "watchlist": "The symbols you watch.",
    "portfolios": "Named lists of symbols.",
    "analytics": "What was found and how it turned out.",
    "notifications": "What you were told, how you are told, and the rules that make it.",
    "market data": "Bars, quotes, indicators, providers.",
    "models": "Training models, and what is known of them.",
    "jobs": "What goes on behind the requests.",
    "settings": "What the service runs with, for admins.",
    "health": "How the service is.",
}
"""Every tag, with what it is about."""

_EXPLAINED: Final = {
    401: ("who asks is not known, or not any more", "sign in first"),
    403: ("who asks may not do this", "this is for admins"),
    404: ("nothing answers this", "there is nothing of that id"),
    409: ("what is there already contradicts what is asked", "that name is taken"),
    412: ("what is to be changed is no longer what `If-Match` names", "that has been changed since you read it"),
    413: ("the body is too large", "a body may have 1,000,000 bytes at most"),
    422: (
        "what is asked can't be read (no JSON in UTF-8, no cursor of this list) or is out of bounds",
        "limit: Input should be greater than or equal to 1",
    ),
    429: ("more than is allowed in that time; `Retry-After` says how long to wait", "more than 120 requests a minute"),
    503: ("a passing state: the same request may work later", "the database can't be used now"),
}
_ANY: Final = "Another problem"
_WRITES: Final = frozenset({"post", "put", "patch", "delete"})


@cache
def document() -> dict[str, Any]:
    """Return the document, of every service."""
    shown = FastAPI(
        title="Tapehawk",
        version=version("tapehawk"),
        summary="A market scanner: one definition of a scan everywhere, which cannot see the future.",
        description=(
            "Errors are problem documents (RFC 9457). Times are RFC 3339 in UTC. Lists answer `{items, next_cursor}`"
            " and take `limit` and `cursor`. Every answer carries `X-Request-ID`, which the log knows."
        ),
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/", "description": "where this document is from"}],
        openapi_tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        generate_unique_id_function=_id,
    )
    for router in routers(SERVICES):
        shown.include_router(router)
    made = shown.openapi()
    parts = made.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    parts["responses"] = {_name(status): _response(status) for status in (*_EXPLAINED, None)}
    for path, method, operation in operations(made):
        _with_problems(path, method, operation)
    complete(made)
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    return made


def operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation of each route of a document."""
    for path, methods in made.get("paths", {}).items():
        for method, operation in methods.items():
            yield path, method, operation


def _id(route: APIRoute) -> str:
    """Return what a client's function is called."""
    tag = str(route.tags[0]) if route.tags else "api"
    return re.sub(r"\W+", "_", f"{tag}_{route.name}")


def _with_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    """Say of a route how it may refuse."""
    statuses = [422, 429, 503]
    if operation.get("security"):
        statuses += [401, 403]
    if "{" in path:
        statuses.append(404)
    if method in _WRITES:
        statuses += [409, 413]
    given = operation["responses"]
    said = [int(one) for one in given if one[0] in "45"]
    for status in sorted({*statuses, *said}):
        given[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    given["default"] = {"$ref": f"#/components/responses/{_name(None)}"}


def _name(status: int | None) -> str:
    return f"Problem{status or ''}"


def _response(status: int | None) -> dict[str, Any]:
    said, detail = _EXPLAINED.get(status or 0, (_ANY, "this is a bug of ours"))
    shown = status or 500
    title = TITLES[shown]
    example = {"type": "about:blank", "title": title, "status": shown, "error": title, "detail": detail}
    example |= {"timestamp": "2026-11-30T14:30:00Z", "request_id": "9f1c6d6e0f4b4d0c8a52"}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": said, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}
