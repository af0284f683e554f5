"""Errors at this edge: one shape for all of them, problem details (RFC 9457), and the status of each class."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, ValidationException, WebSocketRequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from tapehawk.api.web_app import no_such_page
from tapehawk.core.errors import (
    BadInput,
    Changed,
    Conflict,
    CorruptStore,
    FormulaError,
    NoData,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ProviderRefused,
    TapehawkError,
    TooMany,
    TryAgain,
    UnknownName,
)
from tapehawk.core.instants import rfc3339

MEDIA_TYPE: Final = "application/problem+json"
STATUSES: Final[Mapping[type[TapehawkError], int]] = {
    BadInput: 422,
    NotFound: 404,
    NotSignedIn: 401,
    NotAllowed: 403,
    Conflict: 409,
    Changed: 412,
    NoData: 404,
    CorruptStore: 503,
    ProviderRefused: 502,
    TryAgain: 503,
    TooMany: 429,
}
TITLES: Final = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    414: "Address too long",
    415: "Unsupported media type",
    422: "Bad input",
    429: "Too many requests",
    431: "Headers too large",
    500: "Internal error",
    502: "The provider refused",
    503: "Try again later",
    504: "Took too long",
}
MOST_ERRORS: Final = 20  # that a problem tells, of those in what was sent
_LONGEST: Final = 500  # characters of a name or a message that may repeat what was sent
_SAYS_NOTHING: Final = {404: "Not Found", 405: "Method Not Allowed"}
_SAID: Final = {404: "there is nothing at this address", 405: "this address answers other methods; `Allow` lists them"}
_log = logging.getLogger("tapehawk.api")


class Problem(BaseModel):
    """What went wrong, where, and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="about:blank", description="kind of the problem")
    title: str
    status: int
    error: str = Field(description="short title")
    detail: str = Field(description="what happened, and what to do")
    timestamp: dt.datetime
    request_id: str | None = None
    scanner_type: str | None = Field(default=None, description="the scanner that was asked, where one was")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="of what can't be read: the first mistakes, each with its place (`at`) and `message`"
    )
    error_count: int | None = Field(default=None, description="how many mistakes there are, of which `errors` has 20")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route says of the errors it may answer with: `responses=refusals(404, 409)`."""
    return {status: {"model": Problem, "description": TITLES[status]} for status in statuses}


def status_of(kind: type[TapehawkError]) -> int:
    """Return the status of an error class: that of its nearest ancestor in the table."""
    return next((STATUSES[one] for one in kind.__mro__ if one in STATUSES), 500)


def problem(request: HTTPConnection, status: int, detail: str, **more: object) -> JSONResponse:
    """Return a problem document."""
    title = TITLES.get(status, "Error")
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "error": title,
        "detail": detail,
        "timestamp": rfc3339(dt.datetime.now(dt.UTC)),
        "request_id": getattr(request.state, "request_id", None),
        **_about(request),
        **{key: value for key, value in more.items() if value is not None},
    }
    return _Written(said, status, media_type=MEDIA_TYPE)


class _Written(JSONResponse):
    """JSON whatever a text holds: half a character, which strangers may send, is written as its code."""

    def render(self, content: object) -> bytes:
        """Return it as bytes."""
        return json.dumps(content).encode()


def _about(request: HTTPConnection) -> dict[str, str]:
    scanner = getattr(request.state, "scanner_type", None)
    return {} if scanner is None else {"scanner_type": scanner}


def install(app: FastAPI) -> None:
    """Make an app answer every error in this shape."""
    app.add_exception_handler(TapehawkError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(WebSocketRequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _of_http)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TapehawkError)  # noqa: S101 - what it is registered for
    status = status_of(type(error))
    answer = problem(request, status, error.message, hint=error.hint or None, **_facts(error))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(max(1, round(error.wait)))
    elif status == 503:
        answer.headers["Retry-After"] = "5"
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _facts(error: TapehawkError) -> dict[str, object]:
    if isinstance(error, FormulaError):
        return {"formula": error.formula, "column": error.column}
    if isinstance(error, UnknownName):
        return {"kind": error.kind, "name": error.name, "nearest": error.nearest}
    if isinstance(error, BadInput) and error.at:
        return {"errors": [{"at": error.at, "message": error.message}]}
    return {}


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationException)  # noqa: S101 - what it is registered for
    every = error.errors()
    errors = [
        {"at": _cut(".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0])), "message": _cut(one["msg"])}
        for one in every[:MOST_ERRORS]
    ]
    detail = "; ".join(f"{one['at']}: {one['message']}" for one in errors[:5])
    return problem(request, 422, detail, errors=errors, error_count=len(every))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if error.status_code == 404 and (page := no_such_page(request)):
        return page
    said = _SAID.get(error.status_code) if error.detail == _SAYS_NOTHING.get(error.status_code) else None
    answer = problem(request, error.status_code, said or str(error.detail))
    answer.headers.update(error.headers or {})
    if error.status_code == 405:  # the framework lists the methods of one route, the address may have several
        answer.headers["Allow"] = request.app.state.allowed.of(request.url.path)
    return answer


def bug(request: HTTPConnection, error: Exception) -> JSONResponse:
    """Return what is said of an error that is none of ours; its trace goes to the log and nowhere else."""
    _log.error("a bug", exc_info=error, extra={"path": request.url.path})
    return problem(request, 500, "this is a bug of ours; the log has its trace under the request id")
