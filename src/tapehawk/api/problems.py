"""Errors at this edge: one shape for all of them, problem details (RFC 9457), and the status of each class."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from tapehawk.core.errors import (
    BadInput,
    Conflict,
    CorruptStore,
    FormulaError,
    NoData,
    NotAllowed,
    NotSignedIn,
    ProviderRefused,
    TapehawkError,
    TooMany,
    TryAgain,
    UnknownName,
)

MEDIA_TYPE: Final = "application/problem+json"
STATUSES: Final[Mapping[type[TapehawkError], int]] = {
    BadInput: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    Conflict: 409,
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
    415: "Unsupported media type",
    422: "Bad input",
    429: "Too many requests",
    500: "Internal error",
    502: "The provider refused",
    503: "Try again later",
    504: "Took too long",
}
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


def status_of(kind: type[TapehawkError]) -> int:
    """Return the status of an error class: that of its nearest ancestor in the table."""
    return next((STATUSES[one] for one in kind.__mro__ if one in STATUSES), 500)


def problem(request: Request, status: int, detail: str, **more: object) -> JSONResponse:
    """Return a problem document."""
    title = TITLES.get(status, "Error")
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "error": title,
        "detail": detail,
        "timestamp": dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z"),
        "request_id": getattr(request.state, "request_id", None),
        **{key: value for key, value in more.items() if value is not None},
    }
    return _Written(said, status, media_type=MEDIA_TYPE)


class _Written(JSONResponse):
    """JSON whatever a text holds: half a character, which strangers may send, is written as its code."""

    def render(self, content: object) -> bytes:
        """Return it as bytes."""
        return json.dumps(content).encode()


def install(app: FastAPI) -> None:
    """Make an app answer every error in this shape."""
    app.add_exception_handler(TapehawkError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _bug)


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
    return {}


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    errors = [
        {"at": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]), "message": one["msg"]}
        for one in error.errors()
    ]
    detail = "; ".join(f"{one['at']}: {one['message']}" for one in errors[:5])
    return problem(request, 422, detail, errors=errors)


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    answer = problem(request, error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _bug(request: Request, error: Exception) -> JSONResponse:
    _log.error("a bug", exc_info=error, extra={"path": request.url.path})
    return problem(request, 500, "this is a bug of ours; the log has its trace under the request id")
